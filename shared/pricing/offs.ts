/**
 * What was taken off a line, and why: written on screens and receipts and into the sale, so that it explains itself later,
 * when the promotion has another name or is gone. What is off a whole ticket is shared out to its lines.
 */
import { z } from 'zod'
import { IdSchema, type Id } from '../identity/ids.ts'
import { FenSchema, type Fen, fen } from '../money/money.ts'

/**
 * promotion, spend: by a promotion, of goods or because a sum was reached · price: another price by hand · discount: off a
 * line by hand · ticket: off the whole ticket by hand · birthday: a member's, once a year · coupon · rounding: 抹零
 */
export const OFF_WHYS = ['promotion', 'spend', 'price', 'discount', 'ticket', 'birthday', 'coupon', 'rounding'] as const
export const OffSchema = z.object({
  why: z.enum(OFF_WHYS),
  /** In the line's sign; against it where a price by hand is dearer. */
  fen: FenSchema,
  /** The promotion or the coupon, and its name at that time. */
  promotion: IdSchema.optional(), coupon: IdSchema.optional(), name: z.string().max(40).optional(),
})
export type Off = z.output<typeof OffSchema>
export type OffWhy = Off['why']

/** Off the whole ticket: lines have only their share of it, and people read it once. */
export const isTicketWide = ({ why }: Pick<Off, 'why'>): boolean => why === 'spend' || why === 'ticket' || why === 'birthday' || why === 'coupon' || why === 'rounding'

/** `of`: the promotion, or the coupon. */
export function offOf(why: OffWhy, amount: Fen, of?: { readonly id: Id; readonly name: string }): Off {
  return of ? { why, fen: amount, [why === 'coupon' ? 'coupon' : 'promotion']: of.id, name: of.name } : { why, fen: amount }
}

/** The offs of lines, those of one reason as one, in the order in which they first stand. */
export function sumOffs(lines: readonly { readonly offs?: readonly Off[] | undefined }[]): Off[] {
  const sums = new Map<string, Off>()
  for (const { offs } of lines) {
    for (const off of offs ?? []) {
      const key = `${off.why} ${off.promotion ?? off.coupon ?? ''}`
      const known = sums.get(key)
      sums.set(key, known ? { ...known, fen: fen(known.fen + off.fen) } : off)
    }
  }
  return [...sums.values()]
}

/** What a coupon takes off: fen, or per cent of what the goods come to. */
export const CouponOffSchema = z.union([z.object({ fen: z.int().min(1).max(10_000_000) }), z.object({ percent: z.int().min(1).max(100) })])
export interface CouponAtTicket { readonly coupon: Id; readonly name: string; readonly off: z.output<typeof CouponOffSchema>; /** fen that the goods must come to */ readonly least: number }
/** What a customer brings to a ticket: per cent off on a birthday, 0 for none; a coupon. */
export interface Gifts { readonly birthday: number; readonly coupon: CouponAtTicket | undefined }
