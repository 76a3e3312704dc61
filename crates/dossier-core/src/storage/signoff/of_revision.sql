SELECT id, chain, step, role, verb, opinion, supplement, name, signed_on, how, ink, reason, recorded_at, recorded_by
FROM signoffs
WHERE revision_id = ?1
ORDER BY id
