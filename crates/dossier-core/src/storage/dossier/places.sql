-- The release of every document that belongs to one.
SELECT place, release_id FROM documents WHERE release_id IS NOT NULL ORDER BY place
