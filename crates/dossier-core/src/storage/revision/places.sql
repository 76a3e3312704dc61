SELECT r.number, r.revision, r.state, r.pages, d.title
FROM revisions AS r
JOIN documents AS d ON d.id = r.document_id
ORDER BY r.id DESC
LIMIT ?1
