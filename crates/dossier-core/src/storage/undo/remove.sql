DELETE FROM undo_steps WHERE id = ?1
