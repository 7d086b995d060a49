/**
 * Another till's sales brought in: which of the shop's goods and people the file's rows are, and the events they become.
 * Written piece by piece, each a short transaction, so that selling goes on; nothing of it counts until all of it is there.
 */
import { hash } from 'node:crypto'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen, roundHalfUp } from '#shared/money/money.ts'
import { milli, MILLI_MAX, thousandthsPer, WEIGHT_UNITS } from '#shared/quantity/quantity.ts'
import { type HistoryRow, wallClock } from '#shared/sales/history-import.ts'
import { type HistoryChunk, type HistoryItem, type HistorySale, receiptMinute } from '#shared/sales/history.ts'
import type { Context } from '../context.ts'
import type { FileSale } from './history-file.ts'

/** Names of goods that an answer lists. */
const NAMES_MAX = 20

/** An id that names the same thing in every file: a UUID of version 8 (RFC 9562) made of code and name. */
export function itemId(code: string, name: string): Id {
  const digest = hash('sha256', `history item\0${code}\0${name}`)
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}

/** What the sales of a file come to, counted while they go by. */
export class HistoryWriter {
  readonly #context: Pick<Context, 'store'>
  readonly #isMending
  readonly #utc: (wall: number) => number
  readonly #items = new Map<string, HistoryItem>()
  readonly #staff: ReadonlyMap<string, Id>
  readonly #unknown = new Map<Id, string>()
  /** Receipts that an earlier import has: the rest of one that is too long for one piece is known as well. */
  #skips = ''
  sales = 0
  done = 0
  known = 0
  net = 0
  from = ''
  to = ''

  /** What is mended belongs to a receipt that is in. */
  constructor(context: Pick<Context, 'store'>, { isMending = false } = {}) {
    this.#context = context
    this.#isMending = isMending
    this.#utc = wallClock(context.store.shop().zone)
    this.#staff = new Map(context.store.listStaff().flatMap(({ id, no, name }) => [[name, id], [no, id]]))
  }

  /** Names of goods that the shop does not have, and how many. */
  get unknown(): { names: string[]; total: number } {
    return { names: [...this.#unknown.values()].slice(0, NAMES_MAX), total: this.#unknown.size }
  }

  /** Sales of one piece as an event's body; undefined where all of them are known. */
  chunk(batch: Id, sales: readonly (FileSale & { readonly more: boolean })[]): HistoryChunk | undefined {
    const items: HistoryItem[] = []
    const numbers = new Map<Id, number>()
    const written = sales.flatMap((sale) => this.#sale(sale, (item) => {
      const number = numbers.get(item.good) ?? items.push(item) - 1
      numbers.set(item.good, number)
      return number
    }))
    return written.length === 0 ? undefined : { batch, items, sales: written }
  }

  #sale({ no, lines, more }: FileSale & { readonly more: boolean }, numberOf: (item: HistoryItem) => number): HistorySale[] {
    const first = lines[0]!
    const at = first.wall === null ? null : this.#utc(first.wall)
    const key = `${no} ${first.date}`
    if (no !== '' && !this.#isMending && (more ? this.#skips === key : this.#context.store.history.hasReceipt(no, receiptMinute({ at, date: first.date })))) {
      this.#skips = key
      this.known += lines.length
      return []
    }
    const tenders = new Map<string, number>()
    const written = lines.map((row) => {
      const item = this.#item(row)
      tenders.set(row.channel, (tenders.get(row.channel) ?? 0) + row.net)
      this.net += row.net
      return { item: numberOf(item), quantity: quantityOf(row, item), gross: row.gross, net: row.net, ...(row.cost !== null && { cost: row.cost }) }
    })
    this.done += lines.length
    if (!more) this.sales += 1
    if (this.from === '' || first.date < this.from) this.from = first.date
    if (first.date > this.to) this.to = first.date
    return [{
      no, date: first.date, at, staff: this.#staff.get(first.cashier) ?? null, ...(more && { more }), lines: written,
      tenders: [...tenders].map(([channel, amount]) => ({ channel, amount: fen(amount) })),
    }]
  }

  /** By its code, else by its whole name, whichever of the two the shop knows. */
  #item({ code, name, category, unit }: HistoryRow): HistoryItem {
    const key = `${code}\0${name}`
    const found = this.#items.get(key)
    if (found) return found
    const { store } = this.#context
    const good = (code === '' ? undefined : store.goodByCode(code)) ?? (name === '' ? undefined : store.goodByName(name))
    const weighed = Object.hasOwn(WEIGHT_UNITS, unit)
    const item: HistoryItem = good
      ? { good: good.id, known: true, code: good.code, name: good.name, category: good.category, unit: good.unit, pricing: good.pricing }
      : { good: itemId(code, name), known: false, code, name: name || code, category, unit: unit || GOOD_DEFAULTS.unit, pricing: weighed ? 'weight' : 'piece' }
    if (!good) this.#unknown.set(item.good, item.name)
    this.#items.set(key, item)
    return item
  }
}

/** Thousandths: what a weighed good's file counts in its own unit of weight, or in the unit that the good is priced by. */
function quantityOf({ quantity, unit }: HistoryRow, item: HistoryItem) {
  if (item.pricing !== 'weight') return quantity
  const grams = roundHalfUp(quantity, thousandthsPer('weight', Object.hasOwn(WEIGHT_UNITS, unit) ? unit : item.unit), 1000)
  return milli(Math.max(-MILLI_MAX, Math.min(MILLI_MAX, grams)))
}
