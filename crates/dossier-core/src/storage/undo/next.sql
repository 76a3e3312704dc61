SELECT id, at, label, focus, typing, patch FROM undo_steps
WHERE document_id = ?1 AND undone = 1 ORDER BY id LIMIT 1
