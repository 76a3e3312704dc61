SELECT
  id, template_sha256, template_id, release_id, status, year, title, content, content_sha256, created_at, updated_at,
  number, revision, change_note
FROM documents WHERE id = ?1
