INSERT OR REPLACE INTO steps (document_id, number, at, label, focus, delta) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
