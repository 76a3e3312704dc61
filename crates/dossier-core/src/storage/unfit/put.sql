INSERT INTO unfit (document_id, path, text) VALUES (?1, ?2, ?3)
ON CONFLICT (document_id, path) DO UPDATE SET text = excluded.text
