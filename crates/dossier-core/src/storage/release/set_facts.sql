UPDATE releases SET facts = ?2, facts_sha256 = ?3 WHERE id = ?1 AND facts <> ?2
