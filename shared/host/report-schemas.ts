/** A report of this till's sales, as calls answer with it. Money in fen, quantities in thousandths. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { FenSchema } from '../money/money.ts'
import { PricingSchema } from '../quantity/quantity.ts'
import { DateSchema } from '../sales/events.ts'

export const FiguresSchema = z.object({
  sales: z.int(), returns: z.int(), gross: FenSchema, discount: FenSchema, net: FenSchema,
  /** Net of the lines that came back, zero or less. */
  back: FenSchema,
})
/** `before` is the net of the same a week before. */
const compared = { net: FenSchema, before: FenSchema }
/** What the goods cost, and the net of what was sold at a cost that nobody knows: net − unknown − cost is the margin. */
const costed = { cost: FenSchema, unknown: FenSchema }

export const SalesReportSchema = z.object({
  from: DateSchema, to: DateSchema, beforeFrom: DateSchema, beforeTo: DateSchema, at: z.int(),
  total: FiguresSchema.extend(costed), before: FiguresSchema,
  /** What of all this is another till's, brought in from its file. */
  imported: z.object({ sales: z.int(), ...compared }),
  /** `imported` of the net. */
  days: z.array(z.object({ date: DateSchema, sales: z.int(), imported: FenSchema, ...compared })),
  hours: z.array(z.object({ hour: z.int(), sales: z.int(), ...compared })),
  /** The largest net first; a category may be empty, goods without one. */
  categories: z.array(z.object({ category: z.string(), ...compared, ...costed })),
  /** The largest net first, as many as were asked for of `goodsTotal`. */
  goods: z.array(z.object({ good: IdSchema, name: z.string(), category: z.string(), unit: z.string(), pricing: PricingSchema, quantity: z.int(), gross: FenSchema, ...compared, ...costed })),
  goodsTotal: z.int(),
  /** `staff` is null for whoever sold at another till and is not of this shop's staff. */
  cashiers: z.array(z.object({ staff: IdSchema.nullable(), staffNo: z.string(), name: z.string(), sales: z.int(), returns: z.int(), ...compared })),
  tenders: z.array(z.object({ channel: z.string(), tenders: z.int(), fen: FenSchema, before: FenSchema })),
})
export type SalesReport = z.output<typeof SalesReportSchema>
