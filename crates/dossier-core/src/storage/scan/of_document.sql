SELECT s.id, s.sha256, s.name, s.kind, s.size, s.pages, s.received_at, s.received_by, count(*)
FROM revisions AS r
JOIN scan_pages AS p ON p.revision_id = r.id
JOIN scans AS s ON s.id = p.scan_id
WHERE r.document_id = ?1 AND p.how = 'code'
GROUP BY s.id
ORDER BY s.id
