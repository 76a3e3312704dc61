SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit
WHERE ?1 IS NULL OR subject = ?1
ORDER BY seq
