/** What the stock room reads: lots as the shop has them, the count that is going on, orders, papers, what is low or near its date. Quantities in thousandths. */
import type { Database } from 'better-sqlite3'
import type { CountLine, GoodLots, OpenCount, PaperRow, StockStore } from '#shared/host/stock-store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type LotPart, lotsLeft } from '#shared/stock/lot.ts'
import { type Order, readOrder } from '#shared/stock/order.ts'
import { StockCountBegun, StockCounted } from '#shared/stock/events.ts'
import { readDated, underNames } from '#shared/trace/correct.ts'
import type { Documents } from '../documents.ts'

/** What moved here and what the other tills moved, in one. */
const LOTS = '(SELECT good, no, expiry, quantity FROM lot UNION ALL SELECT good, no, expiry, quantity FROM lot_elsewhere)'
/** Lots whose date was corrected, by their index. */
const DATED = "kind = 'lot' AND doc ->> 'dated' IS NOT NULL"
const STOCK = `SELECT coalesce((SELECT quantity FROM stock WHERE good = @good), 0) + coalesce((SELECT quantity FROM stock_elsewhere WHERE good = @good), 0)`

export class StockReads implements StockStore {
  readonly #db
  readonly #documents
  readonly #lots
  readonly #dated
  readonly #stock
  readonly #near
  readonly #dropElsewhere
  readonly #putElsewhere
  readonly #elsewhere

  constructor(db: Database, documents: Documents) {
    this.#db = db
    this.#documents = documents
    this.#lots = db.prepare<{ good: Id }, LotPart>(`SELECT no, expiry, sum(quantity) AS quantity FROM
      (SELECT no, expiry, quantity FROM lot WHERE good = @good UNION ALL SELECT no, expiry, quantity FROM lot_elsewhere WHERE good = @good)
      GROUP BY no, expiry HAVING sum(quantity) <> 0 ORDER BY no, expiry`)
    this.#dated = db.prepare<[Id], string>(`SELECT doc FROM document WHERE ${DATED} AND doc ->> 'good' = ?`).pluck()
    this.#stock = db.prepare<{ good: Id }, number>(STOCK).pluck()
    // Of a lot whose date was corrected the moves may say another.
    this.#near = db.prepare<[string], Id>(`SELECT good FROM ${LOTS} WHERE expiry <> '' AND expiry <= ? UNION SELECT doc ->> 'good' FROM document WHERE ${DATED} ORDER BY 1`).pluck()
    this.#dropElsewhere = db.prepare('DELETE FROM lot_elsewhere WHERE good = ?')
    this.#putElsewhere = db.prepare('INSERT INTO lot_elsewhere (good, no, expiry, quantity) VALUES (?, ?, ?, ?)')
    this.#elsewhere = db.prepare<[Id], LotPart>('SELECT no, expiry, quantity FROM lot_elsewhere WHERE good = ? ORDER BY no, expiry')
  }

  sums(good: Id): LotPart[] {
    const sums = this.#lots.all({ good })
    return sums.length === 0 ? sums : underNames(sums, this.#dated.all(good).map((doc) => readDated(JSON.parse(doc))))
  }

  lots(good: Id): GoodLots {
    const sums = this.sums(good)
    const stockOf = (): number => this.#stock.get({ good }) ?? 0
    // Most goods have no lots, and whoever asks a sale for them has no need of the stock.
    if (sums.length === 0) return { get stock() { return stockOf() }, left: [] }
    const stock = stockOf()
    return { stock, left: lotsLeft(sums, stock) }
  }

  expiry(good: Id): string | undefined {
    // Most goods have none.
    const sums = this.sums(good)
    return sums.length === 0 ? undefined : lotsLeft(sums, this.#stock.get({ good }) ?? 0).find(({ expiry }) => expiry !== '')?.expiry
  }

  /** What the other tills moved of a good's lots; says whether that is news. Call inside a transaction. */
  hearLots(good: Id, lots: readonly LotPart[]): boolean {
    const text = (parts: readonly LotPart[]): string => JSON.stringify(parts.map(({ no, expiry, quantity }) => `${no} ${expiry} ${quantity}`).sort())
    if (text(this.#elsewhere.all(good)) === text(lots)) return false
    this.#dropElsewhere.run(good)
    for (const { no, expiry, quantity } of lots) this.#putElsewhere.run(good, no, expiry, quantity)
    return true
  }

  near(until: string): { good: Id; lot: LotPart }[] {
    return this.#near.all(until).flatMap((good) => this.lots(good).left.filter(({ expiry }) => expiry !== '' && expiry <= until).map((lot) => ({ good, lot })))
  }

  low(limit: number): Id[] {
    return this.#db.prepare<[number], Id>(`SELECT d.id FROM document d LEFT JOIN stock s ON s.good = d.id LEFT JOIN stock_elsewhere e ON e.good = d.id
      WHERE d.kind = 'good' AND d.doc ->> 'minStock' IS NOT NULL AND coalesce(d.doc ->> 'on', 1) <> 0 AND coalesce(s.quantity, 0) + coalesce(e.quantity, 0) < d.doc ->> 'minStock'
      ORDER BY d.id LIMIT ?`).pluck().all(limit) as Id[]
  }

  openCount(): OpenCount | undefined {
    const last = this.#db.prepare<[string, string], { type: string; id: Id; at: number; no: string; note: string }>(
      `SELECT j.type, j.id, j.at, p.no, j.text ->> '$.body.note' AS note FROM stock_paper p JOIN journal j ON j.seq = p.seq WHERE p.kind IN (?, ?) ORDER BY p.seq DESC LIMIT 1`,
    ).get(StockCountBegun.type, StockCounted.type)
    return last?.type === StockCountBegun.type ? { count: last.id, no: last.no, at: last.at, note: last.note } : undefined
  }

  countLines(count: Id): CountLine[] {
    return this.#db.prepare<[Id], CountLine>('SELECT good, counted, scans, books, came, left, seq FROM count_line WHERE count = ? ORDER BY seq DESC').all(count)
  }

  order(id: Id): Order | undefined {
    const found = this.#documents.get('order', id)
    return found && readOrder(id, found.doc)
  }

  orders(): Order[] {
    return this.#db.prepare<[], { id: Id; doc: string }>("SELECT id, doc FROM document WHERE kind = 'order'").all()
      .map(({ id, doc }) => readOrder(id, JSON.parse(doc))).filter((order) => order !== undefined).sort((a, b) => b.at - a.at)
  }

  papers(before: number | undefined, limit: number): PaperRow[] {
    return this.#db.prepare<[number, number], PaperRow>(`SELECT p.seq, j.id, p.kind, p.no, j.at, j.text ->> '$.actor' AS actor FROM stock_paper p JOIN journal j ON j.seq = p.seq
      WHERE p.seq < ? ORDER BY p.seq DESC LIMIT ?`).all(before ?? Number.MAX_SAFE_INTEGER, limit)
  }

  lastPaper(prefix: string): string | undefined {
    return this.#db.prepare<[string, string], string>('SELECT no FROM stock_paper WHERE no > ? AND no < ? ORDER BY length(no) DESC, no DESC LIMIT 1').pluck().get(prefix, `${prefix}~`) as string | undefined
  }
}
