/** Goods that came back, as an event. Money in fen, quantities in thousandths. */
import { z } from 'zod'
import { defineEvent } from '../identity/event.ts'
import { IdSchema } from '../identity/ids.ts'
import { PostingsSchema } from '../ledger/postings.ts'
import { PriceSchema } from '../money/money.ts'
import { MilliSchema, PricingSchema } from '../quantity/quantity.ts'
import { MovesSchema } from '../payments/purse.ts'
import { DateSchema, SaleMemberSchema } from './events.ts'

/** Why goods come back: the customer simply doesn't want them, they are faulty, or the wrong thing was sold. */
export const REFUND_REASONS = ['no_reason', 'quality', 'wrong', 'other'] as const
export type RefundReason = (typeof REFUND_REASONS)[number]
/** Whether goods go back on the shelf, or can't be sold any more. */
export const STOCK_ENDS = ['back', 'wasted'] as const
export type StockEnd = (typeof STOCK_ENDS)[number]
/** The rules that a line may have against it: see `whyNot`. */
export const RETURN_RULES = ['exempt', 'late'] as const
export type ReturnRule = (typeof RETURN_RULES)[number]

export const RefundLineSchema = z.object({
  /** Which line of the sale, from 0; null where the sale is not in this ledger or there was no receipt. */
  line: z.int().min(0).max(499).nullable(),
  good: IdSchema, code: z.string().max(48), name: z.string().max(120), unit: z.string().max(10), pricing: PricingSchema,
  /** thousandths one price is for */
  per: z.int().min(1),
  /** thousandths that came back */
  quantity: MilliSchema.refine((value) => value > 0, 'nothing came back'),
  /** fen per unit as it was charged */
  price: PriceSchema,
  /** fen per unit as it was listed, and what so many came to then, or as their label said; absent without the sale */
  list: PriceSchema.optional(), gross: PriceSchema.optional(),
  /** fen paid back: the line's share of what was paid for it */
  amount: PriceSchema,
  stock: z.enum(STOCK_ENDS),
  /** fen per unit that the sale says it cost the shop, or the good now; absent where nobody knows */
  cost: PriceSchema.optional(),
  /** The rule that somebody with the right set aside for this line. */
  over: z.enum(RETURN_RULES).nullable(),
})
export type RefundLine = z.output<typeof RefundLineSchema>

export const RefundTenderSchema = z.object({
  channel: z.string().regex(/^[a-z0-9_]{1,20}$/),
  /** fen paid back */
  amount: PriceSchema,
  /** Still to be paid back by the channel; cash never is. */
  due: z.boolean(),
  /** Which of the shop's own codes the sale was paid by, by its name; absent in refunds of before it was kept. */
  via: z.string().min(1).max(10).optional(),
})
export type RefundTender = z.output<typeof RefundTenderSchema>

/** Lines of a sale, or goods without one, came back and were paid for. Its id is the refund's. */
export const SaleRefunded = defineEvent('sale.refunded', 1, z.object({
  refund: IdSchema,
  /** What people read, unique for a till: a sale's number with a T before its count. */
  no: z.string().max(24),
  shift: IdSchema, staff: IdSchema, date: DateSchema,
  /** The sale, its number and its till as the receipt says them; all null without a receipt. */
  sale: IdSchema.nullable(), saleNo: z.string().max(24).nullable(), saleTill: z.string().max(10).nullable(),
  /** Whether this ledger has the sale; where not, the receipt's word was taken for it. */
  known: z.boolean(),
  reason: z.enum(REFUND_REASONS), note: z.string().max(100),
  lines: z.array(RefundLineSchema).min(1).max(500),
  total: PriceSchema, tenders: z.array(RefundTenderSchema).min(1).max(10),
  /** Who allowed what the staff member may not do alone. */
  allowedBy: IdSchema.nullable(),
  /** The sale of what was taken in exchange, which follows. */
  exchange: IdSchema.nullable(),
  postings: PostingsSchema,
  /** Whose sale it was, with what they have after it as far as this till knew; points taken back, points and value given back. */
  member: SaleMemberSchema.optional(), moves: MovesSchema.optional(),
  /** Coupons of a sale of which all is back now: its use of them is undone. */
  coupons: z.array(IdSchema).min(1).max(10).optional(),
}))
export type Refund = z.output<typeof SaleRefunded.body>
