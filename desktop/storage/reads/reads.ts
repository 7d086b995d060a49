/** What the counter reads: goods by code and by search, sales, shifts, staff. Never writes. */
import type { Database } from 'better-sqlite3'
import type { Good } from '#shared/catalog/good.ts'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import { type Promotion, PROMOTION_DEFAULTS, PromotionSchema } from '#shared/catalog/promotion.ts'
import { SHOP_DEFAULTS, type Shop } from '#shared/catalog/shop.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Staff, StaffSchema } from '#shared/identity/staff.ts'
import type { Documents } from '../documents.ts'
import { SIGNED_OUT } from '../settings.ts'
import type { StockReads } from './stock-reads.ts'
import type { TraceReads } from './trace-reads.ts'
import { stoppedLot } from '#shared/sales/sale.ts'
import { CreditDocSchema, type CreditDoc } from '#shared/sync/protocol.ts'
import { HistorySold } from '#shared/sales/history.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import type { SaleFilter, SaleRow, Shift, ShiftDetails, ShiftTotals, TrailFilter, TrailRow } from '#shared/host/store.ts'

interface GoodRow { id: string; doc: string; stock: number | null }
/** What moved here and what the other tills moved; null where there is neither. */
const STOCK = 'coalesce(s.quantity + e.quantity, s.quantity, e.quantity) AS stock'
const GOOD = `SELECT d.id, d.doc, ${STOCK} FROM document d LEFT JOIN stock s ON s.good = d.id LEFT JOIN stock_elsewhere e ON e.good = d.id WHERE d.kind = 'good'`
/** A sale's own row is in the journal, or among those of a ledger before it. */
/** Numbers go on over ledgers, and each shift keeps its own. */
const CLOSED = "SELECT (SELECT count(*) FROM shift WHERE closed_at <= @closedAt) + (SELECT count(*) FROM earlier WHERE type = 'shift.closed' AND at <= @closedAt) AS n"
const SALE = 'SELECT coalesce(j.id, e.id) AS sale, s.seq, s.no, s.at, s.date, s.shift, s.staff, s.total FROM sale s LEFT JOIN journal j ON j.seq = s.seq LEFT JOIN earlier e ON e.seq = s.seq'
const SHIFT = 'SELECT id AS shift, staff, date, opened_at AS openedAt, float, closed_at AS closedAt, counted, difference FROM shift'

/** Documents kept parsed, so that a sale doesn't read pictures again and again; a few thousand at most. */
const KEPT_MAX = 4000

/** A good needs a name and a price to be sold; an edit that came before its good is kept and not shown. */
function toGood(row: GoodRow): GoodView | undefined {
  const doc = JSON.parse(row.doc) as Partial<Good>
  return doc.name === undefined || doc.price === undefined ? undefined : { ...GOOD_DEFAULTS, codes: [], ...doc, name: doc.name, price: doc.price, id: row.id, stock: row.stock }
}
/** An edit of one field may come down before the rest: nobody works here without a number, a name and a role. */
function toStaff(id: Id, doc: string): Staff | undefined {
  return StaffSchema.safeParse({ active: true, ...(JSON.parse(doc) as object), id }).data
}
const isGood = (good: GoodView | undefined): good is GoodView => good !== undefined

export class Reads {
  readonly #db
  readonly #documents
  readonly #room
  readonly #facts
  readonly #stock
  readonly #firstAfter
  readonly #kept = new Map<string, unknown>()
  #keptVersion = 0
  readonly #byCode
  readonly #byName
  readonly #byPrice
  readonly #quick
  readonly #document
  readonly #session
  readonly #signedIn
  readonly #shift
  readonly #newestNo
  readonly #lastNo

  constructor(db: Database, documents: Documents, room: StockReads, trace: TraceReads) {
    this.#facts = { stopped: (good: Id) => trace.stopped(good), lots: (good: Id) => room.lots(good) }
    this.#db = db
    this.#room = room
    this.#documents = documents
    this.#stock = db.prepare<[string], { stock: number | null }>(`SELECT ${STOCK} FROM (SELECT ? AS good) g LEFT JOIN stock s ON s.good = g.good LEFT JOIN stock_elsewhere e ON e.good = g.good`)
    this.#firstAfter = db.prepare<[number], { at: number }>('SELECT at FROM journal WHERE seq > ? ORDER BY seq LIMIT 1')
    this.#byCode = db.prepare<[string], GoodRow>(`${GOOD} AND d.id IN (SELECT good FROM good_code WHERE code = ?)`)
    this.#byName = db.prepare<[string], GoodRow>(`${GOOD} AND d.id IN (SELECT good FROM good_index WHERE name = ?)`)
    this.#byPrice = db.prepare<[number, number], GoodRow>(`SELECT d.id, d.doc, ${STOCK} FROM good_index i JOIN document d ON d.kind = 'good' AND d.id = i.good
      LEFT JOIN stock s ON s.good = i.good LEFT JOIN stock_elsewhere e ON e.good = i.good LEFT JOIN sold_before b ON b.good = i.good WHERE i.sells = 1 AND i.price = ? ORDER BY coalesce(s.sold, 0) + coalesce(b.sold, 0) DESC, i.row LIMIT ?`)
    this.#quick = db.prepare<[], GoodRow>(`SELECT d.id, d.doc, ${STOCK} FROM good_index i JOIN document d ON d.kind = 'good' AND d.id = i.good
      LEFT JOIN stock s ON s.good = i.good LEFT JOIN stock_elsewhere e ON e.good = i.good WHERE i.quick > 0 AND i.sells = 1 ORDER BY i.quick, i.row`)
    this.#document = db.prepare<[string, string], { doc: string }>('SELECT doc FROM document WHERE kind = ? AND id = ?')
    this.#session = db.prepare<[string], { value: string }>('SELECT value FROM session WHERE key = ?')
    this.#signedIn = db.prepare<[], Id>(`SELECT value FROM session WHERE key = 'staff' AND NOT EXISTS (SELECT 1 FROM setting WHERE key = '${SIGNED_OUT}')`).pluck()
    this.#shift = db.prepare<[string], Shift>(`${SHIFT} WHERE id = ?`)
    this.#newestNo = db.prepare<[], { no: string }>('SELECT no FROM sale ORDER BY seq DESC LIMIT 1')
    // The ten-thousandth number of a day is longer, and as text it sorts before the second.
    this.#lastNo = db.prepare<[string, string], { no: string }>('SELECT no FROM sale WHERE no > ? AND no < ? ORDER BY length(no) DESC, no DESC LIMIT 1')
  }

  good(id: Id): GoodView | undefined {
    const listed = this.listed(id)
    return listed && this.#dated({ ...listed, stock: this.#stock.get(id)?.stock ?? null })
  }

  #dated(good: GoodView): GoodView {
    const expiry = this.#room.expiry(good.id)
    const stopped = stoppedLot(this.#facts, good.id, null)
    return expiry === undefined && stopped === undefined ? good : { ...good, ...(expiry !== undefined && { expiry }), ...(stopped !== undefined && { stopped }) }
  }
  #toGood(row: GoodRow): GoodView | undefined {
    const good = toGood(row)
    return good && this.#dated(good)
  }

  /** A good as a sale needs it, without its stock. */
  listed(id: Id): Good | undefined {
    return this.#keep(`good ${id}`, () => {
      const row = this.#document.get('good', id)
      const good = row && toGood({ id, doc: row.doc, stock: null })
      if (!good) return undefined
      const { stock: _stock, ...listed } = good
      return listed
    })
  }

  /** What `read` gives, kept until any document changes. */
  #keep<Value>(key: string, read: () => Value): Value {
    const { version } = this.#documents
    if (version !== this.#keptVersion || this.#kept.size > KEPT_MAX) {
      this.#kept.clear()
      this.#keptVersion = version
    }
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept as Value
    const value = read()
    if (value !== undefined) this.#kept.set(key, value)
    return value
  }

  goodByCode(code: string): GoodView | undefined {
    const found = this.#byCode.all(code).map((row) => this.#toGood(row)).filter(isGood)
    return found.find((good) => good.on) ?? found[0]
  }

  goodByName(name: string): GoodView | undefined {
    return this.#byName.all(name).map((row) => this.#toGood(row)).find(isGood)
  }

  /** Goods at this price in fen; those sold most often first. */
  goodsByPrice(price: number, limit: number): GoodView[] {
    return this.#byPrice.all(price, limit).map(toGood).filter(isGood)
  }

  quickGoods(): GoodView[] {
    return this.#quick.all().map((row) => this.#toGood(row)).filter(isGood)
  }

  listGoods(after: Id | undefined, limit: number): GoodView[] {
    return this.#db.prepare<[string, number], GoodRow>(`${GOOD} AND d.id > ? ORDER BY d.id LIMIT ?`).all(after ?? '', limit).map((row) => this.#toGood(row)).filter(isGood)
  }

  countGoods(): number {
    return this.#db.prepare<[], { n: number }>('SELECT count(*) AS n FROM good_index WHERE sells = 1').get()!.n
  }

  shop(id: Id): Shop {
    return this.#keep(`shop ${id}`, () => ({ ...SHOP_DEFAULTS, hours: [], promises: [], adverts: [], labels: [], tares: [], quickPages: [], ...(JSON.parse(this.#document.get('shop', id)?.doc ?? '{}') as Partial<Shop>), id }))
  }

  staff(id: Id): Staff | undefined {
    return this.#keep(`staff ${id}`, () => {
      const row = this.#document.get('staff', id)
      return row && toStaff(id, row.doc)
    })
  }

  /** The same list until a document changes. One that lacks its name or its rule takes nothing off. */
  promotions(): readonly Promotion[] {
    return this.#keep('promotions', () => this.#db.prepare<[], { id: string; doc: string }>("SELECT id, doc FROM document WHERE kind = 'promotion' ORDER BY id").all()
      .map(({ id, doc }) => PromotionSchema.safeParse({ ...PROMOTION_DEFAULTS, ...JSON.parse(doc) as object, id }).data).filter((each) => each !== undefined))
  }

  listStaff(): Staff[] {
    return this.#db.prepare<[], { id: string; doc: string }>("SELECT id, doc FROM document WHERE kind = 'staff'").all()
      .map((row) => toStaff(row.id, row.doc)).filter((staff) => staff !== undefined).sort((a, b) => (a.no < b.no ? -1 : 1))
  }

  staffByNo(no: string): Staff | undefined {
    return this.listStaff().find((staff) => staff.no === no)
  }

  credit(shop: Id): CreditDoc | undefined {
    const parsed = CreditDocSchema.safeParse(JSON.parse(this.#document.get('credit', shop)?.doc ?? 'null'))
    return parsed.success ? parsed.data : undefined
  }

  signedIn(): Id | null {
    return this.#signedIn.get() ?? null
  }

  openShift(): Shift | undefined {
    const id = this.#session.get('shift')?.value
    return id === undefined ? undefined : this.shift(id)
  }

  shift(id: Id): Shift | undefined {
    return this.#shift.get(id)
  }

  shiftTotals(id: Id): ShiftTotals {
    return this.#db.prepare<[string], ShiftTotals>('SELECT sales, returns, gross, discount, net FROM shift WHERE id = ?').get(id) ?? { sales: 0, returns: 0, gross: 0, discount: 0, net: 0 }
  }

  listShifts({ before, limit }: { before: number | undefined; limit: number }): Shift[] {
    return this.#db.prepare<[number, number], Shift>(`${SHIFT} WHERE opened_at < ? ORDER BY opened_at DESC LIMIT ?`).all(before ?? Number.MAX_SAFE_INTEGER, limit)
  }

  shiftDetails(id: Id): ShiftDetails {
    // A shift that was carried over began in the ledger before this one; all of this one may be its, and sales of that one.
    const from = this.#db.prepare<[string], { seq: number }>('SELECT seq FROM journal WHERE id = ?').get(id)?.seq ?? Number.MIN_SAFE_INTEGER
    // Where the next one began, so that a shift of long ago doesn't read all that came since.
    const to = this.#db.prepare<[number], { seq: number | null }>('SELECT min(j.seq) AS seq FROM shift s JOIN journal j ON j.id = s.id WHERE j.seq > ?').get(from)?.seq ?? Number.MAX_SAFE_INTEGER
    const closedAt = this.shift(id)?.closedAt ?? null
    return {
      z: closedAt === null ? null : this.#db.prepare<{ closedAt: number }, { n: number }>(CLOSED).get({ closedAt })!.n,
      cashiers: this.#db.prepare<{ from: number; to: number; id: string }, ShiftDetails['cashiers'][number]>(`SELECT staff, sum(sales) AS sales, sum(total) AS net FROM (
        SELECT seq, staff, 1 AS sales, total FROM sale WHERE seq > @from AND seq < @to AND shift = @id
        UNION ALL SELECT seq, staff, 0, -total FROM refund WHERE shift = @id) GROUP BY staff ORDER BY min(seq)`).all({ from, to, id }),
      codes: this.#db.prepare<[string], ShiftDetails['codes'][number]>('SELECT via, fen FROM shift_code WHERE shift = ? AND fen <> 0 ORDER BY via').all(id),
      openings: this.#db.prepare<[number, number, string], { n: number }>("SELECT count(*) AS n FROM journal WHERE seq > ? AND seq < ? AND type <> 'sale.completed' AND type = 'drawer.opened' AND text ->> '$.body.shift' = ?").get(from, to, id)!.n,
    }
  }

  trail({ before, types }: TrailFilter, look: (row: TrailRow) => boolean): void {
    // Pieces of a file by the hundred, of which `history.imported` says all that people ask.
    const only = types === undefined ? ` AND type <> '${HistorySold.type}'` : ` AND type IN (${types.map(() => '?').join(', ')})`
    // Said in the index's own words, or it is not taken.
    const few = types === undefined || types.includes(SaleCompleted.type) ? '' : " AND type <> 'sale.completed'"
    const rows = this.#db.prepare<(number | string)[], { seq: number; text: string }>(`SELECT seq, text FROM journal WHERE seq < ?${few}${only} ORDER BY seq DESC`)
    for (const { seq, text } of rows.iterate(before ?? Number.MAX_SAFE_INTEGER, ...types ?? [])) {
      const { id, type, at, actor, body } = JSON.parse(text) as Omit<TrailRow, 'seq'>
      if (!look({ seq, id, type, at, actor, body })) return
    }
  }

  sale(id: Id): SaleRow | undefined {
    return this.#db.prepare<{ id: Id }, SaleRow>(`${SALE} WHERE s.seq = (SELECT seq FROM journal WHERE id = @id UNION ALL SELECT seq FROM earlier WHERE id = @id)`).get({ id })
  }

  saleByNo(no: string): SaleRow | undefined {
    return this.#db.prepare<[string], SaleRow>(`${SALE} WHERE s.no = ?`).get(no)
  }

  listSales(filter: SaleFilter): SaleRow[] {
    const where = ['s.seq < ?', ...(filter.date === undefined ? [] : ['s.date = ?'])].join(' AND ')
    const values = [filter.before ?? Number.MAX_SAFE_INTEGER, ...(filter.date === undefined ? [] : [filter.date]), filter.limit]
    return this.#db.prepare<(string | number)[], SaleRow>(`${SALE} WHERE ${where} ORDER BY s.seq DESC LIMIT ?`).all(...values)
  }

  /** The highest sale number beginning with `prefix`. */
  lastNo(prefix: string): string | undefined {
    const newest = this.#newestNo.get()?.no
    return newest?.startsWith(prefix) ? newest : this.#lastNo.get(prefix, `${prefix}~`)?.no
  }

  /** Of this ledger, without those before it. */
  countSales(): number {
    return this.#db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sale WHERE seq > 0').get()!.n
  }

  /** Time of the first row after `seq`. */
  firstAfter(seq: number): number | null {
    return this.#firstAfter.get(seq)?.at ?? null
  }
}
