-- Series whose last number says that there should be more of them.
SELECT series, year, max(seq) - count(*) FROM numbers GROUP BY series, year HAVING max(seq) <> count(*)
