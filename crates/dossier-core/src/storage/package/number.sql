SELECT series, year, seq, number, template_id, given_at, given_by, void_at, void_by, void_reason
FROM numbers
WHERE number = ?1
