SELECT id, name, facts, facts_sha256, created_at FROM releases WHERE id = ?1
