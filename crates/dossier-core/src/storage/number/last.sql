SELECT coalesce(max(seq), 0) FROM numbers WHERE series = ?1 AND year = ?2
