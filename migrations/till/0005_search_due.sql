-- Goods that are sold already and whose search text is yet to be written; is_new: good_search has nothing of them.
CREATE TABLE search_due (
  good   TEXT PRIMARY KEY,
  is_new INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A ledger that was recovered had none at all.
INSERT INTO search_due (good, is_new) SELECT good, 1 FROM good_index WHERE row NOT IN (SELECT id FROM good_search_docsize);
