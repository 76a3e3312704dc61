-- Hashes are hexadecimal: `g` comes after every digit.
SELECT id, sha256, name, kind, size, pages, received_at, received_by FROM scans
WHERE sha256 >= ?1 AND sha256 < ?1 || 'g'
ORDER BY id
LIMIT 2
