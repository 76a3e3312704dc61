INSERT INTO audit (seq, at, actor, action, subject, detail, prev, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
