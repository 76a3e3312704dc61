SELECT id, sha256, name, kind, size, pages, received_at, received_by FROM scans ORDER BY id
