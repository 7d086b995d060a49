/** What happens at the counter, as events. Money in fen, quantities in thousandths, dates in the shop's zone. */
import { z } from 'zod'
import { HlcSchema } from '../catalog/hlc.ts'
import { IdSchema } from '../identity/ids.ts'
import { defineEvent } from '../identity/event.ts'
import { DATE } from '../ledger/business-date.ts'
import { HashSchema } from '../ledger/envelope.ts'
import { PostingsSchema } from '../ledger/postings.ts'
import { FenSchema, PriceSchema } from '../money/money.ts'
import { MovesSchema } from '../payments/purse.ts'
import { TenderSchema } from '../payments/tender.ts'
import { OffSchema } from '../pricing/offs.ts'
import { MilliSchema, PricingSchema } from '../quantity/quantity.ts'
import { LotPartSchema } from '../stock/lot.ts'
import { isPlainSale } from './plain-sale.ts'

export const DateSchema = z.string().regex(DATE)

/** The first row of every ledger: whose it is and which key signs its batches. */
export const DeviceBegun = defineEvent('device.begun', 1, z.object({ publicKey: z.string().max(100), app: z.string().max(40) }))
/** From here on the ledger's rows name the cloud's shop. */
export const DevicePaired = defineEvent('device.paired', 1, z.object({ from: IdSchema, shop: IdSchema, till: z.string().max(10), cloud: z.string().max(200) }))

/** The part of an open shift that is recorded in the ledger before this one, as that ledger had it. */
export const CarriedShiftSchema = z.object({
  shift: IdSchema, staff: IdSchema, date: DateSchema, openedAt: z.int(), float: PriceSchema,
  sales: z.int().min(0), returns: z.int().min(0), gross: FenSchema, discount: FenSchema, net: FenSchema, postings: PostingsSchema,
})
export type CarriedShift = z.output<typeof CarriedShiftSchema>
/**
 * A ledger that goes on from another, which exists twice or which the shop no longer takes: `from` is the device of that
 * ledger, `seq` and `hash` its last row. What the shop did not have of it follows, each event with its own id and time.
 */
export const DeviceRenewed = defineEvent('device.renewed', 1, z.object({
  from: IdSchema, seq: z.int().min(1), hash: HashSchema, shop: IdSchema, till: z.string().max(10), cloud: z.string().max(200),
  shift: CarriedShiftSchema.nullable(),
}))

export const StaffSignedIn = defineEvent('staff.signed_in', 1, z.object({ staff: IdSchema }))
export const StaffSignedOut = defineEvent('staff.signed_out', 1, z.object({ staff: IdSchema }))

export const ShiftOpened = defineEvent('shift.opened', 1, z.object({
  shift: IdSchema, staff: IdSchema, date: DateSchema, float: PriceSchema, postings: PostingsSchema,
}))
export const ShiftClosed = defineEvent('shift.closed', 1, z.object({
  shift: IdSchema, staff: IdSchema, date: DateSchema,
  /** fen the journal says is in the drawer, fen the cashier counted, and counted − expected */
  expected: FenSchema, counted: PriceSchema, difference: FenSchema,
  sales: z.int().min(0), postings: PostingsSchema,
}))
/** Why cash goes into the drawer, or out of it, without a sale. */
export const CASH_REASONS = { in: ['change', 'other'], out: ['deposit', 'supplier', 'expense', 'other'] } as const
export type CashReason = (typeof CASH_REASONS)['in' | 'out'][number]
/** Cash put into the drawer, or taken out (fen below zero), without a sale. Each reason has an account of its own. */
export const CashMoved = defineEvent('cash.moved', 1, z.object({
  shift: IdSchema, amount: FenSchema, reason: z.string().max(20), note: z.string().max(100), postings: PostingsSchema,
}))
/** Somebody with the rights (`staff`) allowed them, by their PIN, for the one write with the id `for`. */
export const StaffApproved = defineEvent('staff.approved', 1, z.object({ staff: IdSchema, rights: z.array(z.string().max(40)).min(1).max(10), for: IdSchema }))
/** The drawer opened without a sale. */
export const DrawerOpened = defineEvent('drawer.opened', 1, z.object({ shift: IdSchema, reason: z.string().max(100) }))

export const SaleLineSchema = z.object({
  good: IdSchema, code: z.string().max(48), name: z.string().max(120), unit: z.string().max(10), pricing: PricingSchema,
  /** thousandths one price is for */
  per: z.int().min(1),
  /** thousandths; negative is a return */
  quantity: MilliSchema,
  /** fen per unit as charged, and as listed at that moment */
  price: PriceSchema, list: PriceSchema,
  /** fen: gross − discount = net */
  gross: FenSchema, discount: FenSchema, net: FenSchema,
  /** What the discount is made of; absent where nothing was taken off, and in sales of before there were reasons. */
  offs: z.array(OffSchema).max(300).optional(),
  /** fen per unit that the shop pays, as known at that moment; absent where it was not */
  cost: PriceSchema.optional(),
  /** What of it was taken to be of which lot; absent where the good has none. */
  lots: z.array(LotPartSchema).min(1).max(100).optional(),
  /** What was scanned, where it said more than which good it is: a scale's label, a lot, a date, a trace code. */
  label: z.string().max(500).optional(),
})
export type SaleLine = z.output<typeof SaleLineSchema>

/** A member, with what they have of points and stored value (fen) after it. */
export const SaleMemberSchema = z.object({ member: IdSchema, points: z.int(), value: z.int() })

/** A completed ticket. Its id is the ticket's; a line of negative quantity is a return. */
export const SaleCompleted = defineEvent('sale.completed', 1, z.object({
  sale: IdSchema,
  /** What people read: date and count, unique for a till. */
  no: z.string().max(24),
  shift: IdSchema, staff: IdSchema, date: DateSchema,
  lines: z.array(SaleLineSchema).min(1).max(500),
  gross: FenSchema, discount: FenSchema, total: FenSchema,
  tenders: z.array(TenderSchema).min(1).max(10),
  postings: PostingsSchema,
  /** Whose ticket it was, as far as this till knew; and what it did to their purses. */
  member: SaleMemberSchema.optional(),
  moves: MovesSchema.optional(),
}), isPlainSale)
export type Sale = z.output<typeof SaleCompleted.body>

export const STOCK_REASONS = ['received', 'counted', 'wasted', 'imported'] as const
/** Stock moved other than by a sale: thousandths added or taken, by good. */
export const StockMoved = defineEvent('stock.moved', 1, z.object({
  reason: z.enum(STOCK_REASONS), note: z.string().max(100),
  lines: z.array(z.object({ good: IdSchema, delta: MilliSchema })).min(1).max(1000),
}))
/** Goods came in from a file: what was read and what was refused. The goods themselves are `good.changed` rows. */
export const GoodsImported = defineEvent('goods.imported', 1, z.object({
  file: z.string().max(200), rows: z.int().min(0), added: z.int().min(0), updated: z.int().min(0), refused: z.int().min(0),
  /** The stamp of all its edits, and how many rows directly before this one are its edits and then its moves of stock: what an undo goes by. Absent in imports of before there was one. */
  hlc: HlcSchema.optional(), edits: z.int().min(0).optional(), moves: z.int().min(0).optional(),
}))
/** Entries that an undo lists; it counts all. */
export const STOOD_MAX = 200
export const STOOD_REASONS = ['edited', 'counted', 'code_taken'] as const
/** An import was taken back, as far as nobody had changed it since: goods that went off sale, goods whose fields and whose stock went back, and what stood. */
export const GoodsImportUndone = defineEvent('goods.import_undone', 1, z.object({
  import: IdSchema, file: z.string().max(200), hlc: HlcSchema, off: z.int().min(0), changed: z.int().min(0), stock: z.int().min(0),
  /** `what` is a field, `stock`, or `good` for a new good that stays as it is. */
  stood: z.array(z.object({ good: IdSchema, what: z.string().max(20), why: z.enum(STOOD_REASONS) })).max(STOOD_MAX), stoodTotal: z.int().min(0),
}))
/** Everything left the till as a file; `members` of them are in it, and `clear` says that they were not masked. */
export const DataExported = defineEvent('data.exported', 1, z.object({ members: z.int().min(0), clear: z.boolean() }))
/** What else a file can bring in beside goods: counts of stock, as `stock.moved` rows, and members, as `member.joined` rows. */
export const ROW_KINDS = ['stock', 'members'] as const
export const RowsImported = defineEvent('rows.imported', 1, z.object({ kind: z.enum(ROW_KINDS), file: z.string().max(200), rows: z.int().min(0), done: z.int().min(0), refused: z.int().min(0) }))
