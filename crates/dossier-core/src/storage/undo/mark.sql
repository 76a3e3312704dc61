UPDATE undo_steps SET undone = ?2 WHERE id = ?1
