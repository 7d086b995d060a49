-- Personal records, each under seal, beside the journal that names them by digest. Erasing a person destroys their rows.
-- sent: 0 waits for its turn, 1 the cloud has it, 2 the cloud won't have it.
CREATE TABLE person_record (
  person TEXT NOT NULL,
  digest TEXT NOT NULL,
  event  TEXT NOT NULL,
  hlc    TEXT NOT NULL,
  fields TEXT NOT NULL,
  key    TEXT NOT NULL,
  sealed BLOB NOT NULL,
  sent   INTEGER NOT NULL,
  PRIMARY KEY (person, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_record_unsent ON person_record (event) WHERE sent = 0;
CREATE INDEX person_record_key ON person_record (key, sent);
-- What a telephone number is found by: keyed hashes, made again from the records.
CREATE TABLE person_tag (
  kind   TEXT NOT NULL,
  tag    TEXT NOT NULL,
  person TEXT NOT NULL,
  key    TEXT NOT NULL,
  PRIMARY KEY (kind, tag, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_tag_person ON person_tag (person);
CREATE INDEX document_merged ON document (doc ->> 'mergedInto') WHERE kind = 'member';
CREATE INDEX journal_people ON journal (seq) WHERE type IN ('member.joined', 'member.changed', 'person.read', 'person.exported', 'person.erased');
