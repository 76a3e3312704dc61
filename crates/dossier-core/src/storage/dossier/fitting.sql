-- Every dossier that fits, in the order of the list. ?1 is the present moment of the people who typed the times.
WITH hits (release_id) AS (
  SELECT rowid FROM dossier_search WHERE ?7 IS NOT NULL AND dossier_search MATCH ?7
  UNION
  SELECT documents.release_id
  FROM document_search CROSS JOIN documents ON documents.place = document_search.rowid
  WHERE ?7 IS NOT NULL AND document_search MATCH ?7
)
SELECT
  release_id,
  CASE
    WHEN closed THEN 2
    WHEN summary_begun OR planned_at < ?1 THEN 1
    ELSE 0
  END AS stage
FROM dossiers
WHERE (?2 IS NULL OR product = ?2)
  AND (?3 IS NULL OR year = ?3)
  AND (?4 IS NULL OR release_type = ?4)
  AND (statuses & ?5) = ?5
  AND (?7 IS NULL OR release_id IN hits)
ORDER BY CASE WHEN ?6 THEN stage END, place DESC
