SELECT DISTINCT owner FROM dossiers WHERE owner <> '' ORDER BY owner
