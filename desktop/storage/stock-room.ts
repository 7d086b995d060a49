/** The projector's half for the stock room: lots, numbered papers, orders, and the count that is going on. Quantities in thousandths. */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import type { LotPart } from '#shared/stock/lot.ts'
import { closedFields, orderedFields, receivedFields } from '#shared/stock/order.ts'
import type { DomainEvent } from '#shared/sync/events.ts'
import type { Documents } from './documents.ts'

type StockEvent = Extract<DomainEvent, { type: `stock.${string}` }>
interface SoldLine { readonly good: Id; readonly lots?: readonly LotPart[] | undefined }
interface Line { counted: number; scans: number; books: number; came: number; left: number; later_came: number; later_left: number; away: number }

export class StockRoom {
  readonly #documents
  readonly #lot
  readonly #soldLot
  readonly #moved
  readonly #paper
  readonly #clearCount
  readonly #line
  readonly #putLine
  readonly #own

  constructor(db: Database, documents: Documents) {
    this.#documents = documents
    this.#lot = db.prepare('INSERT INTO lot (good, no, expiry, quantity) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity')
    this.#soldLot = db.prepare('INSERT INTO sold_lot (good, no, expiry, seq, quantity) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity')
    this.#moved = db.prepare('UPDATE count_line SET later_came = later_came + max(@delta, 0), later_left = later_left + max(-@delta, 0) WHERE good = @good')
    this.#paper = db.prepare('INSERT INTO stock_paper (seq, kind, no) VALUES (?, ?, ?)')
    this.#clearCount = db.prepare('DELETE FROM count_line')
    this.#line = db.prepare<[string, string], Line>('SELECT * FROM count_line WHERE good = ? AND count = ?')
    this.#putLine = db.prepare(`INSERT OR REPLACE INTO count_line (good, count, counted, scans, books, came, left, later_came, later_left, away, seq)
      VALUES (@good, @count, @counted, @scans, @books, @came, @left, 0, 0, @away, @seq)`)
    this.#own = db.prepare<[string], number>('SELECT quantity FROM stock WHERE good = ?').pluck()
  }

  /** Stock of a good has moved: so have its lots, and so does a count see it that scanned the good before. */
  move(good: Id, delta: number, lots: readonly LotPart[]): void {
    for (const { no, expiry, quantity } of lots) this.#lot.run(good, no, expiry, quantity)
    this.#moved.run({ good, delta })
  }

  /** A sale named lots: a recall finds it by them. */
  sold(lines: readonly SoldLine[], seq: number): void {
    for (const { good, lots } of lines) for (const { no, expiry, quantity } of lots ?? []) this.#soldLot.run(good, no, expiry, seq, quantity)
  }

  /** A sale of a ledger before this one named them: they are known, and what is left of them is in other sums. */
  knew(lines: readonly SoldLine[]): void {
    for (const { good, lots } of lines) for (const { no, expiry } of lots ?? []) this.#lot.run(good, no, expiry, 0)
  }

  apply(event: StockEvent): void {
    switch (event.type) {
      case 'stock.ordered':
        this.#documents.merge('order', event.id, orderedFields(event.body, event.at), event.body.hlc)
        break
      case 'stock.order_closed':
        this.#documents.merge('order', event.body.order, closedFields(event.id), event.body.hlc)
        return
      case 'stock.received':
        if (event.body.order !== null) this.#documents.merge('order', event.body.order, receivedFields(event.id, event.body.lines), event.body.hlc)
        break
      case 'stock.count_scanned': return this.#scan(event.body, event.seq)
      case 'stock.count_begun':
      case 'stock.counted':
        this.#clearCount.run()
        break
      case 'stock.moved': return
    }
    this.#paper.run(event.seq, event.type, event.body.no)
  }

  #scan({ count, good, quantity, books, afresh }: Extract<StockEvent, { type: 'stock.count_scanned' }>['body'], seq: number): void {
    const away = books - (this.#own.get(good) ?? 0)
    const line = afresh ? undefined : this.#line.get(good, count)
    // What other tills did is heard of between two scans, not seen as it happens.
    const heard = line ? away - line.away : 0
    this.#putLine.run({
      good, count, seq, away, books: line?.books ?? books, counted: (line?.counted ?? 0) + quantity, scans: (line?.scans ?? 0) + 1,
      came: line ? line.came + line.later_came + Math.max(heard, 0) : 0, left: line ? line.left + line.later_left + Math.max(-heard, 0) : 0,
    })
  }
}
