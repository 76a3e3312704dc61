DELETE FROM document_search WHERE rowid = ?1
