UPDATE documents SET title = ?2, content = ?3, content_sha256 = ?4, updated_at = ?5
WHERE id = ?1 AND (title <> ?2 OR content <> ?3)
