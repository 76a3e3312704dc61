SELECT release_id FROM dossiers WHERE product = ?1 AND version = ?2
