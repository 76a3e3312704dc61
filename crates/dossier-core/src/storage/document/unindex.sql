DELETE FROM document_search WHERE rowid = (SELECT place FROM documents WHERE id = ?1)
