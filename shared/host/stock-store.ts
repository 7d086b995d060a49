/** What the host asks of its storage for the stock room. Quantities in thousandths, dates YYYY-MM-DD, times UTC ms. */
import type { Id } from '../identity/ids.ts'
import type { LotPart } from '../stock/lot.ts'
import type { Order } from '../stock/order.ts'

/** A good's stock in the whole shop as far as this till knows, and which lots of it are there, first expired first. */
export interface GoodLots { readonly stock: number; readonly left: readonly LotPart[] }
export interface OpenCount { readonly count: Id; readonly no: string; readonly at: number; readonly note: string }
export interface CountLine { readonly good: Id; readonly counted: number; readonly scans: number; readonly books: number; readonly came: number; readonly left: number; readonly seq: number }
/** A numbered paper: `kind` is its event's type. */
export interface PaperRow { readonly seq: number; readonly id: Id; readonly kind: string; readonly no: string; readonly at: number; readonly actor: Id | null }

export interface StockStore {
  /** Sums of all moves that name a lot, those below zero too. */
  sums(good: Id): LotPart[]
  lots(good: Id): GoodLots
  /** Lots that are there and last until that day or less. */
  near(until: string): { good: Id; lot: LotPart }[]
  /** Goods on sale of which there is less than their least. */
  low(limit: number): Id[]
  openCount(): OpenCount | undefined
  /** The last scanned first. */
  countLines(count: Id): CountLine[]
  order(id: Id): Order | undefined
  /** The latest first. */
  orders(): Order[]
  /** The latest first, from before the row `before`. */
  papers(before: number | undefined, limit: number): PaperRow[]
  /** The highest number that begins with `prefix`. */
  lastPaper(prefix: string): string | undefined
}
