SELECT id, at, label, focus, typing, patch FROM undo_steps
WHERE document_id = ?1 AND undone = 0 ORDER BY id DESC LIMIT 1
