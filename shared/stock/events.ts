/** Goods that come in and go out otherwise than by a sale, and what was counted, as events. Money in fen, quantities in thousandths. */
import { z } from 'zod'
import { HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { IdSchema } from '../identity/ids.ts'
import { FenSchema, PriceSchema } from '../money/money.ts'
import { MILLI_MAX, type Milli, MilliSchema } from '../quantity/quantity.ts'
import { LotPartSchema, LotSchema } from './lot.ts'

/** Thousandths that moved, whichever way: above zero. */
export const AmountSchema = z.int().min(1).max(MILLI_MAX) as unknown as z.ZodType<Milli, number>
export const LINES_MAX = 1000
/** What people read, such as `SH20261123-01-001`: what it is, the date, the till, the count of the day. */
const NoSchema = z.string().max(24)
const NoteSchema = z.string().max(100)
const NameSchema = z.string().max(60)
const lines = <Line extends z.ZodType>(line: Line) => z.array(line).min(1).max(LINES_MAX)
const parts = z.array(LotPartSchema).max(100)

/** Goods asked of a supplier. `cost` is fen per unit, as agreed; null where nothing was. */
export const StockOrdered = defineEvent('stock.ordered', 1, z.object({
  no: NoSchema, supplier: NameSchema, note: NoteSchema, lines: lines(z.object({ good: IdSchema, quantity: AmountSchema, cost: PriceSchema.nullable() })), hlc: HlcSchema,
}))
/** Nothing more is expected of an order, whatever came of it. */
export const StockOrderClosed = defineEvent('stock.order_closed', 1, z.object({ order: IdSchema, hlc: HlcSchema }))

const ReceivedLine = z.object({
  good: IdSchema, quantity: AmountSchema, lot: LotSchema.nullable(),
  /** fen per unit: what was paid, and what one of the stock cost on average from then on; null is not known. */
  cost: PriceSchema.nullable(), average: PriceSchema.nullable(),
})
/** Goods that came in, against an order or without. */
export const StockReceived = defineEvent('stock.received', 1, z.object({
  no: NoSchema, order: IdSchema.nullable(), supplier: NameSchema, note: NoteSchema, lines: lines(ReceivedLine), hlc: HlcSchema,
}))

export const WASTE_REASONS = ['expired', 'damaged', 'spoiled', 'own_use', 'other'] as const
export type WasteReason = (typeof WASTE_REASONS)[number]
/** Goods that go out; `lots` is what of them is known to be, or taken to be, of which lot. */
const OutLine = z.object({ good: IdSchema, quantity: AmountSchema, lots: parts })
export const StockWasted = defineEvent('stock.wasted', 1, z.object({ no: NoSchema, reason: z.enum(WASTE_REASONS), note: NoteSchema, lines: lines(OutLine) }))

/** Goods that left for another shop. */
export const StockSent = defineEvent('stock.sent', 1, z.object({ no: NoSchema, to: NameSchema, note: NoteSchema, lines: lines(OutLine) }))
export const TRANSFER_FAULTS = ['missing', 'damaged', 'extra', 'other'] as const
/** Goods that came from another shop under its document's number: `sent` as the document says, `came` as counted; `fault` names why they differ. */
export const StockTaken = defineEvent('stock.taken', 1, z.object({
  no: NoSchema, document: NoSchema, from: NameSchema, note: NoteSchema,
  lines: lines(z.object({
    good: IdSchema, sent: z.int().min(0).max(MILLI_MAX), came: z.int().min(0).max(MILLI_MAX), fault: z.enum(TRANSFER_FAULTS).nullable(), lot: LotSchema.nullable(),
  }).refine(({ sent, came, fault }) => (sent === came) === (fault === null), 'a difference has a name, and nothing else has')),
}))

/** A count begins; its id is the event's. Selling goes on. */
export const StockCountBegun = defineEvent('stock.count_begun', 1, z.object({ no: NoSchema, note: NoteSchema }))
/** A scan, or a number typed for one place: it adds to what the count has of the good, or with `afresh` stands in its place. `books` is the shop's stock as this till had it. */
export const StockCountScanned = defineEvent('stock.count_scanned', 1, z.object({ count: IdSchema, good: IdSchema, quantity: MilliSchema, books: z.int(), afresh: z.boolean() }))
const CountedLine = z.object({
  good: IdSchema, counted: z.int(), books: z.int(), came: z.int().min(0), left: z.int().min(0),
  /** Found less booked: what the stock is moved by. See shared/stock/count.ts. */
  difference: z.int().min(-MILLI_MAX).max(MILLI_MAX),
  /** fen: what the difference cost, where that is known */
  value: FenSchema.nullable(),
  /** Lots that are no longer there, or no longer whole. */
  lots: parts,
})
/** The end of a count: `goods` were counted, and those of `lines` were not as booked. A count that was given up has no lines and moved nothing. */
export const StockCounted = defineEvent('stock.counted', 1, z.object({ no: NoSchema, count: IdSchema, given_up: z.boolean(), goods: z.int().min(0), lines: z.array(CountedLine).max(20_000) }))
export type CountedLine = z.output<typeof CountedLine>
