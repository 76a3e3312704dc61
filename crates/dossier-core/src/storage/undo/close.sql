UPDATE undo_steps SET typing = NULL WHERE document_id = ?1 AND typing IS NOT NULL
