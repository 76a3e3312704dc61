UPDATE documents SET updated_at = ?2, updated_by = ?3 WHERE id = ?1
