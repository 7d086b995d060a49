/** What goods cost the shop: the moving average, in fen per unit (`per` thousandths make no difference: all are of one unit). */
import { type Fen, fen, roundHalfUp } from '../money/money.ts'
import { milli } from '../quantity/quantity.ts'

/**
 * The average after `quantity` thousandths came at `cost`, where `stock` were there at `average`; null is not known. A stock
 * below zero was sold before it was booked in: it has no cost of its own, and the new one stands.
 */
export function movingAverage(stock: number, average: Fen | null, quantity: number, cost: Fen): Fen {
  if (average === null || stock <= 0) return cost
  return fen(average + roundHalfUp(fen(cost - average), milli(quantity), stock + quantity))
}

/**
 * The average after `left` thousandths that were booked at `before` turn out to be `left + delta` at `after`, of `stock` at
 * `average`: what was sold meanwhile was sold at what it was thought to cost. Null is not known; a lot whose cost was not
 * known stood in the average for nothing.
 */
export function correctedAverage({ stock, average, left, delta, before, after }: { stock: number; average: Fen | null; left: number; delta: number; before: Fen | null; after: Fen | null }): Fen | null {
  const then = stock + delta
  if (after === null || left + delta <= 0 || then <= 0) return average
  if (average === null) return after
  if (before === null) return movingAverage(then - left - delta, average, left + delta, after)
  const worth = BigInt(stock) * BigInt(average) + BigInt(left + delta) * BigInt(after) - BigInt(left) * BigInt(before)
  return worth <= 0n ? fen(0) : fen(Number((worth * 2n + BigInt(then)) / (2n * BigInt(then))))
}
