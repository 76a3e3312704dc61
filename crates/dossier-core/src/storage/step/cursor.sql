SELECT step FROM documents WHERE id = ?1
