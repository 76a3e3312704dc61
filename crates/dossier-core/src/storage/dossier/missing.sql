SELECT id FROM releases WHERE NOT EXISTS (SELECT 1 FROM dossiers WHERE release_id = releases.id)
