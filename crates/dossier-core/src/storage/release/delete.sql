DELETE FROM releases WHERE id = ?1
