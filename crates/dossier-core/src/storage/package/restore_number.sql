INSERT INTO numbers
  (series, year, seq, number, template_id, document_id, given_at, given_by, void_at, void_by, void_reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
