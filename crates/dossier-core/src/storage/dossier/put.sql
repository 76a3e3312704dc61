INSERT INTO dossiers (
  release_id, place, product, version, release_type, owner, planned_at, year, summary_begun, closed, statuses,
  documents, updated_at, updated_by
)
VALUES (
  ?1, (SELECT coalesce(max(place), 0) + 1 FROM dossiers), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
)
ON CONFLICT (release_id) DO UPDATE SET
  place = excluded.place, product = ?2, version = ?3, release_type = ?4, owner = ?5, planned_at = ?6, year = ?7,
  summary_begun = ?8, closed = ?9, statuses = ?10, documents = ?11, updated_at = ?12, updated_by = ?13
