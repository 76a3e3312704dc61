SELECT
  (SELECT label FROM undo_steps WHERE document_id = ?1 AND undone = 0 ORDER BY id DESC LIMIT 1),
  (SELECT label FROM undo_steps WHERE document_id = ?1 AND undone = 1 ORDER BY id LIMIT 1)
