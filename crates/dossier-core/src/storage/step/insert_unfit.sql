INSERT INTO unfit (document_id, path, text) VALUES (?1, ?2, ?3)
