-- What the shop's other tills have moved of each good, in thousandths, as the cloud last said: not made from this journal.
CREATE TABLE stock_elsewhere (
  good     TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The program before this one passed over what it did not know: everything is pulled once more.
UPDATE setting SET value = '0' WHERE key = 'rev';
