DELETE FROM preferences WHERE key = ?1
