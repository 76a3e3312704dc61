INSERT INTO document_search (rowid, text) SELECT place, ?2 FROM documents WHERE id = ?1
