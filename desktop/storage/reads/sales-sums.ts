/** Folds sales into the sums that reports read, in the sale's own transaction. What comes back subtracts by its sign. */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import { reportedAs } from '#shared/payments/tender.ts'
import { amountOf } from '#shared/quantity/quantity.ts'
import type { Sale } from '#shared/sales/events.ts'
import type { Refund } from '#shared/sales/refund-events.ts'

/** The tables, with their keys. Of another program's ledger the numbers of goods may differ, never within one. */
export const SUMMED = { sold_good: 'good', day_good: 'day, good', day_time: 'day, quarter, staff', day_tender: 'day, channel', shift_code: 'shift, via' } as const

export const QUARTER_MS = 900_000
/** `2026-11-23` → 20261123. */
export const dayNumber = (date: string): number => Number(date.replaceAll('-', ''))
/** 20261123 → `2026-11-23`. */
export function dateOfDay(day: number): string {
  const text = String(day).padStart(8, '0')
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
}

/** What a sale, or whatever else takes or gives back money for goods, adds to the sums. */
export type Summed = Pick<Sale, 'date' | 'shift' | 'staff' | 'lines' | 'gross' | 'discount' | 'total' | 'tenders'>

export class SalesSums {
  readonly #no
  readonly #number
  readonly #good
  readonly #time
  readonly #tender
  readonly #code

  constructor(db: Database) {
    this.#no = db.prepare<[string], number>('SELECT no FROM sold_good WHERE good = ?').pluck()
    this.#number = db.prepare('INSERT INTO sold_good (good) VALUES (?)')
    this.#good = db.prepare(`INSERT INTO day_good (day, good, quantity, gross, net, cost, costless, costless_net) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity, gross = gross + excluded.gross, net = net + excluded.net,
        cost = cost + excluded.cost, costless = costless + excluded.costless, costless_net = costless_net + excluded.costless_net`)
    this.#time = db.prepare(`INSERT INTO day_time (day, quarter, staff, sales, returns, gross, discount, net, back) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET sales = sales + excluded.sales, returns = returns + excluded.returns, gross = gross + excluded.gross,
        discount = discount + excluded.discount, net = net + excluded.net, back = back + excluded.back`)
    this.#tender = db.prepare('INSERT INTO day_tender (day, channel, tenders, fen) VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET tenders = tenders + 1, fen = fen + excluded.fen')
    this.#code = db.prepare('INSERT INTO shift_code (shift, via, fen) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fen = fen + excluded.fen')
  }

  /** `at` in UTC milliseconds. */
  add(sale: Summed, at: number): void {
    const day = dayNumber(sale.date)
    let returns = 0
    let back = 0
    for (const line of sale.lines) {
      const { good, quantity, gross, net } = line
      const no = this.#no.get(good) ?? this.#number.run(good).lastInsertRowid
      if (line.cost === undefined) this.#good.run(day, no, quantity, gross, net, 0, quantity, net)
      else this.#good.run(day, no, quantity, gross, net, amountOf(line.cost, quantity, line.per), 0, 0)
      if (quantity >= 0) continue
      returns = 1
      back += net
    }
    this.#time.run(day, Math.floor(at / QUARTER_MS), sale.staff, 1, returns, sale.gross, sale.discount, sale.total, back)
    for (const tender of sale.tenders) this.#addTender(day, sale.shift, tender, tender.amount)
  }

  /** What was paid back comes off; what goods cost only where they can be sold again. `at` in UTC milliseconds. */
  addRefund({ date, shift, staff, lines, total, tenders }: Refund, at: number): void {
    const day = dayNumber(date)
    let gross = 0
    for (const line of lines) {
      const { good, quantity, amount } = line
      const no = this.#no.get(good) ?? this.#number.run(good).lastInsertRowid
      const listed = line.gross ?? amountOf(line.price, quantity, line.per)
      const isBack = line.stock === 'back'
      gross += listed
      // Its money is back whatever became of it: what was sold at an unknown cost was sold for that much less.
      if (line.cost === undefined) this.#good.run(day, no, -quantity, -listed, -amount, 0, isBack ? -quantity : 0, -amount)
      else this.#good.run(day, no, -quantity, -listed, -amount, isBack ? -amountOf(line.cost, quantity, line.per) : 0, 0, 0)
    }
    this.#time.run(day, Math.floor(at / QUARTER_MS), staff, 0, 1, -gross, total - gross, -total, -total)
    for (const tender of tenders) this.#addTender(day, shift, tender, -tender.amount)
  }

  #addTender(day: number, shift: Id, tender: { readonly channel: string; readonly via?: string | undefined }, amount: number): void {
    this.#tender.run(day, reportedAs(tender), amount)
    if (tender.via !== undefined) this.#code.run(shift, tender.via, amount)
  }
}
