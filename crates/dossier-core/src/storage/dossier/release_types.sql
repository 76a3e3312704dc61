SELECT DISTINCT release_type FROM dossiers WHERE release_type <> ''
