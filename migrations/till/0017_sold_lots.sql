-- Which sales name which lots, in thousandths: what a recall looks through.
CREATE TABLE sold_lot (
  good     TEXT NOT NULL,
  no       TEXT NOT NULL,
  expiry   TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (good, no, expiry, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO sold_lot (good, no, expiry, seq, quantity)
  SELECT line.value ->> 'good', part.value ->> 'no', part.value ->> 'expiry', j.seq, sum(part.value ->> 'quantity')
  FROM journal j, json_each(j.text, '$.body.lines') line, json_each(line.value, '$.lots') part
  WHERE j.type = 'sale.completed' GROUP BY 1, 2, 3, 4;
-- A lot's document by its good and number; recalls that stand.
CREATE INDEX document_lot ON document (doc ->> 'no', doc ->> 'good') WHERE kind = 'lot';
CREATE INDEX document_lot_good ON document (doc ->> 'good', doc ->> 'at') WHERE kind = 'lot';
CREATE INDEX document_lot_day ON document (doc ->> 'at') WHERE kind = 'lot';
CREATE INDEX document_recall ON document (id) WHERE kind = 'recall';
