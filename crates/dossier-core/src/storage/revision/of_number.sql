SELECT
  id, uid, document_id, ordinal, number, revision, state, frozen, sha256, change_note, pages, submitted_at, submitted_by,
  anchor, moved_at, moved_by, reason, effective_on, obsolete_on, successor
FROM revisions
WHERE number = ?1
ORDER BY ordinal
