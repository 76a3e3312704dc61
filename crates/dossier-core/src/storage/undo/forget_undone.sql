DELETE FROM undo_steps WHERE document_id = ?1 AND undone = 1
