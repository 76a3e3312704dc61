-- Newest first: ordering by relevance costs a hundred times as much over a common word.
SELECT documents.id, template_id, status, year, title, releases.name, documents.created_at, updated_at
FROM documents LEFT JOIN releases ON releases.id = release_id
WHERE (?1 IS NULL OR template_id = ?1)
  AND (?2 IS NULL OR status = ?2)
  AND (?3 IS NULL OR year = ?3)
  AND (?4 IS NULL OR documents.id IN (SELECT rowid FROM document_search WHERE document_search MATCH ?4))
ORDER BY updated_at DESC, documents.id DESC
