SELECT signoff_id, text, at, by
FROM corrections
WHERE signoff_id IN (SELECT id FROM signoffs WHERE revision_id = ?1)
ORDER BY id
