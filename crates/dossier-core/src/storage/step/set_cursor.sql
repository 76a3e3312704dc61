UPDATE documents SET step = ?2 WHERE id = ?1
