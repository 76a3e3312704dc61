INSERT INTO copies (
  revision_id, copy_number, department, holder, issued_on, issued_by, received_on, received_by, returned_on,
  returned_note
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
