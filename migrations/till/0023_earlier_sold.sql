-- A recall finds sales of earlier ledgers too: by their lots here, of goods without lots in the table that is filled behind, which begins anew with them.
INSERT INTO sold_lot (good, no, expiry, seq, quantity)
  SELECT line.value ->> 'good', part.value ->> 'no', part.value ->> 'expiry', e.seq, sum(part.value ->> 'quantity')
  FROM earlier e, json_each(e.text, '$.body.lines') line, json_each(line.value, '$.lots') part
  WHERE e.type = 'sale.completed' GROUP BY 1, 2, 3, 4;
INSERT OR IGNORE INTO lot (good, no, expiry, quantity) SELECT DISTINCT good, no, expiry, 0 FROM sold_lot WHERE seq < 0;
DELETE FROM sale_good WHERE EXISTS (SELECT 1 FROM earlier);
DELETE FROM sale_good_upto WHERE EXISTS (SELECT 1 FROM earlier);
-- What is sold often first goes on too; and numbers of closed shifts, which are counted, in ledgers that begin anew from now on.
INSERT INTO sold_before (good, sold)
  SELECT line.value ->> 'good', count(*) FROM earlier e, json_each(e.text, '$.body.lines') line WHERE e.type = 'sale.completed' GROUP BY 1
  ON CONFLICT DO UPDATE SET sold = sold + excluded.sold;
CREATE INDEX earlier_shift ON earlier (at) WHERE type = 'shift.closed';
