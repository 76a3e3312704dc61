SELECT rowid FROM dossier_search WHERE dossier_search MATCH ?1
