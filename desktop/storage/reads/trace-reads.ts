/** What is read of lots and recalls: documents, what moved, and which sales name which lots. Quantities in thousandths. */
import type { Database } from 'better-sqlite3'
import type { LotFilter, SoldGood, SoldLot, Stopped, TraceStore } from '#shared/host/trace-store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { isSameLot, type Lot } from '#shared/stock/lot.ts'
import { readDated } from '#shared/trace/correct.ts'
import { type LotView, readLot } from '#shared/trace/lot.ts'
import { byItsNames, type Recall, type Recallable, readRecall, recalledLots, stopsGood } from '#shared/trace/recall.ts'
import type { Alerts } from '../alerts.ts'
import type { Documents } from '../documents.ts'
import { type Found, SoldGoods } from './sold-goods.ts'

interface Row { id: Id; doc: string }
interface Brief { lot: Id; good: Id; no: string | null; expiry: string | null; supplier: string | null; date: string | null; parents: string | null; dated: string | null }
const LOT = "SELECT id, doc FROM document WHERE kind = 'lot'"
const ROW_OF_SALE = 'LEFT JOIN journal j ON j.seq = sale.seq LEFT JOIN earlier e ON e.seq = sale.seq'
const NOTHING: readonly Recallable[] = []

/** What recalls that stand come to, until a lot's or a recall's document changes. */
interface Standing { readonly version: string; readonly all: readonly Recall[]; readonly open: readonly Recall[]; readonly lots: ReadonlyMap<Id, readonly Recallable[]> }

export class TraceReads implements TraceStore {
  readonly #documents
  readonly #alerts
  readonly #byNo
  readonly #byGtin
  readonly #byDay
  readonly #ofGood
  readonly #children
  readonly #lastNo
  readonly #recalls
  readonly #briefs
  readonly #moved
  readonly #movedOf
  readonly #isDescribed
  readonly #bySupplierCode
  readonly #byProducer
  readonly #sold
  readonly #soldSum
  readonly #soldGoods
  readonly #sale
  #standing: Standing | undefined

  constructor(db: Database, documents: Documents, alerts: Alerts) {
    this.#documents = documents
    this.#alerts = alerts
    this.#byNo = db.prepare<[string, Id], Row>(`${LOT} AND doc ->> 'no' = ? AND doc ->> 'good' = ? ORDER BY id`)
    this.#byGtin = db.prepare<[string, string], Row>(`${LOT} AND doc ->> 'no' = ? AND doc ->> 'gtin' = ? ORDER BY id`)
    this.#byDay = db.prepare<[number], Row>(`${LOT} AND doc ->> 'at' < ? ORDER BY doc ->> 'at' DESC`)
    this.#ofGood = db.prepare<[Id, number], Row>(`${LOT} AND doc ->> 'good' = ? AND doc ->> 'at' < ? ORDER BY doc ->> 'at' DESC`)
    this.#children = db.prepare<[Id], Row>(`${LOT} AND EXISTS (SELECT 1 FROM json_each(doc, '$.parents') parent WHERE parent.value ->> 'lot' = ?) ORDER BY doc ->> 'at', doc ->> 'no'`)
    this.#lastNo = db.prepare<[string, string], string>(`SELECT doc ->> 'no' FROM document WHERE kind = 'lot' AND doc ->> 'no' > ? AND doc ->> 'no' < ? ORDER BY length(doc ->> 'no') DESC, doc ->> 'no' DESC LIMIT 1`).pluck()
    this.#recalls = db.prepare<[], Row>("SELECT id, doc FROM document WHERE kind = 'recall'")
    this.#briefs = db.prepare<[], Brief>(`SELECT id AS lot, doc ->> 'good' AS good, doc ->> 'no' AS no, doc ->> 'expiry' AS expiry, doc ->> 'supplier' AS supplier, doc ->> 'date' AS date, doc -> 'parents' AS parents,
        iif(doc ->> 'dated' IS NOT NULL, doc, NULL) AS dated
      FROM document WHERE kind = 'lot' AND doc ->> 'good' IS NOT NULL`)
    const moved = '(SELECT good, no, expiry FROM lot UNION SELECT good, no, expiry FROM lot_elsewhere)'
    this.#moved = db.prepare<[], Lot & { good: Id }>(`SELECT good, no, expiry FROM ${moved}`)
    this.#movedOf = db.prepare<[Id], Lot & { good: Id }>(`SELECT good, no, expiry FROM ${moved} WHERE good = ?`)
    // By its date, or by one that was corrected.
    this.#isDescribed = db.prepare<Lot & { good: Id }, number>(`SELECT 1 FROM document WHERE kind = 'lot' AND doc ->> 'no' = @no AND doc ->> 'good' = @good AND (doc ->> 'expiry' = @expiry
      OR (doc ->> 'dated' IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(doc) field WHERE field.key LIKE 'corrected %' AND @expiry IN (field.value ->> '$.from.expiry', field.value ->> '$.to.expiry'))))`).pluck()
    this.#bySupplierCode = db.prepare<[string], Row>(`${LOT} AND doc ->> 'supplierCode' = ? AND doc ->> 'supplierCode' <> '' ORDER BY doc ->> 'at' DESC LIMIT 1`)
    this.#byProducer = db.prepare<[string], Row>(`${LOT} AND doc ->> 'producer' = ? AND doc ->> 'producer' <> '' ORDER BY doc ->> 'at' DESC LIMIT 1`)
    const named = "json_each(?) named CROSS JOIN sold_lot s ON s.good = named.value ->> 0 AND s.no = named.value ->> 1 AND s.expiry = named.value ->> 2"
    this.#sold = db.prepare<[string, number], SoldLot>(`SELECT coalesce(j.id, e.id) AS sale, sale.no AS saleNo, sale.at, found.good, found.no, found.expiry, found.quantity
      FROM (SELECT s.seq, s.good, s.no, s.expiry, s.quantity FROM ${named} ORDER BY s.seq DESC LIMIT ?) found
      JOIN sale ON sale.seq = found.seq ${ROW_OF_SALE} ORDER BY found.seq DESC`)
    this.#soldSum = db.prepare<[string], { total: number; quantity: number }>(`SELECT count(DISTINCT s.seq) AS total, coalesce(sum(s.quantity), 0) AS quantity FROM ${named}`)
    this.#soldGoods = new SoldGoods(db)
    this.#sale = db.prepare<[number], Pick<SoldGood, 'sale' | 'saleNo' | 'at'>>(`SELECT coalesce(j.id, e.id) AS sale, sale.no AS saleNo, sale.at FROM sale ${ROW_OF_SALE} WHERE sale.seq = ?`)
  }

  lot(id: Id): LotView | undefined {
    const found = this.#documents.get('lot', id)
    return found && readLot(id, found.doc)
  }
  lotOf(good: Id, lot: Lot): LotView | undefined {
    const all = this.lotsOf(good, lot.no)
    return all.find((each) => isSameLot(each, lot)) ?? all.find(({ expiries }) => expiries.includes(lot.expiry))
  }
  lotsOf(good: Id, no: string): LotView[] {
    return lotsIn(this.#byNo.all(no, good))
  }
  byProducer(producer: string): LotView | undefined {
    return lotsIn(this.#byProducer.all(producer))[0]
  }
  bySupplierCode(code: string): LotView | undefined {
    return lotsIn(this.#bySupplierCode.all(code))[0]
  }
  byGtin(gtin: string, no: string): LotView | undefined {
    return lotsIn(this.#byGtin.all(no, gtin))[0]
  }
  lots({ good, text = '', before = Number.MAX_SAFE_INTEGER, limit }: LotFilter): LotView[] {
    const found: LotView[] = []
    for (const row of good === undefined ? this.#byDay.iterate(before) : this.#ofGood.iterate(good, before)) {
      const [lot] = lotsIn([row])
      if (lot && (text === '' || [lot.no, lot.supplier, lot.producer, lot.origin].some((said) => said.includes(text)))) found.push(lot)
      if (found.length >= limit) break
    }
    return found
  }
  childrenOf(lot: Id): LotView[] {
    return lotsIn(this.#children.all(lot))
  }
  lastNo(prefix: string): string | undefined {
    return this.#lastNo.get(prefix, `${prefix}~`)
  }

  recall(id: Id): Recall | undefined {
    return this.#now().all.find(({ recall }) => recall === id)
  }
  recalls(): readonly Recall[] {
    return this.#now().all
  }

  stopped(good: Id): Stopped | undefined {
    const { open, lots } = this.#now()
    if (open.length === 0) return undefined
    const whole = open.some((recall) => stopsGood(recall, good))
    // Lots that nobody described move without a word in any document.
    const bare = open.flatMap((recall) => recalledLots(recall, this.#bare(this.#movedOf.all(good))))
    const hit = [...lots.get(good) ?? NOTHING, ...bare]
    return whole || hit.length > 0 ? { whole, lots: hit.map(({ no, expiry }) => ({ no, expiry })) } : undefined
  }
  recalled(recall: Pick<Recall, 'what'>): Recallable[] {
    return recalledLots(recall, [...this.#described(), ...this.#bare(this.#moved.all())])
  }

  sold(lots: readonly (Lot & { readonly good: Id })[], limit: number): { sales: SoldLot[]; total: number; quantity: number } {
    const named = JSON.stringify(lots.map(({ good, no, expiry }) => [good, no, expiry]))
    return { sales: this.#sold.all(named, limit), ...this.#soldSum.get(named)! }
  }

  soldGood(good: Id, limit: number): ReturnType<TraceStore['soldGood']> {
    return this.#told(this.#soldGoods.of(good, limit))
  }
  soldUnnamed(goods: ReadonlyMap<Id, string>, lots: readonly (Lot & { readonly good: Id })[], limit: number): ReturnType<TraceStore['soldUnnamed']> {
    return this.#told(this.#soldGoods.unnamed(goods, lots, limit))
  }
  #told({ sales, ...sums }: Found): ReturnType<TraceStore['soldGood']> {
    return { sales: sales.map(({ seq, good, quantity }) => ({ ...this.#sale.get(seq)!, good, quantity })), ...sums }
  }
  settle(limit: number): boolean {
    return this.#soldGoods.settle(limit)
  }

  tell({ recall, at, reason, note }: Recall, goods: readonly string[]): void {
    this.#alerts.raise(`recall ${recall}`, at, { kind: 'lot.recalled', goods: [...goods], reason, note })
  }

  #now(): Standing {
    const version = `${this.#documents.versions.get('lot') ?? 0} ${this.#documents.versions.get('recall') ?? 0}`
    if (this.#standing?.version === version) return this.#standing
    const all = this.#recalls.all().flatMap(({ id, doc }) => readRecall(id, JSON.parse(doc)) ?? []).toSorted((a, b) => b.at - a.at)
    const open = all.filter(({ lifted }) => lifted === null)
    const described = open.length === 0 ? NOTHING : this.#described()
    const hit = new Set(open.flatMap((recall) => recalledLots(recall, described)))
    return this.#standing = { version, all, open, lots: Map.groupBy(hit, ({ good }) => good) }
  }
  #described(): Recallable[] {
    return this.#briefs.all().flatMap(({ lot, good, no, expiry, supplier, date, parents, dated }) => byItsNames(
      { lot, good, no: no ?? '', expiry: expiry ?? '', supplier: supplier ?? '', date: date ?? '', parents: JSON.parse(parents ?? '[]') as Recallable['parents'] },
      dated === null ? [] : readDated(JSON.parse(dated)).expiries,
    ))
  }
  #bare(moved: readonly (Lot & { good: Id })[]): Recallable[] {
    return moved.filter(({ good, no, expiry }) => this.#isDescribed.get({ no, good, expiry }) === undefined).map((lot) => ({ ...lot, lot: null, supplier: '', date: '', parents: [] }))
  }
}

const lotsIn = (rows: readonly Row[]): LotView[] => rows.flatMap(({ id, doc }) => readLot(id, JSON.parse(doc)) ?? [])
