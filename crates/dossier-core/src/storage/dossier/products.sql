SELECT DISTINCT product FROM dossiers WHERE product <> '' ORDER BY product
