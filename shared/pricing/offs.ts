/** What a ticket costs less as a whole, beside its lines: a coupon, a birthday. The one place where a ticket's total is reduced. */
import { z } from 'zod'
import { type Id, IdSchema } from '../identity/ids.ts'
import { type Fen, PriceSchema, fen } from '../money/money.ts'
import type { PricedTicket } from './price.ts'

export const TicketOffSchema = z.object({
  reason: z.enum(['coupon', 'birthday']),
  /** The coupon. */
  ref: IdSchema.nullable(),
  /** As receipts say it; empty where the reason says it all. */
  name: z.string().max(40),
  /** fen off the total, above zero */
  fen: PriceSchema,
})
export type TicketOff = z.output<typeof TicketOffSchema>

/** Fen, or per cent of what the goods come to. */
export const CouponOffSchema = z.union([z.object({ fen: z.int().min(1).max(10_000_000) }), z.object({ percent: z.int().min(1).max(100) })])
export interface CouponAtTicket { readonly coupon: Id; readonly name: string; readonly off: z.output<typeof CouponOffSchema>; /** fen that the goods must come to */ readonly least: number }

/** The offs of a ticket whose goods come to `total`. `birthday`: per cent, 0 for none. Never more than the total; nothing off what comes back. */
export function ticketOffs(total: number, { birthday, coupon }: { readonly birthday: number; readonly coupon: CouponAtTicket | undefined }): TicketOff[] {
  if (total <= 0) return []
  const wished: Omit<TicketOff, 'fen'>[] = []
  const amounts: number[] = []
  if (birthday > 0) {
    wished.push({ reason: 'birthday', ref: null, name: '' })
    amounts.push(Math.floor(total * birthday / 100))
  }
  if (coupon && total >= coupon.least) {
    wished.push({ reason: 'coupon', ref: coupon.coupon, name: coupon.name })
    amounts.push('fen' in coupon.off ? coupon.off.fen : Math.floor(total * coupon.off.percent / 100))
  }
  let left = total
  return wished.flatMap((off, i) => {
    const taken = Math.min(left, amounts[i]!)
    left -= taken
    return taken > 0 ? [{ ...off, fen: fen(taken) }] : []
  })
}

/** The ticket with these offs taken off its total, as a discount beside those of its lines. */
export function takeOff(priced: PricedTicket, offs: readonly TicketOff[]): PricedTicket {
  const off = offs.reduce((sum, each) => sum + each.fen, 0)
  return off === 0 ? priced : { ...priced, discount: fen(priced.discount + off), total: fen(priced.total - off) as Fen }
}
