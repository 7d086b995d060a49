/** Double entry: an event that moves money carries postings that sum to zero. Debits are positive fen, credits negative. */
import { z } from 'zod'
import { FenSchema, type Fen } from '../money/money.ts'

/** Accounts the till knows; a payment channel is `channel:NAME`, what it is still to pay back `refund_due:NAME`, members' stored value `value:…`. */
export const AccountSchema = z.string().regex(/^(drawer|safe|sales|returns|discounts|cash_difference|coupon_loss|(channel|cash_in|cash_out|refund_due|value):[a-z0-9_]+)$/)
export const PostingSchema = z.object({ account: AccountSchema, fen: FenSchema })
export const PostingsSchema = z.array(PostingSchema).max(50).refine((postings) => balance(postings) === 0, 'postings must sum to zero')
export type Posting = z.output<typeof PostingSchema>

export function balance(postings: readonly { fen: number }[]): number {
  return postings.reduce((total, posting) => total + posting.fen, 0)
}

/** Drops zero rows and asserts the sum: a plan with a lost fen must never reach the journal. */
export function postings(rows: readonly (readonly [account: string, amount: Fen])[]): Posting[] {
  const kept = rows.filter(([, amount]) => amount !== 0).map(([account, amount]) => ({ account, fen: amount }))
  if (balance(kept) !== 0) throw new Error(`postings do not sum to zero: ${JSON.stringify(kept)}`)
  return kept
}
