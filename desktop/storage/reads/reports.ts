/**
 * Reads a report of sales from the sums by day. In steps, so that whoever asked for two years can let the counter go on
 * in between; what was read of the steps before must be thrown away when the ledger has grown meanwhile.
 */
import type { Database } from 'better-sqlite3'
import type { Pricing } from '#shared/quantity/quantity.ts'
import { type DateRange, type Figures, type GoodFigures, type SalesFigures, DAYS_COMPARED, addDays, costOf, daysOf, hoursIn, noFigures, piecesOf } from '#shared/sales/report.ts'
import { GOOD_DEFAULTS, type Good } from '#shared/catalog/good.ts'
import type { Documents } from '../documents.ts'
import { NO_QUARTER, ON } from './history-sums.ts'
import { dateOfDay, dayNumber } from './sales-sums.ts'

/** Days, or goods, that are read in one step: some milliseconds' work. */
const DAYS_A_STEP = 14
const GOODS_A_STEP = 1000
/** Where a tenth of a step's goods are to be named, all of them are: one statement for many costs a fifth of what one each does. */
const DENSE = 10

interface TimeRow extends Figures { day: number; quarter: number; staff: string; imported: number }
interface TenderRow { day: number; channel: string; tenders: number; fen: number }
/** A good's number and its sums in the order of SUMS: as arrays, of which two years have half a million. */
type GoodRow = readonly number[]
const SUMS = ['quantity', 'gross', 'net', 'cost', 'costless', 'costlessNet'] as const
const NET = SUMS.indexOf('net')
/** Of a good: its number, id and document, and what a file called it. */
type NameRow = readonly [no: number, good: string, doc: string | null, name: string | null, category: string | null, unit: string | null, pricing: Pricing | null]
type Named = Pick<GoodFigures, 'good' | 'name' | 'category' | 'unit' | 'pricing'> & { cost: number | null }

const add = (to: Figures, row: Figures): void => {
  for (const name of ['sales', 'returns', 'gross', 'discount', 'net', 'back'] as const) to[name] += row[name]
}
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

export class Reports {
  readonly #documents
  readonly #times
  readonly #tenders
  readonly #count
  readonly #goods
  readonly #named
  /** What goods are called, until any document changes. */
  readonly #names = new Map<number, Named>()
  #namesVersion = 0

  constructor(db: Database, documents: Documents) {
    this.#documents = documents
    this.#times = db.prepare<{ first: number; last: number }, TimeRow>(`SELECT 0 AS imported, * FROM day_time WHERE day BETWEEN @first AND @last
      UNION ALL SELECT 1, day, quarter, staff, sales, returns, gross, discount, net, back FROM history_time WHERE day BETWEEN @first AND @last AND batch IN ${ON}`)
    this.#tenders = db.prepare<{ first: number; last: number }, TenderRow>(`SELECT * FROM day_tender WHERE day BETWEEN @first AND @last
      UNION ALL SELECT day, channel, tenders, fen FROM history_tender WHERE day BETWEEN @first AND @last AND batch IN ${ON}`)
    this.#count = db.prepare<[], number>('SELECT coalesce(max(no), 0) FROM sold_good').pluck()
    // Row by row: SQLite would sort them for a GROUP BY, which costs more than handing them over.
    this.#goods = [
      db.prepare<[number, number], GoodRow>('SELECT good, quantity, gross, net, cost, costless, costless_net FROM day_good WHERE day BETWEEN ? AND ?').raw(),
      db.prepare<[number, number], GoodRow>(`SELECT good, quantity, gross, net, cost, costless, costless_net FROM history_good WHERE day BETWEEN ? AND ? AND batch IN ${ON}`).raw(),
    ]
    this.#named = db.prepare<[number, number], NameRow>(`SELECT g.no, g.good, d.doc, h.name, h.category, h.unit, h.pricing FROM sold_good g
      LEFT JOIN document d ON d.kind = 'good' AND d.id = g.good LEFT JOIN history_item h ON h.good = g.good WHERE g.no BETWEEN ? AND ?`).raw()
  }

  /** `zone` is the shop's, for the hours. */
  * figures(range: DateRange, zone: string): Generator<void, SalesFigures> {
    const days = new Map(Array.from({ length: daysOf(range) }, (_, i) => [addDays(range.from, i), { sales: 0, net: 0, before: 0, imported: 0 }]))
    const figures: SalesFigures = {
      total: noFigures(), before: noFigures(), days, hours: Array.from({ length: 24 }, () => ({ sales: 0, net: 0, before: 0 })), staff: new Map(), tenders: new Map(), goods: [], imported: { sales: 0, net: 0, before: 0 },
    }
    const count = this.#count.get()! + 1
    const sums = new Float64Array(count * SUMS.length)
    const before = new Float64Array(count)
    const isSold = new Uint8Array(count)
    const isSeen = new Uint8Array(count)
    const hour = hoursIn(zone)
    for (const { from, to, isNow, isBefore } of piecesOf(range, DAYS_A_STEP)) {
      const [first, last] = [dayNumber(from), dayNumber(to)]
      this.#addTimes(figures, this.#times.all({ first, last }), hour, isNow, isBefore)
      for (const row of this.#tenders.all({ first, last })) {
        const tender = entry(figures.tenders, row.channel, () => ({ tenders: 0, fen: 0, before: 0 }))
        if (isNow) tender.tenders += row.tenders
        if (isNow) tender.fen += row.fen
        if (isBefore) tender.before += row.fen
      }
      for (const reading of this.#goods) {
        for (const row of reading.all(first, last)) {
          const no = row[0]!
          isSeen[no] = 1
          if (isBefore) before[no]! += row[NET + 1]!
          if (!isNow) continue
          isSold[no] = 1
          for (let i = 0; i < SUMS.length; i++) sums[no * SUMS.length + i]! += row[i + 1]!
        }
      }
      yield
    }
    let work = 0
    for (let from = 1; from < count; from += GOODS_A_STEP) {
      const to = Math.min(count, from + GOODS_A_STEP)
      work += this.#readNames(from, to, isSeen)
      for (let no = from; no < to; no++) {
        if (!isSeen[no]) continue
        const at = no * SUMS.length
        const { good, name, category, unit, pricing, cost: today } = this.#names.get(no)!
        const { cost, unknown } = costOf({ cost: sums[at + 3]!, costless: sums[at + 4]!, costlessNet: sums[at + 5]! }, { cost: today, pricing, unit })
        figures.goods.push({ good, name, category, unit, pricing, quantity: sums[at]!, gross: sums[at + 1]!, net: sums[at + NET]!, before: before[no]!, isSold: isSold[no] === 1, cost, unknown })
        work += 1
      }
      if (work < GOODS_A_STEP) continue
      work = 0
      yield
    }
    return figures
  }

  #addTimes(figures: SalesFigures, rows: readonly TimeRow[], hour: (quarter: number) => number, isNow: boolean, isBefore: boolean): void {
    const later = new Map<number, string>()
    for (const row of rows) {
      const time = row.quarter === NO_QUARTER ? undefined : figures.hours[hour(row.quarter)]!
      const staff = entry(figures.staff, row.staff, () => ({ ...noFigures(), before: 0 }))
      if (isNow) {
        add(figures.total, row)
        add(staff, row)
        const day = figures.days.get(dateOfDay(row.day))!
        if (row.imported) {
          day.imported += row.net
          figures.imported.sales += row.sales
          figures.imported.net += row.net
        }
        for (const moment of [time, day]) {
          if (!moment) continue
          moment.sales += row.sales
          moment.net += row.net
        }
      }
      if (isBefore) {
        add(figures.before, row)
        staff.before += row.net
        if (time) time.before += row.net
        if (row.imported) figures.imported.before += row.net
        figures.days.get(entry(later, row.day, () => addDays(dateOfDay(row.day), DAYS_COMPARED)))!.before += row.net
      }
    }
  }

  /** Names the goods of these numbers that are seen and not named yet: many at once, where many of them are. Gives how many it read. */
  #readNames(from: number, to: number, isSeen: Uint8Array): number {
    if (this.#namesVersion !== this.#documents.version) this.#names.clear()
    this.#namesVersion = this.#documents.version
    const missing: number[] = []
    for (let no = from; no < to; no++) if (isSeen[no] && !this.#names.has(no)) missing.push(no)
    if (missing.length * DENSE > to - from) {
      const rows = this.#named.all(from, to - 1)
      for (const row of rows) this.#names.set(row[0], namedOf(row))
      return rows.length
    }
    for (const no of missing) this.#names.set(no, namedOf(this.#named.get(no, no)!))
    return missing.length
  }
}

function namedOf([, good, doc, name, category, unit, pricing]: NameRow): Named {
  // A good of the shop's has its own name, whatever the file called it.
  const known: Partial<Good> = doc === null ? name === null ? {} : { name, category: category!, unit: unit!, pricing: pricing! } : JSON.parse(doc) as Partial<Good>
  return {
    good, name: known.name ?? '', category: known.category ?? GOOD_DEFAULTS.category, unit: known.unit ?? GOOD_DEFAULTS.unit,
    pricing: known.pricing ?? GOOD_DEFAULTS.pricing, cost: known.cost === undefined ? GOOD_DEFAULTS.cost : known.cost,
  }
}
