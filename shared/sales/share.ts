/** What part of the money paid for a line goes with a part of its goods. Pure; fen and thousandths. */
import { type Fen, fen, roundHalfUp } from '../money/money.ts'
import type { Milli } from '../quantity/quantity.ts'
import type { Sale, SaleLine } from './events.ts'

/** fen paid for a line after every discount: the one place that knows. A line that came back itself was paid nothing for. */
export function paidFor(line: Pick<SaleLine, 'net' | 'quantity'>): Fen {
  return fen(line.quantity > 0 ? Math.max(0, line.net) : 0)
}

/** fen paid in all: no refund of the sale, and no sum of them, goes beyond it. */
export function paidInAll(sale: Pick<Sale, 'total'>): Fen {
  return fen(Math.max(0, sale.total))
}

/** What has come back of a line so far. */
export interface Back {
  /** thousandths */
  readonly quantity: number
  /** fen */
  readonly amount: number
}
export const NOTHING_BACK: Back = { quantity: 0, amount: 0 }

/** fen that `quantity` more of a line came to before every discount, of which `before` thousandths came back already; in all, the line's. */
export function grossShareOf({ gross, quantity: sold }: Pick<SaleLine, 'gross' | 'quantity'>, before: number, quantity: Milli): Fen {
  return fen(roundHalfUp(gross, before + quantity, sold) - roundHalfUp(gross, before, sold))
}

/**
 * fen for `quantity` more of a line, of which `before` came back already. Rounded cumulatively: however the line is split
 * into refunds they sum to what was paid once all of it is back, and no sum of them is ever more. Throws RangeError where
 * more comes back than was sold.
 */
export function shareOf(line: Pick<SaleLine, 'net' | 'quantity'>, before: Back, quantity: Milli): Fen {
  const paid = paidFor(line)
  const upTo = before.quantity + quantity
  if (quantity <= 0 || upTo > line.quantity) throw new RangeError(`${quantity} of ${line.quantity} can't come back after ${before.quantity}`)
  const due = upTo === line.quantity ? paid : roundHalfUp(paid, upTo, line.quantity)
  return fen(Math.max(0, Math.min(due, paid) - before.amount))
}
