-- What the ledgers before this one recorded of sales and the shop has from them: rows as they were, numbered below zero in their order, the latest
-- ledger's last. Reports and receipts go on from them; they are never sent, and nothing else is made of them.
CREATE TABLE earlier (
  seq  INTEGER PRIMARY KEY CHECK (seq < 0),
  id   TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  at   INTEGER NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER earlier_no_update BEFORE UPDATE ON earlier BEGIN SELECT RAISE(ABORT, 'what was recorded earlier is never updated'); END;
CREATE TRIGGER earlier_no_delete BEFORE DELETE ON earlier BEGIN SELECT RAISE(ABORT, 'what was recorded earlier is never deleted'); END;

-- What came by which of the shop's own codes, less what was paid back by it: of a shift by the code's name, of a day as `static_code:NAME`.
CREATE TABLE shift_code (
  shift TEXT NOT NULL,
  via   TEXT NOT NULL,
  fen   INTEGER NOT NULL,
  PRIMARY KEY (shift, via)
) STRICT, WITHOUT ROWID;
-- A row that is damaged says nothing here, and is named by verify.
CREATE TABLE code_before AS
  SELECT j.text ->> '$.body.shift' AS shift, CAST(replace(j.text ->> '$.body.date', '-', '') AS INTEGER) AS day, tender.value ->> 'via' AS via,
    (tender.value ->> 'amount') * iif(j.type = 'sale.completed', 1, -1) AS fen
  FROM journal j, json_each(iif(json_valid(j.text), j.text, '{}'), '$.body.tenders') tender
  WHERE EXISTS (SELECT 1 FROM day_tender WHERE channel = 'static_code') AND j.type IN ('sale.completed', 'sale.refunded') AND tender.value ->> 'channel' = 'static_code';
INSERT INTO shift_code (shift, via, fen) SELECT shift, via, sum(fen) FROM code_before WHERE via IS NOT NULL GROUP BY shift, via;
DELETE FROM day_tender WHERE channel = 'static_code';
INSERT INTO day_tender (day, channel, tenders, fen) SELECT day, coalesce('static_code:' || via, 'static_code'), count(*), sum(fen) FROM code_before GROUP BY 1, 2;
DROP TABLE code_before;
