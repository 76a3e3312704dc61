SELECT id FROM documents WHERE release_id = ?1 ORDER BY id
