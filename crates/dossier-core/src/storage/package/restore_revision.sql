INSERT INTO revisions (
  uid, document_id, ordinal, number, revision, state, frozen, sha256, change_note, pages, submitted_at, submitted_by,
  anchor, moved_at, moved_by, reason, effective_on, obsolete_on, successor
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
