INSERT INTO revisions (
  document_id, ordinal, number, revision, state, frozen, sha256, change_note, submitted_at, submitted_by, anchor,
  moved_at, moved_by
)
VALUES (?1, ?2, ?3, ?4, 'in_review', ?5, ?6, ?7, ?8, ?9, ?10, ?8, ?9)
