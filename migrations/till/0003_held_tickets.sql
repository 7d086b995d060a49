-- Tickets set aside here and not taken here, and holdings taken here: from the journal, where their tickets are.
CREATE TABLE held (
  id  TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE taken (
  id  TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Holdings as the cloud tells them: those of the other tills that nobody has taken, and those of this till that another has.
CREATE TABLE holding (
  id  TEXT PRIMARY KEY,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody at this till should know and nobody decided: until it was read.
CREATE TABLE alert (
  id   TEXT PRIMARY KEY,
  at   INTEGER NOT NULL,
  doc  TEXT NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
