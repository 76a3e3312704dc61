-- Exact texts of templates, each once: a document keeps printing as it was written when the shipped form changes.
CREATE TABLE templates (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;

-- `facts` is what the documents of a release share: {key: {"value": …, "document": id of the one that set it}}.
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

-- `uid` tells documents of different machines apart; `id` is what people of one machine type.
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
) STRICT;

CREATE INDEX documents_by_release ON documents (release_id);
CREATE INDEX documents_newest_first ON documents (updated_at DESC, id DESC);

-- Holds overlapping pairs of characters: two-character words are found, which no tokenizer of FTS5 does for Chinese.
CREATE VIRTUAL TABLE document_search USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

-- Each entry is chained to the one before by SHA-256 over canonical JSON.
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

CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_refuses_gaps BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN
  SELECT RAISE (ABORT, 'the audit log is append-only');
END;
