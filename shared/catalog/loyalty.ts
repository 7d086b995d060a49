/** What a shop gives its members: points for what they pay, more than they bring when they top up, something off on their birthday. */
import { z } from 'zod'

export const LoyaltySchema = z.object({
  /** fen paid that earn one point; 0: no points */
  earn: z.int().min(0).max(1_000_000),
  /** fen one point pays; 0: points pay nothing */
  worth: z.int().min(0).max(10_000),
  /** Top-ups of `from` fen and more get `bonus` fen on top: of several the largest `from` that is reached. */
  bonus: z.array(z.object({ from: z.int().min(1).max(10_000_000), bonus: z.int().min(1).max(10_000_000) })).max(10),
  /** per cent off on a member's birthday, once a year; 0: none */
  birthday: z.int().min(0).max(100),
})
export type Loyalty = z.output<typeof LoyaltySchema>

export const LOYALTY_DEFAULTS: Loyalty = { earn: 100, worth: 1, bonus: [], birthday: 0 }

/** Points for what was paid, in fen; below zero for what goes back to the customer. Whole points: what is left over earns nothing. */
export function pointsFor(fen: number, { earn }: Pick<Loyalty, 'earn'>): number {
  const points = earn === 0 ? 0 : Math.trunc(fen / earn)
  return points === 0 ? 0 : points
}

/** fen given on top of a top-up. */
export function bonusFor(fen: number, { bonus }: Pick<Loyalty, 'bonus'>): number {
  return bonus.filter(({ from }) => from <= fen).toSorted((a, b) => b.from - a.from)[0]?.bonus ?? 0
}

/** The most points that `fen` can be paid with, of so many. */
export function payablePoints(fen: number, held: number, { worth }: Pick<Loyalty, 'worth'>): number {
  return worth === 0 || fen <= 0 ? 0 : Math.max(0, Math.min(held, Math.floor(fen / worth)))
}
