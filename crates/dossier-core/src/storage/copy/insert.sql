INSERT INTO copies (revision_id, copy_number, department, holder, issued_on, issued_by)
SELECT
  ?1,
  coalesce(max(copy_number), 0) + 1,
  ?3, ?4, ?5, ?6
FROM copies
WHERE revision_id IN (SELECT id FROM revisions WHERE document_id = ?2)
