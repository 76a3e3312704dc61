UPDATE numbers SET void_at = ?2, void_by = ?3, void_reason = ?4 WHERE number = ?1 AND void_at IS NULL
