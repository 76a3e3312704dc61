INSERT INTO documents
  (template_sha256, template_id, release_id, status, year, title, content, content_sha256, created_at, updated_at,
   place, updated_by)
VALUES (?1, ?2, ?3, 'draft', ?4, '', '{}', ?5, ?6, ?6, (SELECT coalesce(max(place), 0) + 1 FROM documents), ?7)
