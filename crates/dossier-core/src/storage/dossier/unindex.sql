DELETE FROM dossier_search WHERE rowid = ?1
