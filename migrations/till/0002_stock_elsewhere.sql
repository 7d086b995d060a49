-- What the shop's other tills have moved of each good, in thousandths, as the cloud last said: not made from this journal.
CREATE TABLE stock_elsewhere (
  good     TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
