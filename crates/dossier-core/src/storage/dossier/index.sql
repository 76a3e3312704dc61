INSERT INTO dossier_search (rowid, text) VALUES (?1, ?2)
