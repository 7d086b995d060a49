/**
 * What the shop offers for less, for a time: reference documents of kind `promotion`, merged field by field like goods. How
 * they come together on a ticket is in shared/pricing. Money in fen, minutes from midnight of the shop's zone.
 */
import { z } from 'zod'
import { defineEvent } from '../identity/event.ts'
import { IdSchema } from '../identity/ids.ts'
import { PriceSchema } from '../money/money.ts'
import { HlcSchema } from './hlc.ts'

/** How far a total is rounded down (抹零). */
export const RoundingSchema = z.enum(['none', 'jiao', 'yuan'])
export type Rounding = z.output<typeof RoundingSchema>

const count = z.int().min(2).max(99)
const share = z.int().min(0).max(100)
/** One field: the numbers of a rule mean nothing without its kind. */
export const RuleSchema = z.discriminatedUnion('kind', [
  /** `percent` of the amount off. */
  z.object({ kind: z.literal('percent'), percent: z.int().min(1).max(100) }),
  /** So many fen off each unit. */
  z.object({ kind: z.literal('amount'), fen: PriceSchema }),
  /** Each unit at this price, in fen. */
  z.object({ kind: z.literal('price'), price: PriceSchema }),
  /** Of every `n` pieces `m` are paid for, the dearest. */
  z.object({ kind: z.literal('n_for_m'), n: count, m: z.int().min(1).max(98) }),
  /** Of every `n` pieces the cheapest is paid for at `percent` of its price. */
  z.object({ kind: z.literal('nth'), n: count, percent: share }),
  /** Where the goods come to `over` fen, `off` fen less; `repeat`: for each time they do. */
  z.object({ kind: z.literal('spend'), over: z.int().min(1).max(1_000_000_000), off: PriceSchema, repeat: z.boolean() }),
])
export type Rule = z.output<typeof RuleSchema>

/** `YYYY-MM-DD` */
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
export const PromotionFields = z.object({
  name: z.string().trim().min(1).max(40),
  on: z.boolean(),
  rule: RuleSchema,
  /** What it is for: these goods and goods of these categories; where both are empty, everything. */
  goods: z.array(IdSchema).max(500),
  categories: z.array(z.string().trim().min(1).max(40)).max(50),
  /** For members only. */
  members: z.boolean(),
  /** First and last day; null is open. */
  from: day.nullable(),
  to: day.nullable(),
  /** Weekdays, 0 is Sunday; none is all. */
  days: z.array(z.int().min(0).max(6)).max(7),
  /** From this minute of the day and before that one; an end that is not after the start is of the next day, which counts to the day before. */
  start: z.int().min(0).max(1439),
  end: z.int().min(1).max(1440),
  /** Of one group a good takes part in one promotion only; '' is no group. */
  group: z.string().trim().max(20),
  /** Higher goes first. */
  priority: z.int().min(0).max(999),
  /** A good may take part in it and in others; otherwise in this alone, or not at all. */
  stacks: z.boolean(),
})
export const PromotionSchema = PromotionFields.extend({ id: IdSchema })
export type Promotion = z.output<typeof PromotionSchema>

/** The values a new promotion has where nobody said; its name and its rule somebody must say. */
export const PROMOTION_DEFAULTS = {
  on: true, goods: [], categories: [], members: false, from: null, to: null, days: [], start: 0, end: 1440, group: '', priority: 100, stacks: false,
} as const satisfies Partial<z.input<typeof PromotionFields>>

/** A promotion was made or some of its fields edited, as a good is. */
export const PromotionChanged = defineEvent('promotion.changed', 1, z.object({
  promotion: IdSchema, set: PromotionFields.partial(), hlc: HlcSchema, over: z.record(z.string().max(40), HlcSchema).optional(),
}))
