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

const LimitSchema = z.int().min(0).max(100_000_000)
/**
 * The most stored value that one member may have, in fen; 0: no limit. 单用途商业预付卡管理办法（试行） §18: 5,000 yuan on a card that
 * names its holder, 1,000 on one that doesn't. A member of whom the shop knows no name is of the second kind.
 */
export const ValueLimitsSchema = z.object({ named: LimitSchema, unnamed: LimitSchema })
export type ValueLimits = z.output<typeof ValueLimitsSchema>
export const VALUE_LIMITS: ValueLimits = { named: 500_000, unnamed: 100_000 }

/** fen; null: no limit. */
export function limitOf({ named, unnamed }: ValueLimits, isNamed: boolean): number | null {
  return (isNamed ? named : unnamed) || null
}

/** The most cash, in fen, that can be topped up: with what the shop gives on top, the limit is not passed. null: no limit. */
export function roomFor(balance: number, limit: number | null, loyalty: Pick<Loyalty, 'bonus'>): number | null {
  if (limit === null) return null
  const left = Math.max(0, limit - balance)
  // Between two steps the bonus is the same: the most is at the end of one of these stretches.
  const starts = [0, ...loyalty.bonus.map(({ from }) => from)].toSorted((a, b) => a - b)
  return Math.max(...starts.map((start, i) => {
    const most = Math.min(left - bonusFor(start, loyalty), (starts[i + 1] ?? Infinity) - 1)
    return most >= start ? most : 0
  }))
}
