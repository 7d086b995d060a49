/**
 * What was taken off a line, and why: written on screens and receipts and into the sale, so that it explains itself later,
 * when the promotion has another name or is gone. What is off a whole ticket is shared out to its lines.
 */
import { z } from 'zod'
import { IdSchema, type Id } from '../identity/ids.ts'
import { FenSchema, type Fen, fen } from '../money/money.ts'

/**
 * promotion, spend: by a promotion, of goods or because a sum was reached · price: another price by hand · discount: off a
 * line by hand · ticket: off the whole ticket by hand · rounding: 抹零
 */
export const OFF_WHYS = ['promotion', 'spend', 'price', 'discount', 'ticket', 'rounding'] as const
export const OffSchema = z.object({
  why: z.enum(OFF_WHYS),
  /** In the line's sign; against it where a price by hand is dearer. */
  fen: FenSchema,
  /** The promotion, and its name at that time. */
  promotion: IdSchema.optional(), name: z.string().max(40).optional(),
})
export type Off = z.output<typeof OffSchema>
export type OffWhy = Off['why']

/** Off the whole ticket: lines have only their share of it, and people read it once. */
export const isTicketWide = ({ why }: Pick<Off, 'why'>): boolean => why === 'spend' || why === 'ticket' || why === 'rounding'

export function offOf(why: OffWhy, amount: Fen, promotion?: { readonly id: Id; readonly name: string }): Off {
  return promotion ? { why, fen: amount, promotion: promotion.id, name: promotion.name } : { why, fen: amount }
}

/** The offs of lines, those of one reason as one, in the order in which they first stand. */
export function sumOffs(lines: readonly { readonly offs?: readonly Off[] | undefined }[]): Off[] {
  const sums = new Map<string, Off>()
  for (const { offs } of lines) {
    for (const off of offs ?? []) {
      const key = `${off.why} ${off.promotion ?? ''}`
      const known = sums.get(key)
      sums.set(key, known ? { ...known, fen: fen(known.fen + off.fen) } : off)
    }
  }
  return [...sums.values()]
}
