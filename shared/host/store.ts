/**
 * What the host asks of its storage: the ledger and print-job ports, the projections a counter reads, and the till's own
 * settings. Reads never write; every write of the journal goes through `commit`.
 */
import type { Good } from '../catalog/good.ts'
import type { Clocks, Fields, Hlc } from '../catalog/hlc.ts'
import type { Promotion } from '../catalog/promotion.ts'
import type { Shop } from '../catalog/shop.ts'
import type { Alert, BadCell, GoodView, HeldView, KEPT_KINDS, PrinterSettings, PrintStanding, Verification } from './schemas.ts'
import type { StockStore } from './stock-store.ts'
import type { LabelRun } from '../documents/label.ts'
import type { TraceStore } from './trace-store.ts'
import type { Id } from '../identity/ids.ts'
import type { PersonRecord, PersonSet } from '../identity/person.ts'
import type { Staff } from '../identity/staff.ts'
import type { JournalRow } from '../ledger/envelope.ts'
import type { Member } from '../members/member.ts'
import type { Purse } from '../payments/purse.ts'
import type { NamedRecord } from '../members/record.ts'
import type { LedgerStore, Plan, PrintJob, PrintJobs } from '../ports/ports.ts'
import type { CouponTerms, CouponUse } from '../sales/coupon.ts'
import type { DateRange, SalesFigures } from '../sales/report.ts'
import type { RecordState } from '../sync/people.ts'
import type { Change, CreditDoc } from '../sync/protocol.ts'

export interface Shift {
  shift: Id
  staff: Id
  date: string
  openedAt: number
  float: number
  closedAt: number | null
  counted: number | null
  difference: number | null
}
export interface ShiftDetails {
  /** Of the shifts that this till closed, the how manieth; null while it is open. */
  z: number | null
  cashiers: { staff: Id; sales: number; net: number }[]
  /** What the shop's own codes took, less what was paid back by them, in fen by name. */
  codes: { via: string; fen: number }[]
  openings: number
}
/** From before `before`, or from the end; of some kinds, or all. */
export interface TrailFilter { before: number | undefined; types: readonly string[] | undefined }
export interface TrailRow { seq: number; id: Id; type: string; at: number; actor: Id | null; body: Record<string, unknown> }
export interface ShiftTotals {
  sales: number
  returns: number
  gross: number
  discount: number
  net: number
}
export interface SaleFilter {
  date?: string | undefined
  /** Only rows before this sequence number. */
  before?: number | undefined
  limit: number
}
export interface SaleRow {
  sale: Id
  seq: number
  no: string
  at: number
  date: string
  shift: Id
  staff: Id
  total: number
}

export interface RefundRow { refund: Id; no: string; at: number; total: number }
/** What is known of a sale that is looked for. */
export interface SaleSearch {
  no: string | undefined
  /** The digits that its number ends with. */
  ending: string | undefined
  date: string | undefined
  /** UTC ms: from, and before */
  from: number | undefined
  to: number | undefined
  /** fen */
  amount: number | undefined
  /** Ids that the sale names: goods, all of them. */
  names: readonly Id[]
  /** Ids of which it names one: a member, and who was merged into them. */
  anyOf?: readonly Id[]
  before: number | undefined
  limit: number
}
/** What came back of a sale: by line and in fen at this till, and in fen at the others as far as the cloud said; `paid`: what it says was paid. */
export interface SaleBack {
  lines: ReadonlyMap<number, { quantity: number; amount: number }>
  here: number
  elsewhere: number
  paid: number | null
}

/** A row of an import that could not come in, its cells by column of the file. */
export interface KeptRow {
  kind: (typeof KEPT_KINDS)[number]
  import: Id
  file: string
  row: number
  cells: Record<string, string>
  mapping: Record<string, string>
  bad: BadCell[]
}

/** Who this till is; `key` is its private key and never leaves the host. */
export interface Identity {
  device: Id
  shop: Id
  till: string
  publicKey: string
  privateKey: string
}
/** The cloud this till is joined to. */
export interface Pairing {
  cloud: string
  token: string
}

/** A ledger's new beginning, see shared/sync/renewal.ts. */
export interface Renewal {
  /** Who the till is from now on; its shop stays. */
  readonly identity: Identity
  readonly pairing: Pairing
  /** Events of the rows behind `after` that the shop has from elsewhere; what stands up to `after` it has from here. */
  readonly after: number
  readonly known: ReadonlySet<Id>
  /** The id of the `device.renewed` row, and of the one that begins the ledger. */
  readonly key: Id
  readonly begunId: Id
  readonly signedInId: Id
  readonly app: string
  readonly at: number
}

/** What a page of changes touched: goods, their stock included; tickets set aside and alerts; promotions; anything else. */
export interface Pulled {
  goods: Id[]
  tickets: boolean
  /** Members whose purses moved elsewhere, or whose lease is another. */
  purses: Id[]
  promotions: boolean
  other: boolean
}

/** A coupon that this till knows of, and whether it was used anywhere as far as it knows. */
export interface CouponAt { readonly coupon: Id; readonly terms: CouponTerms; readonly isUsed: boolean }

/** Points or fen: what there is in the shop as far as this till knows, and what this till may spend of it; below zero is owed. */
export interface PurseStanding { readonly balance: number; readonly held: number }
export interface SparePart { readonly member: Id; readonly purse: Purse; readonly amount: number }

export interface TillReads {
  good(id: Id): GoodView | undefined
  /** A good as a sale needs it, without its stock. */
  listed(id: Id): Good | undefined
  /** By main or other code; exact. */
  goodByCode(code: string): GoodView | undefined
  /** By the whole name, exact. */
  goodByName(name: string): GoodView | undefined
  searchGoods(text: string, limit: number): GoodView[]
  /** Goods on sale at this price in fen; those sold most often first. */
  goodsByPrice(price: number, limit: number): GoodView[]
  /** Goods that can be sold and are not yet found by `searchGoods`: see `settleSearch`. */
  unsearchable(): number
  quickGoods(): GoodView[]
  listGoods(after: Id | undefined, limit: number): GoodView[]
  countGoods(): number
  /** All of them; the same list until one changes. */
  promotions(): readonly Promotion[]
  shop(): Shop
  staff(id: Id): Staff | undefined
  staffByNo(no: string): Staff | undefined
  listStaff(): Staff[]
  /** Who is signed in, and the open shift, as the journal says. */
  signedIn(): Id | null
  openShift(): Shift | undefined
  shift(id: Id): Shift | undefined
  shiftTotals(id: Id): ShiftTotals
  /** The latest opened first. */
  listShifts(filter: { before: number | undefined; limit: number }): Shift[]
  shiftDetails(id: Id): ShiftDetails
  /** Shows `look` rows of the journal, the latest first, until it has seen enough and says false. */
  trail(filter: TrailFilter, look: (row: TrailRow) => boolean): void
  sale(id: Id): SaleRow | undefined
  saleByNo(no: string): SaleRow | undefined
  listSales(filter: SaleFilter): SaleRow[]
  countSales(): number
  /** The highest sale number that begins with `prefix`. */
  lastNo(prefix: string): string | undefined
  /** What was sold in a range of business days, read in steps: worth nothing where the ledger has grown between two. */
  salesFigures(range: DateRange): Generator<void, SalesFigures>
  saleBack(sale: Id): SaleBack
  refundsOf(sale: Id): RefundRow[]
  lastRefundNo(prefix: string): string | undefined
  findSales(search: SaleSearch): SaleRow[]
  credit(): CreditDoc | undefined
  /** Tickets set aside that can be taken here, oldest first; one of them; one set aside here, even if another till has taken it. */
  heldTickets(): HeldView[]
  heldTicket(held: Id): HeldView | undefined
  ownHeld(held: Id): HeldView | undefined
  /** What nobody has read yet, newest first. */
  alerts(): Alert[]
  /** One member's purses, without those merged into them. */
  purses(member: Id): Record<Purse, PurseStanding>
  /** What this till should give up for the others, of these members or of all. */
  sparePurses(members?: readonly Id[]): SparePart[]
  coupon(id: Id): CouponAt | undefined
  couponByCode(code: string): CouponAt | undefined
  couponsOf(member: Id): CouponAt[]
  /** Uses of coupons here that did not count, and are not booked as a loss yet. */
  lostCoupons(): { coupon: Id; use: CouponUse }[]
  /** Whether the member had their birthday price in this year. */
  hadBirthday(member: Id, year: number): boolean
  /** Fields and clocks of a reference document, to tick and to merge. */
  document(kind: string, id: Id): { doc: Fields; clocks: Clocks } | undefined
  /** Time of the oldest row the cloud has not acknowledged; null when all is sent. */
  unsentSince(): number | null
  /** Recomputes everything from the journal and compares. */
  verify(): Verification
}

/** Personal records: at rest under seal, beside the journal and never in it. Writes belong into the transaction of the event that names them. */
export interface PersonStore {
  /** A record of these fields with a fresh salt, and its digest; nothing is kept yet. */
  make(person: Id, set: PersonSet): PersonRecord & { digest: string }
  /** Keeps a record; one made here goes to the cloud once its row has. Of an erased person nothing is kept. */
  put(record: NamedRecord, from: 'here' | 'cloud'): void
  /** The member's document, which says nothing personal. */
  readonly member: (person: Id) => Member | undefined
  /** Ids of members, the erased and the merged too, in their order, from after `after`. */
  list(after: Id | undefined, limit: number): Id[]
  /** Members that were merged into this one. */
  mergedInto(person: Id): Id[]
  records(person: Id): NamedRecord[]
  /** What the records come to; undefined where there is none that can be opened. */
  fields(person: Id): PersonSet | undefined
  /** By the whole number (`normalPhone`) or its last four digits. */
  find(kind: 'phone' | 'tail', value: string): Id[]
  /** Rows of this till's journal that name the person. */
  events(person: Id): JournalRow[]
  /** Destroys the person's records, overwriting them in the file; true where there were any. */
  erase(person: Id): boolean
  /** After the transaction that erased: nothing of it stays in the write-ahead log. */
  scrub(): void
  /** The next records that the cloud has not got, of rows up to `acknowledged`. */
  unsent(acknowledged: number): NamedRecord[]
  sent(record: Pick<NamedRecord, 'person' | 'digest'>, state: RecordState): void
  /** The cloud may have lost any of them: those of this ledger go up once more, and it keeps each once. */
  sendAgain(): void
  /** New keys, everything sealed anew, the old keys destroyed. */
  rotate(now: number): { records: number }
}

/** Sales of another till that were brought in from its file. */
export interface HistoryStore {
  /** The import by which a file (its SHA-256, hex) is in the reports; undefined where it isn't. */
  importOf(digest: string): Id | undefined
  /** Whether what an import brought in is in the reports. */
  isOn(imported: Id): boolean
  /** Whether a receipt is, by its number and `receiptMinute`. */
  hasReceipt(no: string, minute: number): boolean
  /** Batches that are in the reports. */
  batches(): Id[]
}

export interface TillStore extends LedgerStore, PrintJobs, TillReads {
  readonly people: PersonStore
  readonly stock: StockStore
  readonly history: HistoryStore
  readonly trace: TraceStore
  /** The next stamp for an edit made here; later than any seen. */
  nextHlc(now: number): Hlc
  identity(): Identity
  pairing(): Pairing | undefined
  /** Commits `plan` (the `device.paired` row), and from the next row on the ledger names the cloud's shop: all in one transaction. */
  pair(pairing: Pairing, shop: Id, till: string, plan: Plan, at: number, actor: Id | null): void
  /**
   * Adds rows of this ledger that the file lost, verbatim, in one transaction. False, and nothing is added, when they do
   * not follow the last row here. Throws TillError rows.unreadable when they are damaged or a newer program's.
   */
  append(rows: readonly JournalRow[]): boolean
  /** While held, no event is committed: `commit` throws TillError till.catching_up. */
  hold(isHeld: boolean): void
  /** Begins a new ledger in place of this one, which is kept in a file beside it: all in one transaction, or nothing. */
  renew(renewal: Renewal): void
  /** Rows of the journal after `after`, until there are `limit` of them or they come to so many characters: one at least. */
  rowsUpTo(after: number, limit: number, chars: number): JournalRow[]
  /** The same of what ledgers before this one recorded of sales; numbers are below zero. */
  earlierUpTo(after: number, limit: number, chars: number): JournalRow[]
  setting(key: string): string | undefined
  setSetting(key: string, value: string): void
  /** Several commits and settings as one: all of it, or nothing. */
  together<Result>(work: () => Result): Result
  /** A staff member's PIN verifier: never in the journal, never sent. */
  pinVerifier(staff: Id): string | undefined
  setPinVerifier(staff: Id, verifier: string): void
  /** Whether anybody can sign in at this till. */
  anyPin(): boolean

  /** The last change number pulled, and changes merged in one transaction. Goods that come by the hundred are found by name after `settleSearch`. */
  rev(): number
  applyChanges(changes: readonly Change[], rev: number): Pulled
  /** Makes at most `limit` more goods be found by name; says whether there are more to do. */
  settleSearch(limit: number): boolean
  /** Takes the next `limit` sales into the table of what was sold of each good, if so many wait; says whether it did. */
  settleSold(limit: number): boolean
  seeAlert(id: string): void

  /** Labels that print jobs name by their batch. Call `putLabels` in the transaction that queues them. Personal ones are sealed, and gone once printed. */
  putLabels(batch: Id, runs: readonly LabelRun[], at: number, isPersonal: boolean): void
  labels(batch: Id): LabelRun[] | undefined
  /** Whether this printer had the same paper to print before: this one was asked for again, which is no news. */
  hadPaper(job: PrintJob): boolean
  printers(): PrinterSettings[]
  putPrinter(printer: PrinterSettings): void
  removePrinter(id: Id): void
  /** How the printers stand in the queue; how they do themselves the queue's pump knows. */
  printStatus(): PrintStanding[]
  printJobs(limit: number): PrintJob[]
  retryPrints(printer: Id): void

  keepRows(rows: readonly KeptRow[]): void
  keptRow(importId: Id, row: number): KeptRow | undefined
  /** Of one import or of all; of one, those from after row `after`. */
  keptRows(importId: Id | undefined, limit: number, after?: number): { rows: KeptRow[]; total: number }
  dropKeptRow(importId: Id, row: number): void

  close(): void
}

