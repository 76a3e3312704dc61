-- Newest first: ordering by relevance costs a hundred times as much over a common word.
SELECT documents.id, template_id, status, year, title, releases.name, documents.created_at, updated_at
FROM documents LEFT JOIN releases ON releases.id = release_id
WHERE (?1 IS NULL OR template_id = ?1)
  AND (?2 IS NULL OR status = ?2)
  AND (?3 IS NULL OR year = ?3)
ORDER BY place DESC
LIMIT ?4
