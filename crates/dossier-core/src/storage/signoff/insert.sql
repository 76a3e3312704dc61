INSERT INTO signoffs (
  revision_id, chain, step, role, verb, opinion, supplement, name, signed_on, how, ink, reason, recorded_at, recorded_by
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
