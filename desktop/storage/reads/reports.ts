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
const GOODS_A_STEP = 500

interface TimeRow extends Figures { day: number; quarter: number; staff: string; imported: number }
interface TenderRow { day: number; channel: string; tenders: number; fen: number }
/** A good's number and its sums in the order of SUMS: as arrays, of which two years have half a million. */
type GoodRow = readonly number[]
const SUMS = ['quantity', 'gross', 'net', 'cost', 'costless', 'costlessNet'] as const
const NET = SUMS.indexOf('net')
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

function* both(own: readonly GoodRow[], imported: readonly GoodRow[]): Generator<GoodRow> {
  yield* own
  yield* imported
}

export class Reports {
  readonly #documents
  readonly #times
  readonly #tenders
  readonly #count
  readonly #goods
  readonly #before
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
    this.#goods = db.prepare<[number, number], GoodRow>(`SELECT good, sum(quantity) AS quantity, sum(gross) AS gross, sum(net) AS net, sum(cost) AS cost,
      sum(costless) AS costless, sum(costless_net) AS costlessNet FROM day_good WHERE day BETWEEN ? AND ? GROUP BY good`).raw()
    this.#before = db.prepare<[number, number], GoodRow>(`SELECT good, sum(quantity), sum(gross), sum(net), sum(cost), sum(costless), sum(costless_net) FROM history_good
      WHERE day BETWEEN ? AND ? AND batch IN ${ON} GROUP BY good`).raw()
    this.#named = db.prepare<[number], { good: string; doc: string | null } & Partial<Omit<Named, 'good'>>>(`SELECT g.good, d.doc, h.name, h.category, h.unit, h.pricing FROM sold_good g
      LEFT JOIN document d ON d.kind = 'good' AND d.id = g.good LEFT JOIN history_item h ON h.good = g.good WHERE g.no = ?`)
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
      for (const row of both(this.#goods.all(first, last), this.#before.all(first, last))) {
        const no = row[0]!
        isSeen[no] = 1
        if (isBefore) before[no]! += row[NET + 1]!
        if (!isNow) continue
        isSold[no] = 1
        for (let i = 0; i < SUMS.length; i++) sums[no * SUMS.length + i]! += row[i + 1]!
      }
      yield
    }
    for (let no = 1; no < count; no++) {
      if (!isSeen[no]) continue
      const [quantity, gross, net, cost, costless, costlessNet] = sums.subarray(no * SUMS.length, (no + 1) * SUMS.length) as unknown as [number, number, number, number, number, number]
      const { cost: today, ...named } = this.#name(no)
      figures.goods.push({ ...named, quantity, gross, net, before: before[no]!, isSold: isSold[no] === 1, ...costOf({ cost, costless, costlessNet }, { cost: today, pricing: named.pricing, unit: named.unit }) })
      if (figures.goods.length % GOODS_A_STEP === 0) yield
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

  #name(no: number): Named {
    if (this.#namesVersion !== this.#documents.version) this.#names.clear()
    this.#namesVersion = this.#documents.version
    return entry(this.#names, no, () => {
      const row = this.#named.get(no)
      // A good of the shop's has its own name, whatever the file called it.
      const named = row?.doc ? JSON.parse(row.doc) as Partial<Good> : row?.name === undefined || row.name === null ? {} : { name: row.name, category: row.category, unit: row.unit, pricing: row.pricing }
      const { name = '', category, unit, pricing, cost } = { ...GOOD_DEFAULTS, ...named }
      return { good: row?.good ?? '', name, category: category!, unit: unit!, pricing: pricing as Pricing, cost }
    })
  }
}
