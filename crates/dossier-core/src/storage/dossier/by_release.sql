SELECT
  release_id, product, version, release_type, owner, planned_at, updated_at, updated_by,
  CASE
    WHEN closed THEN 2
    WHEN summary_begun OR planned_at < ?1 THEN 1
    ELSE 0
  END
FROM dossiers WHERE release_id = ?2
