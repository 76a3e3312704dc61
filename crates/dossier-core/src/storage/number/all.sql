SELECT number, template_id, year, seq, document_id, given_at, given_by, void_at, void_by, void_reason
FROM numbers
WHERE ?1 IS NULL OR year = ?1
ORDER BY template_id, year, seq
