SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit
WHERE seq = ?1
