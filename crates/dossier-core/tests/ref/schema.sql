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

CREATE TABLE copies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision_id INTEGER NOT NULL REFERENCES revisions (id),
  -- 分发号: counts on for each document, whatever the revision.
  copy_number INTEGER NOT NULL,
  department TEXT NOT NULL,
  holder TEXT NOT NULL DEFAULT '',
  issued_on TEXT NOT NULL,
  issued_by TEXT NOT NULL,
  -- 签收
  received_on TEXT,
  received_by TEXT,
  returned_on TEXT,
  returned_note TEXT,
  UNIQUE (revision_id, copy_number)
) STRICT;

CREATE TABLE corrections (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  signoff_id INTEGER NOT NULL REFERENCES signoffs (id),
  text TEXT NOT NULL CHECK (trim(text) <> ''),
  at TEXT NOT NULL,
  by TEXT NOT NULL
) STRICT;

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
, step INTEGER NOT NULL DEFAULT 0, place INTEGER, missing INTEGER NOT NULL DEFAULT 0, row_count INTEGER, begun INTEGER NOT NULL DEFAULT 0, updated_by TEXT NOT NULL DEFAULT '', summed_up INTEGER NOT NULL DEFAULT 0, number TEXT, revision TEXT, change_note TEXT NOT NULL DEFAULT '', steps_signed INTEGER, steps_all INTEGER, in_force TEXT) STRICT;

CREATE UNIQUE INDEX documents_by_number ON documents (number) WHERE number IS NOT NULL;

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

CREATE TABLE exchanged (
  document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  digest TEXT CHECK (digest IS NULL OR length(digest) = 64)
) STRICT;

CREATE TABLE exchanged_states (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  package TEXT NOT NULL,
  PRIMARY KEY (document_id, package)
) STRICT, WITHOUT ROWID;

CREATE TABLE handovers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  package TEXT NOT NULL,
  recipient TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('draft', 'submit')),
  -- Of what was handed over.
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('out', 'back', 'taken_back')),
  closed_at TEXT
) STRICT;

CREATE UNIQUE INDEX handovers_out ON handovers (document_id) WHERE state = 'out';

CREATE TABLE installation (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  uid TEXT NOT NULL CHECK (length(uid) = 32),
  name TEXT NOT NULL
) STRICT;

CREATE TABLE kept_texts (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  text TEXT NOT NULL
) STRICT;

CREATE TABLE leased_numbers (
  number TEXT PRIMARY KEY REFERENCES numbers (number),
  lease TEXT NOT NULL REFERENCES leases (uid),
  -- 'free' until the installation that has the lease uses it, gives it up or gives it back.
  state TEXT NOT NULL CHECK (state IN ('free', 'used', 'void', 'returned'))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER leased_numbers_never_become_free BEFORE UPDATE ON leased_numbers
WHEN OLD.state IS NOT 'free' OR NEW.number IS NOT OLD.number OR NEW.lease IS NOT OLD.lease
BEGIN
  SELECT RAISE (ABORT, 'a number is never used again');
END;

CREATE TABLE leases (
  uid TEXT PRIMARY KEY,
  -- 'out': given away by this installation; 'in': given to it.
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  -- How the other one's uid begins, and what it is called.
  partner TEXT NOT NULL,
  partner_name TEXT NOT NULL,
  template_id TEXT NOT NULL,
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  first INTEGER NOT NULL CHECK (first > 0),
  count INTEGER NOT NULL CHECK (count > 0),
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE numbers (
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  number TEXT NOT NULL UNIQUE,
  template_id TEXT NOT NULL,
  document_id INTEGER REFERENCES documents (id),
  given_at TEXT NOT NULL,
  given_by TEXT NOT NULL,
  -- Given up: when, by whom and why. 作废号登记 lists these.
  void_at TEXT,
  void_by TEXT,
  void_reason TEXT,
  PRIMARY KEY (series, year, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER numbers_are_never_taken_back BEFORE DELETE ON numbers
BEGIN
  SELECT RAISE (ABORT, 'a number is never used again');
END;

CREATE TRIGGER numbers_stay BEFORE UPDATE ON numbers
WHEN OLD.void_at IS NOT NULL
  OR NEW.number IS NOT OLD.number OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year
  OR NEW.seq IS NOT OLD.seq OR NEW.given_at IS NOT OLD.given_at
  OR (NEW.document_id IS NOT OLD.document_id AND OLD.document_id IS NOT NULL)
BEGIN
  SELECT RAISE (ABORT, 'a number is never used again');
END;

CREATE TABLE packages (
  uid TEXT PRIMARY KEY,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  purpose TEXT NOT NULL,
  sender TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  received_at TEXT NOT NULL,
  received_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE papers (
  revision_id INTEGER NOT NULL REFERENCES revisions (id),
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes BLOB NOT NULL,
  PRIMARY KEY (revision_id, kind)
) STRICT;

CREATE TRIGGER papers_never_change BEFORE UPDATE ON papers
BEGIN
  SELECT RAISE (ABORT, 'a paper never changes');
END;

CREATE TABLE partners (
  uid TEXT PRIMARY KEY CHECK (length(uid) = 32),
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE preferences (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE prints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision_id INTEGER NOT NULL REFERENCES revisions (id),
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  -- Local date: no signature on it is older.
  printed_on TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL
) STRICT;

CREATE INDEX prints_by_revision ON prints (revision_id);

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL,
  revision TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  why TEXT NOT NULL,
  sender TEXT NOT NULL,
  package TEXT NOT NULL,
  received_at TEXT NOT NULL,
  -- The whole record as it came, as JSON.
  record TEXT NOT NULL CHECK (json_valid(record)),
  UNIQUE (number, revision, sha256, why)
) STRICT;

CREATE TRIGGER quarantine_stays BEFORE DELETE ON quarantine
BEGIN
  SELECT RAISE (ABORT, 'an alarm is never taken back');
END;

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

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
  document_id INTEGER NOT NULL REFERENCES documents (id),
  ordinal INTEGER NOT NULL,
  number TEXT NOT NULL,
  revision TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('in_review', 'returned', 'approved', 'controlled', 'obsolete')),
  frozen TEXT NOT NULL CHECK (json_valid(frozen)),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  change_note TEXT NOT NULL,
  pages INTEGER NOT NULL DEFAULT 0,
  submitted_at TEXT NOT NULL,
  submitted_by TEXT NOT NULL,
  -- Head of the audit log before the move that led to `state` or to the last signature: printed on every page.
  anchor TEXT NOT NULL,
  -- Of the last move: when (UTC), by whom, why; dates are local and as told.
  moved_at TEXT NOT NULL,
  moved_by TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  effective_on TEXT,
  obsolete_on TEXT,
  successor TEXT,
  UNIQUE (document_id, ordinal),
  UNIQUE (document_id, revision),
  UNIQUE (number, revision)
) STRICT;

CREATE INDEX revisions_by_hash ON revisions (sha256);

CREATE INDEX revisions_by_state ON revisions (state);

CREATE TRIGGER revisions_never_change BEFORE UPDATE ON revisions
WHEN NEW.document_id IS NOT OLD.document_id OR NEW.ordinal IS NOT OLD.ordinal OR NEW.number IS NOT OLD.number
  OR NEW.revision IS NOT OLD.revision OR NEW.frozen IS NOT OLD.frozen OR NEW.sha256 IS NOT OLD.sha256
  OR NEW.change_note IS NOT OLD.change_note OR NEW.submitted_at IS NOT OLD.submitted_at
  OR NEW.submitted_by IS NOT OLD.submitted_by OR NEW.uid IS NOT OLD.uid
  OR (OLD.state IN ('returned', 'obsolete') AND NEW.state IS NOT OLD.state)
BEGIN
  SELECT RAISE (ABORT, 'a revision never changes');
END;

CREATE TRIGGER revisions_stay BEFORE DELETE ON revisions
BEGIN
  SELECT RAISE (ABORT, 'a revision never changes');
END;

CREATE TABLE scan_pages (
  scan_id INTEGER NOT NULL REFERENCES scans (id),
  page INTEGER NOT NULL,
  revision_id INTEGER REFERENCES revisions (id),
  paper_page INTEGER,
  turned INTEGER NOT NULL DEFAULT 0,
  how TEXT NOT NULL CHECK (how IN ('code', 'hand', 'unread', 'ignored')),
  -- What was read there and belongs to nothing known here.
  note TEXT NOT NULL DEFAULT '',
  filed_at TEXT NOT NULL,
  filed_by TEXT NOT NULL,
  PRIMARY KEY (scan_id, page)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_pages_by_revision ON scan_pages (revision_id) WHERE revision_id IS NOT NULL;

CREATE INDEX scan_pages_waiting ON scan_pages (scan_id) WHERE how = 'unread';

CREATE TABLE scans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  size INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  received_at TEXT NOT NULL,
  received_by TEXT NOT NULL
) STRICT;

CREATE TRIGGER scans_never_change BEFORE UPDATE ON scans
BEGIN
  SELECT RAISE (ABORT, 'a scan never changes');
END;

CREATE TRIGGER scans_stay BEFORE DELETE ON scans
BEGIN
  SELECT RAISE (ABORT, 'a scan never changes');
END;

CREATE TABLE second_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  package TEXT NOT NULL,
  sender TEXT NOT NULL,
  received_at TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  draft TEXT NOT NULL CHECK (json_valid(draft)),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'chosen', 'overtaken')),
  closed_at TEXT,
  UNIQUE (document_id, package)
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE signoff_scans (
  signoff_id INTEGER NOT NULL REFERENCES signoffs (id),
  scan_id INTEGER NOT NULL REFERENCES scans (id),
  page INTEGER NOT NULL,
  PRIMARY KEY (signoff_id, scan_id, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE signoffs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision_id INTEGER NOT NULL REFERENCES revisions (id),
  chain TEXT NOT NULL,
  step INTEGER NOT NULL,
  role TEXT NOT NULL,
  verb TEXT NOT NULL,
  opinion TEXT NOT NULL CHECK (opinion IN ('agree', 'refuse', 'supplement')),
  supplement TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  -- As written on the paper: 2026-03-11
  signed_on TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('ink', 'machine')),
  -- Drawn with pen or mouse: lists of points between 0 and 1, and the shape of their box.
  ink TEXT CHECK (ink IS NULL OR json_valid(ink)),
  -- Why one person signs twice, or the author himself.
  reason TEXT NOT NULL DEFAULT '',
  recorded_at TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  UNIQUE (revision_id, chain, step)
) STRICT;

CREATE TRIGGER signoffs_never_change BEFORE UPDATE ON signoffs
BEGIN
  SELECT RAISE (ABORT, 'a signature never changes');
END;

CREATE TRIGGER signoffs_stay BEFORE DELETE ON signoffs
BEGIN
  SELECT RAISE (ABORT, 'a signature never changes');
END;

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

