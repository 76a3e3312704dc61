-- Who this data folder is among others: made once, when it first exchanges something.
CREATE TABLE installation (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  uid TEXT NOT NULL CHECK (length(uid) = 32),
  name TEXT NOT NULL
) STRICT;

-- Others that packages came from, as they called themselves last.
CREATE TABLE partners (
  uid TEXT PRIMARY KEY CHECK (length(uid) = 32),
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Packages that came in. One uid has one digest for good: the same package twice is the same as once.
CREATE TABLE packages (
  uid TEXT PRIMARY KEY,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  purpose TEXT NOT NULL,
  sender TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  received_at TEXT NOT NULL,
  received_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a document was when it was exchanged last: the digest of what was typed. None once it went a way of its own.
CREATE TABLE exchanged (
  document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
  digest TEXT CHECK (digest IS NULL OR length(digest) = 64)
) STRICT;

-- The packages whose state of a document is part of what stands here now: where it comes from.
CREATE TABLE exchanged_states (
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  package TEXT NOT NULL,
  PRIMARY KEY (document_id, package)
) STRICT, WITHOUT ROWID;

-- Drafts that somebody else writes on. While one is out, it is read-only here.
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

-- States of a document that wait beside it until a person has chosen, field by field. `draft` is what came, as JSON.
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

-- Revisions that contradict what is here. Nothing was changed by them; somebody has to find out.
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

-- Blocks of official numbers that one installation may give in the name of another. Their numbers stand in `numbers`
-- on both sides, without a document until one has got them.
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

-- A leased number stands on no document at first, and then on one for good.
DROP TRIGGER numbers_stay;

CREATE TRIGGER numbers_stay BEFORE UPDATE ON numbers
WHEN OLD.void_at IS NOT NULL
  OR NEW.number IS NOT OLD.number OR NEW.series IS NOT OLD.series OR NEW.year IS NOT OLD.year
  OR NEW.seq IS NOT OLD.seq OR NEW.given_at IS NOT OLD.given_at
  OR (NEW.document_id IS NOT OLD.document_id AND OLD.document_id IS NOT NULL)
BEGIN
  SELECT RAISE (ABORT, 'a number is never used again');
END;
