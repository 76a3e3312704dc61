DELETE FROM undo_steps WHERE document_id = ?1 AND id <= (
  SELECT id FROM undo_steps WHERE document_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2
)
