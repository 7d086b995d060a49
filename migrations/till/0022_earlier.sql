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
