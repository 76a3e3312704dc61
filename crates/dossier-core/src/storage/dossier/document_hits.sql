-- The release of every document that holds the words.
SELECT documents.release_id
FROM document_search CROSS JOIN documents ON documents.place = document_search.rowid
WHERE document_search MATCH ?1 AND documents.release_id IS NOT NULL
