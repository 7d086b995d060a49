/** What is sold. A good is a document of fields that merge one by one (see hlc.ts); money is fen, weights are grams. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { defineEvent } from '../identity/event.ts'
import { HlcSchema } from './hlc.ts'
import { PriceSchema } from '../money/money.ts'
import { MILLI_MAX, PricingSchema } from '../quantity/quantity.ts'

/** A small picture as a data URL; shown only through <img>, so a script in an SVG can't run. */
export const PictureSchema = z.string().max(16_384).regex(/^(data:image\/(svg\+xml|png|jpeg|webp)[;,].*)?$/s)

/** A picture large enough to be seen from where the customer stands, kept as the small ones are. */
export const WidePictureSchema = z.string().max(32_768).regex(/^data:image\/(png|jpeg|webp)[;,]/)

export const GoodFields = z.object({
  name: z.string().trim().min(1).max(120),
  /** The main code: a GTIN or the shop's own; empty for goods found by name only. */
  code: z.string().trim().max(48),
  /** Other codes the same good answers to. */
  codes: z.array(z.string().trim().min(1).max(48)).max(20),
  category: z.string().trim().max(40),
  /** What one price is for: 瓶, 个, 斤, 公斤 … */
  unit: z.string().trim().max(10),
  pricing: PricingSchema,
  /** fen per unit */
  price: PriceSchema,
  /** fen per unit; absent where unknown */
  cost: PriceSchema.nullable(),
  spec: z.string().trim().max(60),
  origin: z.string().trim().max(60),
  picture: PictureSchema,
  /** Place on the quick keys, from 1; 0 means none. */
  quick: z.int().min(0).max(9999),
  /** Thousandths below which there is too little of it; null where nobody said. */
  minStock: z.int().min(0).max(MILLI_MAX).nullable(),
  /** The ground of its quick key: one of QUICK_COLOURS; another, of a later version, is drawn without. */
  colour: z.string().max(20),
  /** Off goods can't be sold and are not listed. */
  on: z.boolean(),
})
export const QUICK_COLOURS = ['red', 'orange', 'green', 'blue', 'purple'] as const
/** Places on one page of quick keys: 101 is the first of the second page. */
export const QUICK_PAGE = 100

export const GoodSchema = GoodFields.extend({ id: IdSchema })
export type Good = z.output<typeof GoodSchema>

/** The values a new good has where nobody said. */
export const GOOD_DEFAULTS = {
  code: '', codes: [], category: '', unit: '个', pricing: 'piece', cost: null, spec: '', origin: '', picture: '', quick: 0, minStock: null, colour: '', on: true,
} as const satisfies Partial<z.input<typeof GoodFields>>

/**
 * A good was made or some of its fields edited. The first edit of a good carries at least its name and price. `over` are the
 * stamps of the values that were there: where another was by the time this edit arrives, neither editor knew of the other.
 */
export const GoodChanged = defineEvent('good.changed', 1, z.object({
  good: IdSchema, set: GoodFields.partial(), hlc: HlcSchema, over: z.record(z.string().max(40), HlcSchema).optional(),
  /** The values that an import replaced; absent for a good that was not there, and in edits by hand. */
  was: GoodFields.partial().optional(),
}))
