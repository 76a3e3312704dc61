INSERT INTO releases (name, facts, facts_sha256, created_at) VALUES (?1, ?2, ?3, ?4)
