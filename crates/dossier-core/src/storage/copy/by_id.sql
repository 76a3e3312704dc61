SELECT id, revision_id, copy_number, department, holder, issued_on, issued_by, received_on, received_by, returned_on,
  returned_note
FROM copies
WHERE id = ?1
