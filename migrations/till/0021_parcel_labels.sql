-- Labels that say whom a parcel is for lie under seal and are deleted when they are printed. `key`: id of the key, and `doc` is
-- sealed then, in base64; null: `doc` is in clear.
ALTER TABLE label_batch ADD COLUMN key TEXT;
CREATE INDEX label_batch_sealed ON label_batch (at) WHERE key IS NOT NULL;
