INSERT INTO undo_steps (document_id, at, label, focus, typing, patch) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
