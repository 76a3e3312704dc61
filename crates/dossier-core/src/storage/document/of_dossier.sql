SELECT id, template_id, title, status, missing, row_count, begun, steps_signed, steps_all, in_force, revision
FROM documents
WHERE release_id = ?1
ORDER BY id
