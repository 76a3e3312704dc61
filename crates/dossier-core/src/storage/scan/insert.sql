INSERT INTO scans (sha256, name, kind, size, pages, bytes, received_at, received_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
