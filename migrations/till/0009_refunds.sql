-- Projections: what came back, by refund, and by line of the sales of this ledger.
CREATE TABLE refund (
  seq      INTEGER PRIMARY KEY,
  no       TEXT NOT NULL UNIQUE,
  at       INTEGER NOT NULL,
  date     TEXT NOT NULL,
  shift    TEXT NOT NULL,
  staff    TEXT NOT NULL,
  total    INTEGER NOT NULL,
  sale     TEXT
) STRICT;
CREATE INDEX refund_sale ON refund (sale) WHERE sale IS NOT NULL;
CREATE INDEX refund_shift ON refund (shift);
CREATE TABLE refund_line (
  sale     TEXT NOT NULL,
  line     INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  amount   INTEGER NOT NULL,
  PRIMARY KEY (sale, line)
) STRICT, WITHOUT ROWID;
-- Fen that were paid for a sale, where the cloud knows, and that the shop's other tills paid back of it, as it last said: not
-- made from this journal.
CREATE TABLE refund_elsewhere (
  sale TEXT PRIMARY KEY,
  fen  INTEGER NOT NULL,
  paid INTEGER
) STRICT, WITHOUT ROWID;
-- A sale is found again by its time and by what it came to.
CREATE INDEX sale_at ON sale (at);
CREATE INDEX sale_total ON sale (total, seq);
