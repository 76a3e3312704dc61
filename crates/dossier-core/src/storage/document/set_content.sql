UPDATE documents
SET title = ?2, content = ?3, content_sha256 = ?4, updated_at = ?5, updated_by = ?6,
    place = (SELECT max(place) + 1 FROM documents)
WHERE id = ?1 AND (title <> ?2 OR content <> ?3)
