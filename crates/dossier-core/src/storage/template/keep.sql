INSERT INTO templates (sha256, id, version, text) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (sha256) DO NOTHING
