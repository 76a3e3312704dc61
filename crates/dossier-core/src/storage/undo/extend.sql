UPDATE undo_steps SET at = ?2, patch = ?3 WHERE id = ?1
