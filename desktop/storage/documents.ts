/** Reference documents (goods, shop, staff, credit code): merged field by field, with what goods are found by kept beside. */
import type { Database } from 'better-sqlite3'
import { type Clocks, type Fields, type Hlc, mergeEdit } from '#shared/catalog/hlc.ts'
import { pairs, plain, searchText } from '#shared/catalog/search-text.ts'
import type { Good } from '#shared/catalog/good.ts'
import type { Id } from '#shared/identity/ids.ts'

interface Stored { doc: string; clocks: string }
interface Indexed { row: number }

/** A field of one of these changes what a good is found by. */
const FOUND_BY = new Set(['name', 'code', 'codes', 'on', 'quick'])

export class Documents {
  /** Moves with every merge: whoever keeps parsed documents drops them then. */
  version = 0
  readonly #get
  readonly #put
  readonly #row
  readonly #putRow
  readonly #unsearch
  readonly #search
  readonly #uncode
  readonly #code

  constructor(db: Database) {
    this.#get = db.prepare<[string, string], Stored>('SELECT doc, clocks FROM document WHERE kind = ? AND id = ?')
    this.#put = db.prepare('INSERT INTO document (kind, id, doc, clocks) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc, clocks = excluded.clocks')
    this.#row = db.prepare<[string], Indexed>('SELECT row FROM good_index WHERE good = ?')
    this.#putRow = db.prepare<[string, string, number, number], Indexed>(
      'INSERT INTO good_index (good, name, sells, quick) VALUES (?, ?, ?, ?) ON CONFLICT (good) DO UPDATE SET name = excluded.name, sells = excluded.sells, quick = excluded.quick RETURNING row')
    this.#unsearch = db.prepare('DELETE FROM good_search WHERE rowid = ?')
    this.#search = db.prepare('INSERT INTO good_search (rowid, name, pinyin, initials, codes) VALUES (?, ?, ?, ?, ?)')
    this.#uncode = db.prepare('DELETE FROM good_code WHERE good = ?')
    this.#code = db.prepare('INSERT OR IGNORE INTO good_code (code, good) VALUES (?, ?)')
  }

  get(kind: string, id: Id): { doc: Fields; clocks: Clocks } | undefined {
    const row = this.#get.get(kind, id)
    return row && { doc: JSON.parse(row.doc) as Fields, clocks: JSON.parse(row.clocks) as Clocks }
  }

  /** Merges an edit in; says whether anything changed. Call inside a transaction. */
  merge(kind: string, id: Id, set: Fields, at: Hlc | Clocks): boolean {
    const old = this.get(kind, id)
    const merged = mergeEdit(old?.doc ?? {}, old?.clocks ?? {}, set, at)
    if (merged.applied.length === 0) return false
    this.version += 1
    this.#put.run(kind, id, JSON.stringify(merged.doc), JSON.stringify(merged.clocks))
    if (kind === 'good' && (!old || merged.applied.some((field) => FOUND_BY.has(field)))) this.#index(id, merged.doc as Partial<Good>)
    return true
  }

  #index(id: Id, good: Partial<Good>): void {
    const fresh = this.#row.get(id) === undefined
    const { row } = this.#putRow.get(id, good.name ?? '', good.on === false ? 0 : 1, good.quick ?? 0)!
    const codes = [...new Set([good.code ?? '', ...(good.codes ?? [])].filter((code) => code !== ''))]
    if (!fresh) {
      this.#unsearch.run(row)
      this.#uncode.run(id)
    }
    const text = searchText(good.name ?? '')
    this.#search.run(row, pairs(text.name), pairs(text.pinyin), pairs(text.initials), codes.map((code) => pairs(plain(code))).join(' | '))
    for (const code of codes) this.#code.run(code, id)
  }
}
