-- How much of each good a sale sold, how much of that names no lot, and whether the sale names a lot of it too; in
-- thousandths. What a recall looks through for goods without lots. Filled behind the sales, so that none waits for it:
-- sale_good_upto is the last sale that is in it.
CREATE TABLE sale_good (
  good     TEXT NOT NULL,
  date     TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  unnamed  INTEGER NOT NULL,
  named    INTEGER NOT NULL,
  PRIMARY KEY (good, date, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE sale_good_upto (
  seq INTEGER PRIMARY KEY
) STRICT;
