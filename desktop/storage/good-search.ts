/** Which goods a cashier's few letters find, those sold most often first. */
import type { Database } from 'better-sqlite3'
import { pairsPhrase, plain } from '#shared/catalog/search-text.ts'
import type { Id } from '#shared/identity/ids.ts'

/**
 * How often each good that sells was sold, by its row: one letter finds tens of thousands, and these few bytes of each are
 * all that is looked at to rank them. In memory, made at each start, and followed by triggers, so a sale writes no more to
 * the disk for it and what is taken back is taken back here.
 */
const SOLD = (good: string): string => `coalesce((SELECT sold FROM main.stock WHERE good = ${good}), 0) + coalesce((SELECT sold FROM main.sold_before WHERE good = ${good}), 0)`
/** As a count of a good moves in one of the two tables that have one, so moves its rank. */
const follow = (table: 'stock' | 'sold_before'): string => (['INSERT', 'UPDATE', 'DELETE'] as const).map((what) => {
  const [was, is] = [what === 'INSERT' ? '0' : 'OLD.sold', what === 'DELETE' ? '0' : 'NEW.sold']
  return `CREATE TEMP TRIGGER rank_${table}_${what} AFTER ${what} ON main.${table} WHEN ${was} <> ${is} BEGIN
    UPDATE temp.good_rank SET sold = sold + ${is} - ${was} WHERE row = (SELECT row FROM main.good_index WHERE good = ${what === 'DELETE' ? 'OLD' : 'NEW'}.good);
  END;`
}).join('\n')
const RANK = `CREATE TEMP TABLE good_rank (row INTEGER PRIMARY KEY, sold INTEGER NOT NULL);
  INSERT INTO temp.good_rank SELECT i.row, ${SOLD('i.good')} FROM main.good_index i WHERE i.sells = 1 ORDER BY i.row;
  CREATE TEMP TRIGGER rank_good AFTER INSERT ON main.good_index WHEN NEW.sells = 1 BEGIN
    INSERT OR REPLACE INTO temp.good_rank VALUES (NEW.row, ${SOLD('NEW.good')});
  END;
  CREATE TEMP TRIGGER rank_sells AFTER UPDATE OF sells ON main.good_index WHEN NEW.sells <> OLD.sells BEGIN
    DELETE FROM temp.good_rank WHERE row = NEW.row;
    INSERT INTO temp.good_rank SELECT NEW.row, ${SOLD('NEW.good')} WHERE NEW.sells = 1;
  END;
  ${follow('stock')}
  ${follow('sold_before')}`

export class GoodSearch {
  readonly #find
  readonly #due

  constructor(db: Database) {
    db.pragma('temp_store = MEMORY')
    // A connection may be taken up again by another store; what it has was followed all the while.
    if (db.prepare("SELECT 1 FROM temp.sqlite_schema WHERE name = 'good_rank'").get() === undefined) db.exec(RANK)
    this.#find = db.prepare<[string, number], Id>(`SELECT i.good FROM (
        SELECT r.row, r.sold FROM good_search f CROSS JOIN temp.good_rank r ON r.row = f.rowid WHERE good_search MATCH ? ORDER BY r.sold DESC, r.row LIMIT ?
      ) found CROSS JOIN good_index i ON i.row = found.row ORDER BY found.sold DESC, found.row`).pluck()
    this.#due = db.prepare<[], number>('SELECT count(*) FROM search_due').pluck()
  }

  /** Text of one character or more, any part of name, pinyin, initials or codes. */
  find(text: string, limit: number): Id[] {
    const phrase = pairsPhrase(plain(text))
    return phrase === undefined ? [] : this.#find.all(phrase, limit)
  }

  /** How many goods are still to be made findable. */
  due(): number {
    return this.#due.get()!
  }
}
