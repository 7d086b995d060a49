-- Lots: the sums of what this till moved of each, in thousandths; beside them what the shop's other tills moved, as the cloud last said.
CREATE TABLE lot (
  good     TEXT NOT NULL,
  no       TEXT NOT NULL,
  expiry   TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (good, no, expiry)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_expiry ON lot (expiry) WHERE expiry <> '';
CREATE TABLE lot_elsewhere (
  good     TEXT NOT NULL,
  no       TEXT NOT NULL,
  expiry   TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (good, no, expiry)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_elsewhere_expiry ON lot_elsewhere (expiry) WHERE expiry <> '';
-- Numbered papers of the stock room, by the row of the journal that each is.
CREATE TABLE stock_paper (
  seq  INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  no   TEXT NOT NULL
) STRICT;
CREATE INDEX stock_paper_no ON stock_paper (no);
-- The count that is going on. came and left are movements between a good's first scan and its last, the later_ ones those
-- since the last; away is what the other tills had moved at the last scan.
CREATE TABLE count_line (
  good       TEXT PRIMARY KEY,
  count      TEXT NOT NULL,
  counted    INTEGER NOT NULL,
  scans      INTEGER NOT NULL,
  books      INTEGER NOT NULL,
  came       INTEGER NOT NULL,
  left       INTEGER NOT NULL,
  later_came INTEGER NOT NULL,
  later_left INTEGER NOT NULL,
  away       INTEGER NOT NULL,
  seq        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Goods that have a least stock: few of many.
CREATE INDEX document_least ON document (id) WHERE kind = 'good' AND doc ->> 'minStock' IS NOT NULL;
-- The program before this one passed over lots: everything is pulled once more.
UPDATE setting SET value = '0' WHERE key = 'rev';
