/**
 * What the cloud knows of a sale's refunds at all tills of the shop, told to each of them as a document (kind `refund`,
 * id = the sale's): so a till counts what the others paid back, and where two that could not hear one another paid back
 * more than was paid, both learn of it.
 */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { PriceSchema } from '../money/money.ts'

const PaidBackSchema = z.object({ refund: IdSchema, device: IdSchema, till: z.string().max(10), fen: PriceSchema })
export type PaidBack = z.output<typeof PaidBackSchema>
export const RefundingFields = z.object({
  no: z.string().max(24),
  /** fen paid for the sale; null until the cloud has it */
  paid: PriceSchema.nullable(),
  /** In the order in which they arrived. */
  back: z.array(PaidBackSchema),
  /** Refunds that went beyond what was paid. */
  over: z.array(IdSchema),
})
export type Refunding = Partial<z.output<typeof RefundingFields>>

/** Those of `back` with which more was paid back than `paid`, in fen. */
export function beyond(paid: number, back: readonly PaidBack[]): PaidBack[] {
  let sum = 0
  return back.filter(({ fen }) => (sum += fen) > paid && fen > 0)
}
