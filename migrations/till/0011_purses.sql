-- What this ledger did to members' purses: points, or stored value in fen. moved: all moves; released: what it gave up for other tills to spend.
CREATE TABLE purse (
  member   TEXT NOT NULL,
  purse    TEXT NOT NULL CHECK (purse IN ('points', 'value')),
  moved    INTEGER NOT NULL,
  released INTEGER NOT NULL,
  PRIMARY KEY (member, purse)
) STRICT, WITHOUT ROWID;
-- Coupons used in sales of this ledger; those whose use did not count, booked as a loss; birthdays that were given.
CREATE TABLE coupon_use (
  coupon TEXT NOT NULL,
  sale   TEXT NOT NULL,
  lost   INTEGER NOT NULL,
  PRIMARY KEY (coupon, sale)
) STRICT, WITHOUT ROWID;
CREATE TABLE birthday_use (
  member TEXT NOT NULL,
  year   INTEGER NOT NULL,
  PRIMARY KEY (member, year)
) STRICT, WITHOUT ROWID;
