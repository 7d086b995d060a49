/** What the host asks of its storage about lots and recalls. Quantities in thousandths, times UTC ms. */
import type { Id } from '../identity/ids.ts'
import type { Lot } from '../stock/lot.ts'
import type { LotView } from '../trace/lot.ts'
import type { Recall, Recallable } from '../trace/recall.ts'

/** A sale of this till that names a lot. */
export interface SoldLot extends Lot { readonly sale: Id; readonly no: string; readonly saleNo: string; readonly at: number; readonly good: Id; readonly quantity: number }
/** A sale of this till that has a good, and how much of it: all, or what no lot was named for. */
export interface SoldGood { readonly sale: Id; readonly saleNo: string; readonly at: number; readonly good: Id; readonly quantity: number }
/** `isPartial`: more may come, sales of before are still being looked through. */
export interface SoldGoods { readonly sales: SoldGood[]; readonly total: number; readonly quantity: number; readonly isPartial: boolean }
/** Recalls that stand, of a good: all of it, or lots of it. */
export interface Stopped { readonly whole: boolean; readonly lots: readonly Lot[] }
export interface LotFilter { readonly good?: Id | undefined; readonly text?: string | undefined; readonly before?: number | undefined; readonly limit: number }

export interface TraceStore {
  lot(id: Id): LotView | undefined
  /** Of several that were described under one number, each by itself at two tills, the first; by a date that was corrected too. */
  lotOf(good: Id, lot: Lot): LotView | undefined
  lotsOf(good: Id, no: string): LotView[]
  /** The latest that came from whoever has this unified social credit code. */
  bySupplierCode(code: string): LotView | undefined
  /** The latest that this producer made. */
  byProducer(producer: string): LotView | undefined
  byGtin(gtin: string, no: string): LotView | undefined
  /** The latest first, from before the time `before`; `text` is in its number, supplier, producer or origin. */
  lots(filter: LotFilter): LotView[]
  childrenOf(lot: Id): LotView[]
  /** The highest number that begins with `prefix`. */
  lastNo(prefix: string): string | undefined
  recall(id: Id): Recall | undefined
  /** The latest first. */
  recalls(): readonly Recall[]
  /** Undefined where nothing of the good is stopped. */
  stopped(good: Id): Stopped | undefined
  /** All lots that it is about, as far as this till knows. */
  recalled(recall: Pick<Recall, 'what'>): Recallable[]
  /** Sales of this till that name one of the lots: the latest, how many there are and of how much. */
  sold(lots: readonly (Lot & { readonly good: Id })[], limit: number): { sales: SoldLot[]; total: number; quantity: number }
  /** All sales of a good, whether they name lots or not: the latest, how many there are and of how much. */
  soldGood(good: Id, limit: number): SoldGoods
  /** Sales that name no lot for some of a good, from the business date `since` on (YYYY-MM-DD; empty: ever), and none of `lots`. */
  soldUnnamed(goods: ReadonlyMap<Id, string>, lots: readonly (Lot & { readonly good: Id })[], limit: number): SoldGoods
  /** Where the recall is news, somebody at this till is told. */
  tell(recall: Recall, goods: readonly string[]): void
}
