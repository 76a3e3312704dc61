UPDATE revisions
SET
  state = ?2, anchor = ?3, moved_at = ?4, moved_by = ?5, reason = ?6,
  effective_on = coalesce(?7, effective_on), obsolete_on = coalesce(?8, obsolete_on), successor = coalesce(?9, successor)
WHERE id = ?1
