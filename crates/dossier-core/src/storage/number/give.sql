INSERT INTO numbers (series, year, seq, number, template_id, document_id, given_at, given_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
