/**
 * A till that has sold for years, made in minutes: every event through the decisions, the ledger and the projector of the
 * till itself, many in one transaction. What comes out is a till's folder like any other, closed; it verifies, it can be
 * started, and the same wish makes the same days.
 */
import { composeTill } from '#desktop/loopback/compose.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { type Good, GoodChanged } from '#shared/catalog/good.ts'
import type { TillStore } from '#shared/host/store.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import type { Staff } from '#shared/identity/staff.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import type { Sale } from '#shared/sales/events.ts'
import { addDays } from '#shared/sales/report.ts'
import { decideSale, saleNumber, saleNumberPrefix } from '#shared/sales/sale.ts'
import { closeShift, openShift } from '#shared/sales/shift.ts'
import { Chance } from '../simulate/chance.ts'
import { manyGoods } from './many-goods.ts'

/** Nothing that these sales take back comes near it. */
const RETURN_CAP_FEN = fen(1_000_000)

export interface HistoryWish {
  readonly goods: number
  readonly days: number
  /** On an ordinary day; at a weekend a quarter more. */
  readonly salesADay: number
  /** UTC ms of the last sale's day; the till's clock stands there when this is done. */
  readonly until: number
  readonly seed?: number
}
export interface History {
  readonly folder: string
  readonly goods: readonly Good[]
  /** The first and the last business date. */
  readonly from: string
  readonly to: string
  readonly sales: number
  readonly totalFen: number
}

export const TWO_YEARS: Omit<HistoryWish, 'until'> = { goods: 100_000, days: 730, salesADay: 500 }
export const OWNER = { no: '01', pin: '1234' } as const
const ZONE = 'Asia/Shanghai'
const GOODS_AT_ONCE = 5000
const SALES_AT_ONCE = 1000
/** Hours of the day and how busy they are, in the shop's zone: breakfast, and after work. */
const HOURS: readonly (readonly [weight: number, hour: number])[] = [
  [4, 7], [8, 8], [6, 9], [5, 10], [7, 11], [6, 12], [3, 13], [3, 14], [4, 15], [6, 16], [9, 17], [10, 18], [8, 19], [5, 20], [2, 21],
]
const ZONE_AHEAD_MS = 8 * 3_600_000
const RETURNS_PART = 0.01

/** Makes the till in `folder`, which must be empty; its owner is signed in and no shift is open. */
export async function makeHistory(folder: string, wish: HistoryWish): Promise<History> {
  const chance = new Chance(wish.seed ?? 1)
  const to = businessDate(wish.until, ZONE)
  const from = addDays(to, 1 - wish.days)
  const first = Date.parse(from) - ZONE_AHEAD_MS
  let now = first
  const till = composeTill({ folder, version: 'history', log: () => undefined, world: { clock: { now: () => now } } })
  try {
    const { dispatcher, store } = till
    const id = (): Id => uuidv7(now, chance.bytes(10))
    await dispatcher.run('till.setup', { key: id(), shop: { name: '湖畔小铺', zone: ZONE }, owner: { no: OWNER.no, name: '店主' }, pin: OWNER.pin })
    for (const no of ['02', '03']) await dispatcher.run('staff.put', { key: id(), staff: id(), set: { no, name: `收银员${no}`, role: 'cashier' }, pin: '2345' })
    const goods = manyGoods(wish.goods, chance, first)
    offer(store, goods, now, id)
    const book = new Book(store, goods, chance, id)
    for (let day = 0; day < wish.days; day++) {
      const midnight = first + day * 86_400_000
      book.day(addDays(from, day), midnight, busyness(midnight, wish.salesADay, chance))
      // The till's own timers get their turn.
      if (day % 30 === 0) await new Promise((resolve) => { setImmediate(resolve) })
    }
    now = wish.until
    while (store.settleSearch(GOODS_AT_ONCE) || store.settleSold(SALES_AT_ONCE)) await new Promise((resolve) => { setImmediate(resolve) })
    return { folder, goods, from, to, sales: book.sales, totalFen: book.totalFen }
  } finally {
    await till.close()
  }
}

function busyness(at: number, salesADay: number, chance: Chance): number {
  const weekday = new Date(at + ZONE_AHEAD_MS).getUTCDay()
  return Math.max(1, Math.round(salesADay * (weekday % 6 === 0 ? 1.25 : 0.9) * (0.9 + chance.next() * 0.2)))
}

function offer(store: TillStore, goods: readonly Good[], at: number, id: () => Id): void {
  for (let i = 0; i < goods.length; i += GOODS_AT_ONCE) {
    store.together(() => {
      const events = goods.slice(i, i + GOODS_AT_ONCE).map(({ id: good, ...set }) => ({ id: id(), type: GoodChanged.type, v: 1, body: { good, set, hlc: store.nextHlc(at) } }))
      store.commit({ events, prints: [] }, at, store.signedIn())
    })
  }
}

/** Whoever stands at the till, day after day. */
class Book {
  sales = 0
  totalFen = 0
  readonly #store
  readonly #goods
  readonly #byId
  readonly #chance
  readonly #id
  readonly #staff: readonly Staff[]

  constructor(store: TillStore, goods: readonly Good[], chance: Chance, id: () => Id) {
    this.#store = store
    this.#goods = goods
    this.#byId = new Map(goods.map((good) => [good.id, good]))
    this.#chance = chance
    this.#id = id
    this.#staff = store.listStaff()
  }

  /** One day in one transaction: a shift from its float to its count, and what was sold in it. `midnight` is the shop's, in UTC ms. */
  day(date: string, midnight: number, count: number): void {
    const store = this.#store
    const [owner, ...cashiers] = this.#staff
    const staff = cashiers[Math.floor(midnight / 86_400_000) % cashiers.length] ?? owner!
    const times = Array.from({ length: count }, () => midnight + this.#chance.weighed(HOURS) * 3_600_000 + this.#chance.int(0, 3_599_999)).sort((one, other) => one - other)
    const opensAt = midnight + 6 * 3_600_000
    store.together(() => {
      const shift = this.#id()
      const float = fen(20_000)
      store.commit({ events: [openShift(shift, staff.id, date, float)], prints: [] }, opensAt, staff.id)
      const { till } = store.identity()
      let no: string | undefined
      let drawer = float as number
      for (const at of times) {
        no = saleNumber(date, till, no ?? store.lastNo(saleNumberPrefix(date, till)))
        const body = this.#sale({ shift, date, no, staff: this.#chance.odds(0.1) ? owner! : staff }, at)
        store.commit({ events: [{ id: body.sale, type: 'sale.completed', v: 1, body }], prints: [] }, at, body.staff)
        drawer += body.total
        this.sales += 1
        this.totalFen += body.total
      }
      const counted = fen(Math.max(0, drawer + (this.#chance.odds(0.1) ? -100 : 0)))
      store.commit({ events: [closeShift(this.#id(), { shift, date }, staff.id, fen(drawer), counted, times.length)], prints: [] }, midnight + 22 * 3_600_000, staff.id)
    })
  }

  /** A good by how often it is bought: a few all day, most now and then. */
  #good(): Good {
    return this.#goods[Math.floor(this.#goods.length * this.#chance.next() ** 4)]!
  }

  #sale(facts: { shift: Id; date: string; no: string; staff: Staff }, at: number): Sale {
    const chance = this.#chance
    let ticket = emptyTicket(uuidv7(at, chance.bytes(10)), at)
    const isReturn = chance.odds(RETURNS_PART)
    const lines = isReturn ? 1 : chance.weighed([[30, 1], [25, 2], [18, 3], [12, 4], [8, 5], [5, 7], [2, 12]])
    for (let i = 0; i < lines; i++) {
      const good = this.#good()
      const size = good.pricing === 'weight' ? chance.int(100, 2500) : chance.weighed([[80, 1000], [14, 2000], [4, 3000], [2, 6000]])
      ticket = addGood(ticket, uuidv7(at, chance.bytes(10)), good, milli(isReturn ? -size : size))
    }
    const { total } = priceTicket(ticket.lines)
    const staff = isReturn ? this.#staff[0]! : facts.staff
    const decided = decideSale({ ...facts, staff, approved: new Set(), returnCap: RETURN_CAP_FEN, labelled: () => undefined, good: (id) => this.#byId.get(id) }, { ticket, total, given: total > 0 ? fen(Math.ceil(total / 1000) * 1000) : total })
    if ('refused' in decided) throw new Error(`a made-up sale was refused: ${decided.refused.code}`)
    return decided.event.body
  }
}
