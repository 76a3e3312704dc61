-- What was typed and cannot be read as its field's kind, by path: kept as typed beside the content.
CREATE TABLE unfit (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  text TEXT NOT NULL CHECK (text <> ''),
  PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;

-- Steps of undo in the order in which they were made. `patch` leads from the content before to the content after and
-- back; steps that are undone stand ready to be redone until something else is typed.
CREATE TABLE undo_steps (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  at TEXT NOT NULL,
  label TEXT NOT NULL,
  focus TEXT,
  -- The place that was typed into, while more typing there still belongs to this step.
  typing TEXT,
  patch TEXT NOT NULL CHECK (json_valid(patch))
) STRICT;

CREATE INDEX undo_steps_by_document ON undo_steps (document_id, undone, id);
