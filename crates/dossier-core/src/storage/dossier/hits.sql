-- Releases that hold the words themselves.
SELECT rowid FROM dossier_search WHERE dossier_search MATCH ?1 ORDER BY rowid
