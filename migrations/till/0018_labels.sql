-- What a print job of labels prints. The till's own: never sent, never rebuilt; swept when its jobs are over for long.
CREATE TABLE label_batch (
  id  TEXT PRIMARY KEY,
  -- [{label, copies}] as JSON
  doc TEXT NOT NULL,
  at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX label_batch_at ON label_batch (at);
