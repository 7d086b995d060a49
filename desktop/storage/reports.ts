/**
 * Reads a report of sales from the sums by day. In steps, so that whoever asked for two years can let the counter go on
 * in between; what was read of the steps before must be thrown away when the ledger has grown meanwhile.
 */
import type { Database } from 'better-sqlite3'
import type { Pricing } from '#shared/quantity/quantity.ts'
import { type DateRange, type Figures, type GoodFigures, type SalesFigures, DAYS_COMPARED, addDays, costOf, daysOf, hoursIn, noFigures, piecesOf } from '#shared/sales/report.ts'
import { GOOD_DEFAULTS, type Good } from '#shared/catalog/good.ts'
import type { Documents } from './documents.ts'
import { dateOfDay, dayNumber } from './sales-sums.ts'

/** Days, or goods, that are read in one step: some milliseconds' work. */
const DAYS_A_STEP = 31
const GOODS_A_STEP = 2000

interface TimeRow extends Figures { day: number; quarter: number; staff: string }
interface TenderRow { day: number; channel: string; tenders: number; fen: number }
interface GoodRow { good: number; quantity: number; gross: number; net: number; cost: number; costless: number; costlessNet: number }
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
  readonly #goods
  readonly #named
  /** What goods are called, until any document changes. */
  readonly #names = new Map<number, Named>()
  #namesVersion = 0

  constructor(db: Database, documents: Documents) {
    this.#documents = documents
    this.#times = db.prepare<[number, number], TimeRow>('SELECT * FROM day_time WHERE day BETWEEN ? AND ?')
    this.#tenders = db.prepare<[number, number], TenderRow>('SELECT * FROM day_tender WHERE day BETWEEN ? AND ?')
    this.#goods = db.prepare<[number, number], GoodRow>(`SELECT good, sum(quantity) AS quantity, sum(gross) AS gross, sum(net) AS net, sum(cost) AS cost,
      sum(costless) AS costless, sum(costless_net) AS costlessNet FROM day_good WHERE day BETWEEN ? AND ? GROUP BY good`)
    this.#named = db.prepare<[number], { good: string; doc: string | null }>("SELECT g.good, d.doc FROM sold_good g LEFT JOIN document d ON d.kind = 'good' AND d.id = g.good WHERE g.no = ?")
  }

  /** `zone` is the shop's, for the hours. */
  * figures(range: DateRange, zone: string): Generator<void, SalesFigures> {
    const days = new Map(Array.from({ length: daysOf(range) }, (_, i) => [addDays(range.from, i), { sales: 0, net: 0, before: 0 }]))
    const figures: SalesFigures = {
      total: noFigures(), before: noFigures(), days, hours: Array.from({ length: 24 }, () => ({ sales: 0, net: 0, before: 0 })), staff: new Map(), tenders: new Map(), goods: [],
    }
    const goods = new Map<number, GoodRow & { before: number; isSold: boolean }>()
    const hour = hoursIn(zone)
    for (const { from, to, isNow, isBefore } of piecesOf(range, DAYS_A_STEP)) {
      const [first, last] = [dayNumber(from), dayNumber(to)]
      this.#addTimes(figures, this.#times.all(first, last), hour, isNow, isBefore)
      for (const row of this.#tenders.all(first, last)) {
        const tender = entry(figures.tenders, row.channel, () => ({ tenders: 0, fen: 0, before: 0 }))
        if (isNow) tender.tenders += row.tenders
        if (isNow) tender.fen += row.fen
        if (isBefore) tender.before += row.fen
      }
      for (const row of this.#goods.all(first, last)) {
        const good = entry(goods, row.good, () => ({ good: row.good, quantity: 0, gross: 0, net: 0, cost: 0, costless: 0, costlessNet: 0, before: 0, isSold: false }))
        if (isBefore) good.before += row.net
        if (!isNow) continue
        good.isSold = true
        for (const name of ['quantity', 'gross', 'net', 'cost', 'costless', 'costlessNet'] as const) good[name] += row[name]
      }
      yield
    }
    for (const row of goods.values()) {
      const { good, name, category, unit, pricing, cost: today } = this.#name(row.good)
      figures.goods.push({
        good, name, category, unit, pricing, quantity: row.quantity, gross: row.gross, net: row.net, before: row.before, isSold: row.isSold,
        ...costOf(row, { cost: today, pricing, unit }),
      })
      if (figures.goods.length % GOODS_A_STEP === 0) yield
    }
    return figures
  }

  #addTimes(figures: SalesFigures, rows: readonly TimeRow[], hour: (quarter: number) => number, isNow: boolean, isBefore: boolean): void {
    const later = new Map<number, string>()
    for (const row of rows) {
      const time = figures.hours[hour(row.quarter)]!
      const staff = entry(figures.staff, row.staff, () => ({ ...noFigures(), before: 0 }))
      if (isNow) {
        add(figures.total, row)
        add(staff, row)
        for (const moment of [time, figures.days.get(dateOfDay(row.day))!]) {
          moment.sales += row.sales
          moment.net += row.net
        }
      }
      if (isBefore) {
        add(figures.before, row)
        staff.before += row.net
        time.before += row.net
        figures.days.get(entry(later, row.day, () => addDays(dateOfDay(row.day), DAYS_COMPARED)))!.before += row.net
      }
    }
  }

  #name(no: number): Named {
    if (this.#namesVersion !== this.#documents.version) this.#names.clear()
    this.#namesVersion = this.#documents.version
    return entry(this.#names, no, () => {
      const row = this.#named.get(no)
      const { name = '', category, unit, pricing, cost } = { ...GOOD_DEFAULTS, ...(JSON.parse(row?.doc ?? '{}') as Partial<Good>) }
      return { good: row?.good ?? '', name, category, unit, pricing: pricing as Pricing, cost }
    })
  }
}
