-- One letter finds tens of thousands of goods: its own list of them is read, not merged out of the lists of hundreds of pairs.
DROP TABLE good_search;
CREATE VIRTUAL TABLE good_search USING fts5(name, pinyin, initials, codes, content = '', contentless_delete = 1, prefix = '1', tokenize = 'unicode61 remove_diacritics 0');
INSERT OR REPLACE INTO search_due (good, is_new) SELECT good, 1 FROM good_index;
