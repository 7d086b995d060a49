-- Goods are found by their price. Null where an edit came before its good.
ALTER TABLE good_index ADD COLUMN price INTEGER;
UPDATE good_index SET price = (SELECT doc ->> 'price' FROM document WHERE kind = 'good' AND id = good_index.good);
CREATE INDEX good_index_price ON good_index (price) WHERE sells = 1;
