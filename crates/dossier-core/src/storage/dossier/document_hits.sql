-- Documents that hold the words, by their places.
SELECT rowid FROM document_search WHERE document_search MATCH ?1 ORDER BY rowid
