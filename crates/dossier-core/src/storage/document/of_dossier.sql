SELECT id, template_id, title, status, missing, row_count, begun FROM documents WHERE release_id = ?1 ORDER BY id
