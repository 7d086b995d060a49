-- What reports read: sums by day, made from the journal alone. `day` is the business date as a number, 20261123; money
-- in fen, quantities in thousandths.
-- Goods in the order they were first sold: a short number for the rows below, of which there are many.
CREATE TABLE sold_good (
  no   INTEGER PRIMARY KEY,
  good TEXT NOT NULL UNIQUE
) STRICT;
-- cost: of lines that say it. costless: what lines that don't say it come to, whose cost is the good's of today.
CREATE TABLE day_good (
  day          INTEGER NOT NULL,
  good         INTEGER NOT NULL,
  quantity     INTEGER NOT NULL,
  gross        INTEGER NOT NULL,
  net          INTEGER NOT NULL,
  cost         INTEGER NOT NULL,
  costless     INTEGER NOT NULL,
  costless_net INTEGER NOT NULL,
  PRIMARY KEY (day, good)
) STRICT, WITHOUT ROWID;
-- quarter: quarters of an hour since 1970 in UTC, of which any zone's hours are made. back: net of lines that came back.
CREATE TABLE day_time (
  day      INTEGER NOT NULL,
  quarter  INTEGER NOT NULL,
  staff    TEXT NOT NULL,
  sales    INTEGER NOT NULL,
  returns  INTEGER NOT NULL,
  gross    INTEGER NOT NULL,
  discount INTEGER NOT NULL,
  net      INTEGER NOT NULL,
  back     INTEGER NOT NULL,
  PRIMARY KEY (day, quarter, staff)
) STRICT, WITHOUT ROWID;
CREATE TABLE day_tender (
  day     INTEGER NOT NULL,
  channel TEXT NOT NULL,
  tenders INTEGER NOT NULL,
  fen     INTEGER NOT NULL,
  PRIMARY KEY (day, channel)
) STRICT, WITHOUT ROWID;

-- Sales of before, which say no cost.
INSERT INTO sold_good (good)
  SELECT line.value ->> 'good' FROM journal j, json_each(j.text, '$.body.lines') line WHERE j.type = 'sale.completed'
  GROUP BY 1 ORDER BY min(j.seq * 1000 + line.key);
INSERT INTO day_good (day, good, quantity, gross, net, cost, costless, costless_net)
  SELECT CAST(replace(j.text ->> '$.body.date', '-', '') AS INTEGER), g.no, sum(line.value ->> 'quantity'), sum(line.value ->> 'gross'), sum(line.value ->> 'net'),
    0, sum(line.value ->> 'quantity'), sum(line.value ->> 'net')
  FROM journal j, json_each(j.text, '$.body.lines') line JOIN sold_good g ON g.good = line.value ->> 'good'
  WHERE j.type = 'sale.completed' GROUP BY 1, 2;
INSERT INTO day_time (day, quarter, staff, sales, returns, gross, discount, net, back)
  SELECT day, quarter, staff, count(*), sum(back_lines > 0), sum(gross), sum(discount), sum(net), sum(back) FROM (
    SELECT CAST(replace(text ->> '$.body.date', '-', '') AS INTEGER) AS day, at / 900000 AS quarter, text ->> '$.body.staff' AS staff,
      text ->> '$.body.gross' AS gross, text ->> '$.body.discount' AS discount, text ->> '$.body.total' AS net,
      (SELECT count(*) FROM json_each(text, '$.body.lines') line WHERE line.value ->> 'quantity' < 0) AS back_lines,
      (SELECT coalesce(sum(line.value ->> 'net'), 0) FROM json_each(text, '$.body.lines') line WHERE line.value ->> 'quantity' < 0) AS back
    FROM journal WHERE type = 'sale.completed')
  GROUP BY day, quarter, staff;
INSERT INTO day_tender (day, channel, tenders, fen)
  SELECT CAST(replace(j.text ->> '$.body.date', '-', '') AS INTEGER), tender.value ->> 'channel', count(*), sum(tender.value ->> 'amount')
  FROM journal j, json_each(j.text, '$.body.tenders') tender WHERE j.type = 'sale.completed' GROUP BY 1, 2;
