SELECT id, template_id, title, status, missing, row_count FROM documents WHERE release_id = ?1 ORDER BY id
