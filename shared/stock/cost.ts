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
