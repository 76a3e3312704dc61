-- `place` is the order of last changes: it grows with every change of content, and is the document's rowid in the
-- index of words. The newest hits are then read from the end of the index, however many there are.
ALTER TABLE documents ADD COLUMN place INTEGER;
-- Of the list, so that it never opens documents: compulsory fields that are empty, rows of a plan table, whether it
-- holds anything that concerns its release alone.
ALTER TABLE documents ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN row_count INTEGER;
ALTER TABLE documents ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN updated_by TEXT NOT NULL DEFAULT '';
-- 0: the columns above and the words still have to be worked out from the content.
ALTER TABLE documents ADD COLUMN summed_up INTEGER NOT NULL DEFAULT 0;

UPDATE documents SET place = ranked.place
FROM (SELECT id, row_number() OVER (ORDER BY updated_at, id) AS place FROM documents) AS ranked
WHERE ranked.id = documents.id;

INSERT INTO document_search (document_search) VALUES ('delete-all');

CREATE UNIQUE INDEX documents_by_place ON documents (place, release_id);
CREATE INDEX documents_to_sum_up ON documents (id) WHERE summed_up = 0;

-- A release as the list shows it.
CREATE TABLE dossiers (
  release_id INTEGER PRIMARY KEY REFERENCES releases (id) ON DELETE CASCADE,
  place INTEGER NOT NULL UNIQUE,
  product TEXT NOT NULL,
  version TEXT NOT NULL,
  release_type TEXT NOT NULL,
  owner TEXT NOT NULL,
  planned_at TEXT,
  year INTEGER NOT NULL,
  summary_begun INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  statuses INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX dossiers_by_product ON dossiers (product, version);

-- What finds a release itself, also one without documents. Same pairs of characters as `document_search`.
CREATE VIRTUAL TABLE dossier_search USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

-- What the window remembers; nothing of it is content.
CREATE TABLE preferences (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;
