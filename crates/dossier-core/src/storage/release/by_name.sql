SELECT id FROM releases WHERE name = ?1
