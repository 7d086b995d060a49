/** The stock room's shapes for calls and screens. Money in fen, quantities in thousandths, dates YYYY-MM-DD, times UTC ms. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { FenSchema, PriceSchema } from '../money/money.ts'
import { MILLI_MAX } from '../quantity/quantity.ts'
import { AmountSchema, LINES_MAX, TRANSFER_FAULTS } from '../stock/events.ts'
import { LotPartSchema, LotSchema } from '../stock/lot.ts'

const linesOf = <Line extends z.ZodType>(line: Line) => z.array(line).min(1).max(LINES_MAX)
export const NoteInput = z.string().trim().max(100).default('')
/** A supplier, or another shop. */
export const NameInput = z.string().trim().max(60).default('')

export const OrderLines = linesOf(z.object({ good: IdSchema, quantity: AmountSchema, cost: PriceSchema.nullable().default(null) }))
export const ReceiveLines = linesOf(z.object({ good: IdSchema, quantity: AmountSchema, lot: LotSchema.nullable().default(null), cost: PriceSchema.nullable().default(null) }))
/** Without a lot what goes is taken to be of those that expire first. */
export const OutLines = linesOf(z.object({ good: IdSchema, quantity: AmountSchema, lot: LotSchema.nullable().default(null) }))
export const TakeLines = linesOf(z.object({
  good: IdSchema, sent: z.int().min(0).max(MILLI_MAX), came: z.int().min(0).max(MILLI_MAX), fault: z.enum(TRANSFER_FAULTS).nullable().default(null), lot: LotSchema.nullable().default(null),
}).refine(({ sent, came, fault }) => (sent === came) === (fault === null), { path: ['fault'], message: 'a difference has a name, and nothing else has' }))

const named = { good: IdSchema, name: z.string(), code: z.string(), unit: z.string(), pricing: z.enum(['piece', 'weight']) }
/** A numbered paper of the stock room: `kind` is its event's type, `id` its event's. */
export const PaperSchema = z.object({ id: IdSchema, seq: z.int(), kind: z.string(), no: z.string(), at: z.int(), staffNo: z.string() })
export type Paper = z.output<typeof PaperSchema>
export const OrderViewSchema = z.object({
  order: IdSchema, no: z.string(), supplier: z.string(), note: z.string(), at: z.int(), open: z.boolean(),
  lines: z.array(z.object({ ...named, quantity: z.int(), received: z.int(), cost: PriceSchema.nullable() })),
})
export type OrderView = z.output<typeof OrderViewSchema>

/** `books`, `came` and `left` as shared/stock/count.ts has them; `difference` is found less booked; `value` what it cost, in fen. */
export const CountLineSchema = z.object({
  ...named, counted: z.int(), scans: z.int(), books: z.int(), came: z.int(), left: z.int(), difference: z.int(), value: FenSchema.nullable(),
})
export type CountLine = z.output<typeof CountLineSchema>
export const CountSchema = z.object({ count: IdSchema, no: z.string(), at: z.int(), note: z.string(), lines: z.array(CountLineSchema) })
export type Count = z.output<typeof CountSchema>

export const LotsSchema = z.object({ stock: z.int(), lots: z.array(LotPartSchema) })
export const StockListsSchema = z.object({
  /** The business date lots are judged by, and the last day that is near. */
  date: z.string(), until: z.string(),
  low: z.array(z.object({ ...named, stock: z.int(), minStock: z.int() })),
  near: z.array(z.object({ ...named, lot: LotPartSchema, expired: z.boolean() })),
})
export type StockLists = z.output<typeof StockListsSchema>
