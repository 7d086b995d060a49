-- The journal: append-only, one row an event, its text exactly as hashed.
CREATE TABLE journal (
  seq  INTEGER PRIMARY KEY,
  id   TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  at   INTEGER NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never updated'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

-- Projections: made from the journal alone, and rebuilt from it by verify.
CREATE TABLE sale (
  seq      INTEGER PRIMARY KEY,
  no       TEXT NOT NULL UNIQUE,
  at       INTEGER NOT NULL,
  date     TEXT NOT NULL,
  shift    TEXT NOT NULL,
  staff    TEXT NOT NULL,
  total    INTEGER NOT NULL
) STRICT;
CREATE TABLE shift (
  id         TEXT PRIMARY KEY,
  staff      TEXT NOT NULL,
  date       TEXT NOT NULL,
  opened_at  INTEGER NOT NULL,
  float      INTEGER NOT NULL,
  closed_at  INTEGER,
  counted    INTEGER,
  difference INTEGER,
  sales      INTEGER NOT NULL DEFAULT 0,
  returns    INTEGER NOT NULL DEFAULT 0,
  gross      INTEGER NOT NULL DEFAULT 0,
  discount   INTEGER NOT NULL DEFAULT 0,
  net        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE balance (
  shift   TEXT NOT NULL,
  account TEXT NOT NULL,
  fen     INTEGER NOT NULL,
  PRIMARY KEY (shift, account)
) STRICT, WITHOUT ROWID;
-- quantity in thousandths, moved by deltas; sold counts lines, so that frequent goods come first.
CREATE TABLE stock (
  good     TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL,
  sold     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Reference documents, merged field by field from the journal and from the cloud's changes.
CREATE TABLE document (
  kind   TEXT NOT NULL,
  id     TEXT NOT NULL,
  doc    TEXT NOT NULL,
  clocks TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE good_code (
  code TEXT NOT NULL,
  good TEXT NOT NULL,
  PRIMARY KEY (code, good)
) STRICT, WITHOUT ROWID;
CREATE INDEX good_code_good ON good_code (good);
CREATE TABLE good_index (
  row   INTEGER PRIMARY KEY,
  good  TEXT NOT NULL UNIQUE,
  name  TEXT NOT NULL,
  sells INTEGER NOT NULL,
  quick INTEGER NOT NULL
) STRICT;
CREATE INDEX good_index_name ON good_index (name);
CREATE INDEX good_index_quick ON good_index (quick) WHERE quick > 0;
-- Pairs of neighbouring characters, because a trigram index finds nothing for two Chinese characters.
CREATE VIRTUAL TABLE good_search USING fts5(name, pinyin, initials, codes, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');

-- The till's own: never sent, never rebuilt.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE pin (
  staff    TEXT PRIMARY KEY,
  verifier TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE printer (
  id  TEXT PRIMARY KEY,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE print_job (
  id       INTEGER PRIMARY KEY,
  printer  TEXT NOT NULL,
  kind     TEXT NOT NULL,
  ref      TEXT NOT NULL,
  copy     INTEGER NOT NULL,
  drawer   INTEGER NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  error    TEXT,
  at       INTEGER NOT NULL
) STRICT;
CREATE INDEX print_job_open ON print_job (printer, id) WHERE state IN ('queued', 'sending');
CREATE INDEX print_job_failed ON print_job (printer) WHERE state = 'failed';
CREATE TABLE kept_row (
  import  TEXT NOT NULL,
  row     INTEGER NOT NULL,
  file    TEXT NOT NULL,
  cells   TEXT NOT NULL,
  mapping TEXT NOT NULL,
  bad     TEXT NOT NULL,
  PRIMARY KEY (import, row)
) STRICT, WITHOUT ROWID;
