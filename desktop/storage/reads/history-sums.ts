/** Folds what another till sold into sums of its own, by batch, so that an import can be taken out of the reports again without reading it. */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import { type HistoryChunk, type HistoryImport, type HistorySale, receiptMinute } from '#shared/sales/history.ts'
import type { DomainEvent } from '#shared/sync/events.ts'
import { dayNumber, QUARTER_MS } from './sales-sums.ts'

/** The tables, with their keys. */
export const HISTORY = {
  history_batch: 'no', history_item: 'good', history_receipt: 'no, minute, batch', history_good: 'day, batch, good', history_time: 'day, batch, quarter, staff',
  history_tender: 'day, batch, channel', history_count: 'batch, good', sold_before: 'good',
} as const

/** Batches that count, in a statement. */
export const ON = '(SELECT no FROM history_batch WHERE is_on = 1)'
/** The file has no time of day. */
export const NO_QUARTER = -1

interface Batch { no: number; is_on: number; chunks: number }

export class HistorySums {
  readonly #batch
  readonly #begin
  readonly #chunk
  readonly #close
  readonly #undo
  readonly #byImport
  readonly #item
  readonly #receipt
  readonly #no
  readonly #number
  readonly #good
  readonly #time
  readonly #tender
  readonly #count
  readonly #often
  readonly #all
  readonly #none

  constructor(db: Database) {
    this.#batch = db.prepare<[string], Batch>('SELECT no, is_on, chunks FROM history_batch WHERE batch = ?')
    this.#begin = db.prepare('INSERT INTO history_batch (batch, chunks, is_on) VALUES (?, 0, 0)')
    this.#chunk = db.prepare('UPDATE history_batch SET chunks = chunks + 1 WHERE no = ?')
    this.#close = db.prepare('UPDATE history_batch SET import = ?, digest = ?, is_on = ? WHERE batch = ?')
    this.#undo = db.prepare('UPDATE history_batch SET is_on = 0 WHERE no = ?')
    this.#byImport = db.prepare<[string], Batch>('SELECT no, is_on, chunks FROM history_batch WHERE import = ?')
    this.#item = db.prepare('INSERT INTO history_item (good, code, name, category, unit, pricing) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
    this.#receipt = db.prepare('INSERT INTO history_receipt (no, minute, batch) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    this.#no = db.prepare<[string], number>('SELECT no FROM sold_good WHERE good = ?').pluck()
    this.#number = db.prepare('INSERT INTO sold_good (good) VALUES (?)')
    this.#good = db.prepare(`INSERT INTO history_good (day, batch, good, quantity, gross, net, cost, costless, costless_net) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity, gross = gross + excluded.gross, net = net + excluded.net,
        cost = cost + excluded.cost, costless = costless + excluded.costless, costless_net = costless_net + excluded.costless_net`)
    this.#time = db.prepare(`INSERT INTO history_time (day, batch, quarter, staff, sales, returns, gross, discount, net, back) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET sales = sales + excluded.sales, returns = returns + excluded.returns, gross = gross + excluded.gross,
        discount = discount + excluded.discount, net = net + excluded.net, back = back + excluded.back`)
    this.#tender = db.prepare('INSERT INTO history_tender (day, batch, channel, tenders, fen) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET tenders = tenders + excluded.tenders, fen = fen + excluded.fen')
    this.#count = db.prepare('INSERT INTO history_count (batch, good, sold) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET sold = sold + 1')
    this.#often = db.prepare('INSERT INTO sold_before (good, sold) VALUES (?, ?) ON CONFLICT DO UPDATE SET sold = sold + excluded.sold')
    this.#all = db.prepare<[number, number]>('INSERT INTO sold_before (good, sold) SELECT good, ? * sold FROM history_count WHERE batch = ? ON CONFLICT DO UPDATE SET sold = sold + excluded.sold')
    this.#none = db.prepare('DELETE FROM sold_before WHERE sold = 0')
  }

  apply(event: Extract<DomainEvent, { type: `history.${string}` }>): void {
    if (event.type === 'history.sold') this.#add(event.body)
    else if (event.type === 'history.imported') this.#end(event.id, event.body)
    else this.#takeBack(event.body.import)
  }

  /** Sold once in a ledger before this one. */
  soldBefore(good: Id): void {
    this.#often.run(good, 1)
  }

  #add({ batch: id, items, sales }: HistoryChunk): void {
    const batch = this.#batch.get(id) ?? { no: Number(this.#begin.run(id).lastInsertRowid), is_on: 0, chunks: 0 }
    this.#chunk.run(batch.no)
    const numbers = items.map(({ good, known, code, name, category, unit, pricing }) => {
      if (!known) this.#item.run(good, code, name, category, unit, pricing)
      return this.#no.get(good) ?? Number(this.#number.run(good).lastInsertRowid)
    })
    for (const sale of sales) this.#addSale(batch, sale, numbers)
    for (const { lines } of sales) {
      for (const { item, quantity } of lines) {
        const { good, known } = items[item]!
        if (!known || quantity < 0) continue
        this.#count.run(batch.no, good)
        if (batch.is_on) this.#often.run(good, 1)
      }
    }
  }

  #addSale({ no: batch }: Batch, sale: HistorySale, numbers: readonly number[]): void {
    const day = dayNumber(sale.date)
    const counted = sale.more ? 0 : 1
    let [gross, net, back] = [0, 0, 0]
    for (const line of sale.lines) {
      const { item, quantity, cost } = line
      gross += line.gross
      net += line.net
      if (quantity < 0) back += line.net
      if (cost === undefined) this.#good.run(day, batch, numbers[item], quantity, line.gross, line.net, 0, quantity, line.net)
      else this.#good.run(day, batch, numbers[item], quantity, line.gross, line.net, cost, 0, 0)
    }
    const returns = counted && sale.lines.some(({ quantity }) => quantity < 0) ? 1 : 0
    this.#time.run(day, batch, sale.at === null ? NO_QUARTER : Math.floor(sale.at / QUARTER_MS), sale.staff ?? '', counted, returns, gross, gross - net, net, back)
    for (const { channel, amount } of sale.tenders) this.#tender.run(day, batch, channel, counted, amount)
    if (sale.no !== '') this.#receipt.run(sale.no, receiptMinute(sale), batch)
  }

  /** The batch counts from here on, if all of it is there: a ledger that begins anew may have but its end. */
  #end(imported: Id, { batch: id, digest, chunks }: HistoryImport): void {
    const batch = this.#batch.get(id)
    if (!batch) return
    const isWhole = batch.chunks === chunks
    this.#close.run(imported, digest, isWhole ? 1 : 0, id)
    if (isWhole) this.#all.run(1, batch.no)
  }

  #takeBack(imported: Id): void {
    const batch = this.#byImport.get(imported)
    if (!batch?.is_on) return
    this.#undo.run(batch.no)
    this.#all.run(-1, batch.no)
    this.#none.run()
  }
}
