-- What was typed and cannot be read as its field's kind: kept as typed until it can.
CREATE TABLE unfit (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;

-- Steps of undo. `delta` holds what stood before and after, place by place; steps above `documents.step` are undone.
CREATE TABLE steps (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  label TEXT NOT NULL,
  focus TEXT NOT NULL,
  delta TEXT NOT NULL CHECK (json_valid(delta)),
  PRIMARY KEY (document_id, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE documents ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
