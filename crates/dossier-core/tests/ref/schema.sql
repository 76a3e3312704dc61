CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  prev TEXT NOT NULL CHECK (length(prev) = 64),
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject, seq);

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_refuses_gaps BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

CREATE VIRTUAL TABLE document_search USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
  template_sha256 TEXT NOT NULL REFERENCES templates (sha256),
  template_id TEXT NOT NULL,
  release_id INTEGER REFERENCES releases (id),
  status TEXT NOT NULL CHECK (status IN ('draft', 'in_review', 'approved', 'controlled', 'obsolete')),
  year INTEGER NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content)),
  content_sha256 TEXT NOT NULL CHECK (length(content_sha256) = 64),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
, step INTEGER NOT NULL DEFAULT 0, place INTEGER, missing INTEGER NOT NULL DEFAULT 0, row_count INTEGER, begun INTEGER NOT NULL DEFAULT 0, updated_by TEXT NOT NULL DEFAULT '', summed_up INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE UNIQUE INDEX documents_by_place ON documents (place, release_id);

CREATE INDEX documents_by_release ON documents (release_id);

CREATE INDEX documents_newest_first ON documents (updated_at DESC, id DESC);

CREATE INDEX documents_to_sum_up ON documents (id) WHERE summed_up = 0;

CREATE VIRTUAL TABLE dossier_search USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

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

CREATE TABLE preferences (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE releases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
  name TEXT NOT NULL UNIQUE CHECK (trim(name) <> ''),
  facts TEXT NOT NULL CHECK (json_valid(facts)),
  facts_sha256 TEXT NOT NULL CHECK (length(facts_sha256) = 64),
  product TEXT GENERATED ALWAYS AS (facts ->> '$."release.product_name".value') VIRTUAL,
  version TEXT GENERATED ALWAYS AS (facts ->> '$."release.version".value') VIRTUAL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE steps (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  label TEXT NOT NULL,
  focus TEXT NOT NULL,
  delta TEXT NOT NULL CHECK (json_valid(delta)),
  PRIMARY KEY (document_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE templates (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE unfit (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;

