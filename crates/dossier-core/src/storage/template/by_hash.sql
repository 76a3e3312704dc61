SELECT sha256, id, version, text FROM templates WHERE sha256 = ?1
