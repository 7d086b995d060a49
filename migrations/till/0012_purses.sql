-- What this ledger did to members' purses: points, or stored value in fen. moved: all moves; released: what it gave up for other tills to spend.
CREATE TABLE purse (
  member   TEXT NOT NULL,
  purse    TEXT NOT NULL CHECK (purse IN ('points', 'value')),
  moved    INTEGER NOT NULL,
  released INTEGER NOT NULL,
  PRIMARY KEY (member, purse)
) STRICT, WITHOUT ROWID;
