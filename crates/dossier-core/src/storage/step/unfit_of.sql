SELECT path, text FROM unfit WHERE document_id = ?1 ORDER BY path
