/**
 * Coupons: issued to a member or as a code, good for one ticket. Any till that knows of one takes it, whoever it can hear; used at
 * two tills the first to arrive in the cloud counts, and the other's till books what it gave as a loss.
 */
import { z } from 'zod'
import { HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'
import { PostingsSchema, postings } from '../ledger/postings.ts'
import { PriceSchema, fen } from '../money/money.ts'
import { CouponOffSchema } from '../pricing/offs.ts'
import { DateSchema } from './events.ts'

export const CouponTermsSchema = z.object({
  name: z.string().trim().min(1).max(40),
  /** What the customer shows; empty where it is a member's own. */
  code: z.string().trim().max(32),
  member: IdSchema.nullable(),
  off: CouponOffSchema,
  /** fen that the goods must come to */
  least: PriceSchema,
  /** The first and the last day, in the shop's zone. */
  from: DateSchema, until: DateSchema,
})
export type CouponTerms = z.output<typeof CouponTermsSchema>

export const CouponIssued = defineEvent('coupon.issued', 1, z.object({ coupon: IdSchema, terms: CouponTermsSchema, hlc: HlcSchema }))
/** This till's use of a coupon did not count: another's came first. What it gave is no discount but a loss. */
export const CouponLost = defineEvent('coupon.lost', 1, z.object({ coupon: IdSchema, sale: IdSchema, shift: IdSchema, fen: PriceSchema, postings: PostingsSchema }))

/** What was taken off once at some till: fen, at UTC ms. */
export const CouponUseSchema = z.object({ device: IdSchema, till: z.string().max(10), sale: IdSchema, fen: z.int(), at: z.int() })
export type CouponUse = z.output<typeof CouponUseSchema>
/** A coupon as tills share it (kind `coupon`). `again`: uses that came after the first, and are losses; `back`: sales of which all came back. */
export const CouponFields = z.object({ terms: CouponTermsSchema, used: CouponUseSchema, again: z.array(CouponUseSchema), back: z.array(IdSchema) })
export type Coupon = Partial<z.output<typeof CouponFields>>

/** Uses of which not all came back, the one that counts first: with none of them the coupon is good, again or still. */
export function usesOf({ used, again = [], back = [] }: Coupon): CouponUse[] {
  return [...used ? [used] : [], ...again].filter(({ sale }) => !back.includes(sale))
}

/** Why it can't be used by this member, or nobody, on this day; undefined where it can. Whether the goods come to enough is seen at the ticket. */
export function couponFault({ member, from, until }: CouponTerms, isOf: (member: Id) => boolean, date: string): 'coupon.of_another' | 'coupon.not_yet' | 'coupon.expired' | undefined {
  if (member !== null && !isOf(member)) return 'coupon.of_another'
  return date < from ? 'coupon.not_yet' : date > until ? 'coupon.expired' : undefined
}

export function loseCoupon(id: Id, coupon: Id, shift: Id, use: CouponUse) {
  return { id, type: CouponLost.type, v: 1, body: { coupon, sale: use.sale, shift, fen: use.fen, postings: postings([['coupon_loss', fen(use.fen)], ['discounts', fen(-use.fen)]]) } }
}

/** Whether `birthday` (`MM-DD`, or with the year before it) is on this date; born on the 29th of February, on the 28th of other years. */
export function isBirthday(birthday: string, date: string): boolean {
  const day = birthday.slice(-5)
  const year = Number(date.slice(0, 4))
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day !== '' && (day === '02-29' && !isLeap ? '02-28' : day) === date.slice(5)
}
