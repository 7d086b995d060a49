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
 * known stood in the average for nothing. What the rest cost is what the average leaves for it; where that is less than nothing,
 * somebody has put the average down by hand, and it is what the rest costs.
 */
export function correctedAverage({ stock, average, left, delta, before, after }: { stock: number; average: Fen | null; left: number; delta: number; before: Fen | null; after: Fen | null }): Fen | null {
  const then = stock + delta
  const rest = then - left - delta
  if (after === null || left + delta <= 0 || then <= 0) return average
  if (average === null || stock <= 0 || rest <= 0) return after
  const worth = before === null ? undefined : BigInt(stock) * BigInt(average) - BigInt(left) * BigInt(before)
  // An average is rounded: half a fen for each of the stock is no hand's doing.
  if (worth === undefined || worth * 2n < -BigInt(stock)) return movingAverage(rest, average, left + delta, after)
  const all = BigInt(left + delta) * BigInt(after) + (worth > 0n ? worth : 0n)
  return fen(Number((all * 2n + BigInt(then)) / (2n * BigInt(then))))
}
