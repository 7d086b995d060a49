/** What was priced by hand beyond what the shop leaves to its cashiers: it needs the right, or somebody who has it. */
import type { TicketLine } from '../cart/ticket.ts'
import type { Rounding } from '../catalog/promotion.ts'
import type { Off } from './offs.ts'
import type { PricedTicket, PricingRules, Terms } from './price.ts'

type HandLine = Pick<TicketLine, 'id' | 'price' | 'list' | 'discount'>
/** `line`: which one; none where it is the whole ticket. */
export interface HandNeed { readonly right: 'price.override' | 'line.discount'; readonly line?: string }

const COARSENESS: readonly Rounding[] = ['none', 'jiao', 'yuan']

/** The rights that a ticket's prices by hand need, in the order of its lines, the whole ticket last. */
export function handNeeds(lines: readonly HandLine[], terms: Terms, priced: PricedTicket, { handLimit, rounding }: Pick<PricingRules, 'handLimit' | 'rounding'>): HandNeed[] {
  const isBeyond = (off: number, gross: number): boolean => handLimit === 0 || off * 100 > handLimit * gross
  // Down to the jiao or the yuan as the shop does anyway is nobody's gift.
  const isRoundedByHand = terms.round !== undefined && COARSENESS.indexOf(terms.round) > COARSENESS.indexOf(rounding)
  const handOf = (offs: readonly Off[]): number => offs.reduce((sum, { why, fen }) => (
    why === 'price' || why === 'discount' || why === 'ticket' || (why === 'rounding' && isRoundedByHand) ? sum + Math.abs(fen) : sum), 0)
  const needs = lines.flatMap((line, i): HandNeed[] => {
    const { gross, offs } = priced.lines[i]!
    const size = offs.reduce((sum, { why, fen }) => (why === 'price' || why === 'discount' ? sum + Math.abs(fen) : sum), 0)
    if (!isBeyond(size, Math.abs(gross))) return []
    const isPrice = line.price !== line.list
    return [...isPrice ? [{ right: 'price.override', line: line.id } as const] : [], ...line.discount !== 0 ? [{ right: 'line.discount', line: line.id } as const] : []]
  })
  // Little by little, of each line and of the whole: together it is within the limit too.
  const isWhole = terms.off !== undefined || isRoundedByHand
  const all = priced.lines.reduce((sum, { offs }) => sum + handOf(offs), 0)
  if (isWhole && isBeyond(all, priced.lines.reduce((sum, { gross }) => sum + Math.max(0, gross), 0))) needs.push({ right: 'line.discount' })
  return needs
}
