SELECT
  count(*),
  coalesce(sum(statuses & 1 <> 0), 0),
  coalesce(sum(statuses & 2 <> 0), 0),
  coalesce(sum(statuses & 4 <> 0), 0),
  coalesce(sum(statuses & 8 <> 0), 0),
  coalesce(sum(statuses & 16 <> 0), 0),
  coalesce(sum(documents), 0)
FROM dossiers
