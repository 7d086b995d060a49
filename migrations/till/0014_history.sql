-- What another till sold before this one, brought in from its file: sums as those of our own sales, by batch. A batch counts
-- while is_on: its import was closed whole and not taken back. Days as numbers, money in fen, quantities in thousandths.
CREATE TABLE history_batch (
  no     INTEGER PRIMARY KEY,
  batch  TEXT NOT NULL UNIQUE,
  chunks INTEGER NOT NULL,
  import TEXT UNIQUE,
  digest TEXT,
  is_on  INTEGER NOT NULL
) STRICT;
-- What only files name: goods that the shop does not have.
CREATE TABLE history_item (
  good     TEXT PRIMARY KEY,
  code     TEXT NOT NULL,
  name     TEXT NOT NULL,
  category TEXT NOT NULL,
  unit     TEXT NOT NULL,
  pricing  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- By which a receipt is known again: its number, and its time in minutes since 1970 (a day as a negative number where there is no time).
CREATE TABLE history_receipt (
  no     TEXT NOT NULL,
  minute INTEGER NOT NULL,
  batch  INTEGER NOT NULL,
  PRIMARY KEY (no, minute, batch)
) STRICT, WITHOUT ROWID;
CREATE TABLE history_good (
  day          INTEGER NOT NULL,
  batch        INTEGER NOT NULL,
  good         INTEGER NOT NULL,
  quantity     INTEGER NOT NULL,
  gross        INTEGER NOT NULL,
  net          INTEGER NOT NULL,
  cost         INTEGER NOT NULL,
  costless     INTEGER NOT NULL,
  costless_net INTEGER NOT NULL,
  PRIMARY KEY (day, batch, good)
) STRICT, WITHOUT ROWID;
-- quarter: as in day_time; -1 where the file has no time of day. staff: empty where the file names nobody of the shop's.
CREATE TABLE history_time (
  day      INTEGER NOT NULL,
  batch    INTEGER NOT NULL,
  quarter  INTEGER NOT NULL,
  staff    TEXT NOT NULL,
  sales    INTEGER NOT NULL,
  returns  INTEGER NOT NULL,
  gross    INTEGER NOT NULL,
  discount INTEGER NOT NULL,
  net      INTEGER NOT NULL,
  back     INTEGER NOT NULL,
  PRIMARY KEY (day, batch, quarter, staff)
) STRICT, WITHOUT ROWID;
CREATE TABLE history_tender (
  day     INTEGER NOT NULL,
  batch   INTEGER NOT NULL,
  channel TEXT NOT NULL,
  tenders INTEGER NOT NULL,
  fen     INTEGER NOT NULL,
  PRIMARY KEY (day, batch, channel)
) STRICT, WITHOUT ROWID;
-- How often each good was sold, by batch; and in all batches that count, which puts what is sold often first.
CREATE TABLE history_count (
  batch INTEGER NOT NULL,
  good  TEXT NOT NULL,
  sold  INTEGER NOT NULL,
  PRIMARY KEY (batch, good)
) STRICT, WITHOUT ROWID;
CREATE TABLE sold_before (
  good TEXT PRIMARY KEY,
  sold INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows of counted stock and of sales wait for mending too.
ALTER TABLE kept_row ADD COLUMN kind TEXT NOT NULL DEFAULT 'goods';
