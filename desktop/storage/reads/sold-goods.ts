/**
 * What was sold of each good, whether it names lots or not. A sale's commit must not wait for it, so its table is filled
 * behind the sales, a few at a time, those of ledgers before this one first, and of what is not in it yet the latest are read
 * from the rows themselves. Quantities in thousandths.
 */
import type { Database } from 'better-sqlite3'
import type { Id } from '#shared/identity/ids.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import type { Sale } from '#shared/sales/events.ts'
import type { Lot } from '#shared/stock/lot.ts'
import { type SoldPart, soldParts } from '#shared/trace/sold.ts'
import { LOWEST } from '../ledger/earlier.ts'

/** Tables that are filled here, to be emptied with the journal: from nothing they are filled again. */
export const SOLD = ['sale_good', 'sale_good_upto'] as const
export const INSERT_SOLD = 'INSERT INTO sale_good (good, date, seq, quantity, unnamed, named) VALUES (?, ?, ?, ?, ?, ?)'
export const soldRow = (date: string, seq: number, { good, quantity, unnamed, named }: SoldPart): [string, string, number, number, number, number] => [good, date, seq, quantity, unnamed, named ? 1 : 0]

/** So many sales that are not in the table are read, which takes some ten milliseconds. More wait only after an update, or in a ledger begun anew or recovered. */
export const TAIL_MAX = 1000

export interface SoldOf { readonly seq: number; readonly good: Id; readonly quantity: number }
/** The latest, how many sales there are, and of how much. `isPartial`: more may come, some sales were not looked through yet. */
export interface Found { readonly sales: SoldOf[]; readonly total: number; readonly quantity: number; readonly isPartial: boolean }
type Sum = Pick<Found, 'total' | 'quantity'>
/** Sales later than `after` are read from their rows; none between the table's end and them where `isWhole`. */
interface Tail { readonly after: number; readonly isWhole: boolean }
interface Text { readonly seq: number; readonly date: string; readonly text: string }
/** Goods with the date from which they are asked for and the lots that are bad, as JSON: `[good, date, [[no, expiry]…]]`. */
interface Wanted { readonly goods: string }

const BAD = "json_each(wanted.value, '$[2]') bad CROSS JOIN sold_lot l ON l.good = wanted.value ->> 0 AND l.no = bad.value ->> 0 AND l.expiry = bad.value ->> 1"
const UNNAMED = `json_each(@goods) wanted CROSS JOIN sale_good s ON s.good = wanted.value ->> 0 AND s.date >= wanted.value ->> 1
  WHERE s.unnamed > 0 AND (s.named = 0 OR NOT EXISTS (SELECT 1 FROM ${BAD} AND l.seq = s.seq))`

export class SoldGoods {
  readonly #upto
  readonly #setUpto
  readonly #next
  readonly #insert
  readonly #beyond
  readonly #tail
  readonly #sum
  readonly #latest
  readonly #unnamedSum
  readonly #unnamedLatest
  readonly #namedAfter

  constructor(db: Database) {
    this.#upto = db.prepare<[], number>(`SELECT coalesce(max(seq), ${LOWEST}) FROM sale_good_upto`).pluck()
    this.#setUpto = [db.prepare('DELETE FROM sale_good_upto'), db.prepare('INSERT INTO sale_good_upto (seq) VALUES (?)')] as const
    const sold = 'SELECT sale.seq, sale.date, coalesce(j.text, e.text) AS text FROM sale LEFT JOIN journal j ON j.seq = sale.seq LEFT JOIN earlier e ON e.seq = sale.seq WHERE sale.seq > '
    this.#next = db.prepare<[number, number], Text>(`${sold} ? ORDER BY sale.seq LIMIT ?`)
    this.#insert = db.prepare(INSERT_SOLD)
    this.#beyond = db.prepare<[number], number>(`SELECT seq FROM sale WHERE seq > ? ORDER BY seq DESC LIMIT 1 OFFSET ${TAIL_MAX}`).pluck()
    // One good is looked for in the text first: parsing costs ten times as much.
    this.#tail = db.prepare<{ after: number; first: string; only: string }, Text>(`${sold} @after AND sale.date >= @first AND instr(coalesce(j.text, e.text), @only) > 0 ORDER BY sale.seq DESC`)
    this.#sum = db.prepare<[Id], Sum>('SELECT count(*) AS total, coalesce(sum(quantity), 0) AS quantity FROM sale_good WHERE good = ?')
    this.#latest = db.prepare<[Id, number], SoldOf>('SELECT seq, good, quantity FROM sale_good WHERE good = ? ORDER BY seq DESC LIMIT ?')
    this.#unnamedSum = db.prepare<Wanted, Sum>(`SELECT count(DISTINCT s.seq) AS total, coalesce(sum(s.unnamed), 0) AS quantity FROM ${UNNAMED}`)
    this.#unnamedLatest = db.prepare<Wanted & { limit: number }, SoldOf>(`SELECT s.seq, s.good, s.unnamed AS quantity FROM ${UNNAMED} ORDER BY s.seq DESC, s.good LIMIT @limit`)
    this.#namedAfter = db.prepare<Wanted & { after: number }, { seq: number; good: Id }>(`SELECT l.seq, l.good FROM json_each(@goods) wanted CROSS JOIN ${BAD} WHERE l.seq > @after`)
  }

  /** The last sale that is in the table. */
  upto(): number {
    return this.#upto.get()!
  }

  /** Takes the next `limit` sales in, if so many wait; says whether it did. To be called in a transaction. */
  settle(limit: number): boolean {
    const next = this.#next.all(this.upto(), limit)
    if (next.length < limit) return false
    for (const { seq, date, text } of next) for (const part of partsIn(seq, text)) this.#insert.run(...soldRow(date, seq, part))
    const [clear, set] = this.#setUpto
    clear.run()
    set.run(next.at(-1)!.seq)
    return true
  }

  /** All sales of a good. */
  of(good: Id, limit: number): Found {
    const { after, isWhole } = this.#tailEnd()
    const tail = this.#after(after, new Map([[good, '']]), ({ quantity }) => quantity)
    return joined(tail, isWhole, limit, this.#sum.get(good)!, (rest) => this.#latest.all(good, rest))
  }

  /** Sales that name no lot for some of a good, from a date on, and none of `lots`. */
  unnamed(goods: ReadonlyMap<Id, string>, lots: readonly (Lot & { readonly good: Id })[], limit: number): Found {
    const bad = Map.groupBy(lots, ({ good }) => good)
    const wanted = { goods: JSON.stringify([...goods].map(([good, since]) => [good, since, (bad.get(good) ?? []).map(({ no, expiry }) => [no, expiry])])) }
    const { after, isWhole } = this.#tailEnd()
    const here = new Set(this.#namedAfter.all({ ...wanted, after }).map(({ seq, good }) => `${seq} ${good}`))
    const tail = this.#after(after, goods, ({ good, unnamed }, seq) => (here.has(`${seq} ${good}`) ? 0 : unnamed))
    return joined(tail, isWhole, limit, this.#unnamedSum.get(wanted)!, (rest) => this.#unnamedLatest.all({ ...wanted, limit: rest }))
  }

  #tailEnd(): Tail {
    const upto = this.upto()
    const beyond = this.#beyond.get(upto)
    return { after: beyond ?? upto, isWhole: beyond === undefined }
  }

  /** The same of sales that are not in the table yet, the latest first. */
  #after(after: number, goods: ReadonlyMap<Id, string>, of: (part: SoldPart, seq: number) => number): SoldOf[] {
    const [only = ''] = goods.size === 1 ? goods.keys() : []
    const found: SoldOf[] = []
    for (const { seq, date, text } of this.#tail.iterate({ after, first: [...goods.values()].toSorted()[0] ?? '', only })) {
      const parts = partsIn(seq, text).toSorted((one, other) => (one.good < other.good ? -1 : 1))
      for (const part of parts) {
        const since = goods.get(part.good)
        const quantity = since === undefined || date < since ? 0 : of(part, seq)
        if (quantity > 0) found.push({ seq, good: part.good, quantity })
      }
    }
    return found
  }
}

/** The tail's sales are all later than the table's, and none is in both. */
function joined(tail: readonly SoldOf[], isWhole: boolean, limit: number, sum: Sum, latest: (rest: number) => SoldOf[]): Found {
  return {
    sales: tail.length >= limit ? tail.slice(0, limit) : [...tail, ...latest(limit - tail.length)],
    total: sum.total + new Set(tail.map(({ seq }) => seq)).size, quantity: sum.quantity + tail.reduce((all, { quantity }) => all + quantity, 0),
    isPartial: !isWhole,
  }
}

/** A row that can't be read sold nothing; `verify` names it. */
function partsIn(seq: number, text: string): SoldPart[] {
  const opened = openRow({ seq, text, hash: '' })
  return 'envelope' in opened ? soldParts(opened.envelope.body['lines'] as Sale['lines']) : []
}
