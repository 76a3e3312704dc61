-- The index is read from its end, newest first, and no further than needed. CROSS: never the other way round.
SELECT documents.id, template_id, status, year, title, releases.name, documents.created_at, updated_at
FROM document_search
CROSS JOIN documents ON documents.place = document_search.rowid
LEFT JOIN releases ON releases.id = release_id
WHERE document_search MATCH ?5
  AND (?1 IS NULL OR template_id = ?1)
  AND (?2 IS NULL OR status = ?2)
  AND (?3 IS NULL OR year = ?3)
ORDER BY document_search.rowid DESC
LIMIT ?4
