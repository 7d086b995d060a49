/** Reference documents (goods, shop, staff, credit code): merged field by field, with what goods are found by kept beside. */
import type { Database } from 'better-sqlite3'
import { type Clocks, type Fields, mergeEdit, packClocks, type PackedClocks, unpackClocks } from '#shared/catalog/hlc.ts'
import { pairs, plain, searchText } from '#shared/catalog/search-text.ts'
import type { Good } from '#shared/catalog/good.ts'
import type { Id } from '#shared/identity/ids.ts'

interface Stored { doc: string; clocks: string }

/** A row of `document`, read. */
export function storedDocument(row: Stored): { doc: Fields; clocks: Clocks } {
  const doc = JSON.parse(row.doc) as Fields
  return { doc, clocks: unpackClocks(JSON.parse(row.clocks) as PackedClocks, doc) }
}

interface Indexed { row: number }

/** A field of one of these changes the words a good is found by. */
const FOUND_BY = new Set(['name', 'code', 'codes'])
/** A field of one of these changes how it is listed, which costs no search text. */
const LISTED_BY = new Set(['price', 'on', 'quick'])

export class Documents {
  /** Moves with every merge: whoever keeps parsed documents drops them then. */
  version = 0
  /** The same for each kind by itself. */
  readonly versions = new Map<string, number>()
  /** Goods whose search text is not yet what their document says, and whether they have none at all: see `settle`. */
  readonly #unsettled = new Map<Id, { isNew: boolean }>()
  readonly #get
  readonly #put
  readonly #row
  readonly #putRow
  readonly #unsearch
  readonly #search
  readonly #uncode
  readonly #code
  readonly #postpone
  readonly #due
  readonly #takeDue

  constructor(db: Database) {
    this.#get = db.prepare<[string, string], Stored>('SELECT doc, clocks FROM document WHERE kind = ? AND id = ?')
    this.#put = db.prepare('INSERT INTO document (kind, id, doc, clocks) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc, clocks = excluded.clocks')
    this.#row = db.prepare<[string], Indexed>('SELECT row FROM good_index WHERE good = ?')
    this.#putRow = db.prepare(
      'INSERT INTO good_index (good, name, sells, quick, price) VALUES (?, ?, ?, ?, ?) ON CONFLICT (good) DO UPDATE SET name = excluded.name, sells = excluded.sells, quick = excluded.quick, price = excluded.price')
    this.#unsearch = db.prepare('DELETE FROM good_search WHERE rowid = ?')
    this.#search = db.prepare('INSERT INTO good_search (rowid, name, pinyin, initials, codes) VALUES (?, ?, ?, ?, ?)')
    this.#uncode = db.prepare('DELETE FROM good_code WHERE good = ?')
    this.#code = db.prepare('INSERT OR IGNORE INTO good_code (code, good) VALUES (?, ?)')
    this.#postpone = db.prepare('INSERT OR IGNORE INTO search_due (good, is_new) VALUES (?, ?)')
    this.#due = db.prepare<[number], { good: Id }>('SELECT good FROM search_due LIMIT ?')
    this.#takeDue = db.prepare<[string], { isNew: number }>('DELETE FROM search_due WHERE good = ? RETURNING is_new AS isNew')
  }

  get(kind: string, id: Id): { doc: Fields; clocks: Clocks } | undefined {
    const row = this.#get.get(kind, id)
    return row && storedDocument(row)
  }

  /** Merges an edit in; says whether anything changed. Call inside a transaction, and `settle` at its end. */
  merge(kind: string, id: Id, set: Fields, at: PackedClocks): boolean {
    const old = this.get(kind, id)
    const merged = mergeEdit(old?.doc ?? {}, old?.clocks ?? {}, set, at)
    if (merged.applied.length === 0) return false
    this.version += 1
    this.versions.set(kind, (this.versions.get(kind) ?? 0) + 1)
    this.#put.run(kind, id, JSON.stringify(merged.doc), JSON.stringify(packClocks(merged.clocks)))
    if (kind === 'good') {
      const good = merged.doc as Partial<Good>
      const isRenamed = !old || merged.applied.some((field) => FOUND_BY.has(field))
      if (isRenamed || merged.applied.some((field) => LISTED_BY.has(field))) this.#putRow.run(id, good.name ?? '', good.on === false ? 0 : 1, good.quick ?? 0, good.price ?? null)
      if (isRenamed) this.#index(id, good, !old)
    }
    return true
  }

  #index(id: Id, good: Partial<Good>, isNew: boolean): void {
    if (!isNew) this.#uncode.run(id)
    for (const code of codesOf(good)) this.#code.run(code, id)
    if (!this.#unsettled.has(id)) this.#unsettled.set(id, { isNew })
  }

  /**
   * Writes the search text of what was merged, in one go: FTS5 writes out all it holds at any other statement between its
   * own that might have to be undone by itself, which made a thousand goods ten times as slow.
   */
  settle(): void {
    if (this.#unsettled.size === 0) return
    const rows = [...this.#unsettled].flatMap(([id, seen]) => {
      const isNew = this.#takeDue.all(id)[0]?.isNew === 1 || seen.isNew
      const row = this.#row.get(id)?.row
      // Merged, and taken back within the same transaction.
      if (row === undefined) return []
      const good = (this.get('good', id)?.doc ?? {}) as Partial<Good>
      return [{ row, isNew, text: searchText(good.name ?? ''), codes: codesOf(good).map((code) => pairs(plain(code))).join(' | ') }]
    })
    for (const { row, isNew } of rows) if (!isNew) this.#unsearch.run(row)
    for (const { row, text, codes } of rows) this.#search.run(row, pairs(text.name), pairs(text.pinyin), pairs(text.initials), codes)
    this.#unsettled.clear()
  }

  /** Leaves to `settleDue` what `settle` would do: a good can be sold before it is found by its name. Call before `settle`. */
  postpone(): void {
    for (const [id, { isNew }] of this.#unsettled) this.#postpone.run(id, isNew ? 1 : 0)
    this.#unsettled.clear()
  }

  /** Takes up at most `limit` goods that were postponed, and says whether there are more. Call inside a transaction, with nothing else merged in it. */
  settleDue(limit: number): boolean {
    for (const { good } of this.#due.all(limit)) if (!this.#unsettled.has(good)) this.#unsettled.set(good, { isNew: false })
    this.settle()
    return this.#due.get(1) !== undefined
  }

  /** The transaction was taken back, and what was merged in it. */
  forget(): void {
    this.#unsettled.clear()
  }
}

const codesOf = (good: Partial<Good>): string[] => [...new Set([good.code ?? '', ...(good.codes ?? [])].filter((code) => code !== ''))]
