UPDATE documents SET title = ?2 WHERE id = ?1 AND title <> ?2
