INSERT INTO document_search (rowid, text) VALUES (?1, ?2)
