/** How a sale was paid. Cash a till can settle by itself; of a member's points and stored value what it holds; by the shop's own code (收款码) what somebody saw come in, which nothing has proven yet. */
import { z } from 'zod'
import { FenSchema, type Fen, fen } from '../money/money.ts'

export const ChannelSchema = z.enum(['cash', 'stored_value', 'points', 'static_code'])
export const TenderSchema = z.object({
  channel: ChannelSchema,
  /** fen of the sale this tender pays; negative pays out */
  amount: FenSchema,
  /** fen handed over by the customer, for cash */
  given: FenSchema,
  /** fen handed back */
  change: FenSchema,
  /** Which of the shop's own codes, by its name. */
  via: z.string().min(1).max(10).optional(),
})
export type Tender = z.output<typeof TenderSchema>

/** The account a tender's money is in. */
export function accountOf({ channel }: Pick<Tender, 'channel'>): string {
  return channel === 'cash' ? 'drawer' : channel === 'stored_value' ? 'value:redeemed' : `channel:${channel}`
}

/** What a report sums a tender under: its channel; of the shop's own codes, by whose name. */
export const reportedAs = ({ channel, via }: { readonly channel: string; readonly via?: string | undefined }): string => (via === undefined ? channel : `${channel}:${via}`)

/** Cash for `total` fen out of `given` fen; undefined when it is too little. A total of zero or less is paid out, nothing is given. */
export function takeCash(total: Fen, given: Fen): Tender | undefined {
  if (total <= 0) return { channel: 'cash', amount: total, given: fen(0), change: fen(0) }
  if (given < total) return undefined
  return { channel: 'cash', amount: total, given, change: fen(given - total) }
}

/** One-touch amounts for a total: exact, then the notes and round sums a customer is likely to hand over, smallest first. */
export function likelyCash(total: Fen): Fen[] {
  if (total <= 0) return []
  const steps = [500, 1000, 2000, 5000, 10_000]
  const sums = steps.map((step) => Math.ceil(total / step) * step)
  return [...new Set([total as number, ...sums])].sort((a, b) => a - b).slice(0, 6).map(fen)
}
