-- Every dossier, newest change first.
SELECT release_id, product, year, release_type, statuses, closed, summary_begun, planned_at, documents
FROM dossiers
ORDER BY place DESC
