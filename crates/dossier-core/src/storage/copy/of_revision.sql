SELECT id, revision_id, copy_number, department, holder, issued_on, issued_by, received_on, received_by, returned_on,
  returned_note
FROM copies
WHERE revision_id = ?1
ORDER BY copy_number
