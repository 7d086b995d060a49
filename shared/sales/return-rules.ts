/** What the shop takes back without a reason, and until when. Categories are data: a shop may say its own. */
import type { Fen } from '../money/money.ts'
import type { RefundReason, ReturnRule } from './refund-events.ts'

export interface ReturnRules {
  /** Days after the day of the sale; 0 takes back on the day itself only. */
  readonly returnDays: number
  /** Words in the name of a category whose goods don't come back without a reason. */
  readonly returnExempt: readonly string[]
  /** fen that may be paid back at once without a receipt */
  readonly returnCap: Fen
}

const DAY_MS = 86_400_000

/** Days between two business dates, `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
}

/**
 * The rule against taking a line back, or null. What is faulty or was sold by mistake comes back whatever its category;
 * after the days are over nothing does without somebody who decides it.
 */
export function whyNot(rules: Pick<ReturnRules, 'returnDays' | 'returnExempt'>, sold: { readonly category: string; readonly date: string }, today: string, reason: RefundReason): ReturnRule | null {
  if (daysBetween(sold.date, today) > rules.returnDays) return 'late'
  if (reason === 'no_reason' && exemptWord(rules, sold.category) !== undefined) return 'exempt'
  return null
}

/** The word for which goods of a category don't come back without a reason. */
export function exemptWord({ returnExempt }: Pick<ReturnRules, 'returnExempt'>, category: string): string | undefined {
  return returnExempt.find((word) => category.includes(word))
}
