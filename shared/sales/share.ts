/** What part of the money paid for a line goes with a part of its goods. Pure; fen and thousandths. */
import { type Fen, fen, roundHalfUp } from '../money/money.ts'
import type { Milli } from '../quantity/quantity.ts'
import type { Tender } from '../payments/tender.ts'
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

/** fen that can still go back the way they came, by channel. */
export type Ways = readonly { readonly channel: string; readonly left: number }[]

/** `before`: what went back already, by channel in fen. */
export function waysBack(tenders: readonly Pick<Tender, 'channel' | 'amount'>[], before: ReadonlyMap<string, number>): Ways {
  const channels = [...new Set(tenders.map(({ channel }) => channel))]
  return channels.map((channel) => ({ channel, left: Math.max(0, tenders.reduce((sum, tender) => sum + (tender.channel === channel ? tender.amount : 0), 0) - (before.get(channel) ?? 0)) }))
}

/** A member's own: what was paid by these goes back to them, or it would be a way of drawing them out in cash. */
const PURSES_FIRST: readonly string[] = ['stored_value', 'points']

/**
 * How `total` fen go back: by the channel asked for, and where a member paid with points or stored value, or another channel
 * than cash is asked for, no more by any than came by it. What no channel has left is cash.
 */
export function partBack(total: number, channel: string, ways: Ways): { channel: string; amount: Fen }[] {
  if (channel === 'cash' && !ways.some((way) => PURSES_FIRST.includes(way.channel))) return [{ channel, amount: fen(total) }]
  const parts = new Map<string, number>()
  let rest = total
  for (const each of new Set([channel, ...PURSES_FIRST, 'cash'])) {
    const part = Math.min(rest, ways.find((way) => way.channel === each)?.left ?? 0)
    if (part > 0) parts.set(each, part)
    rest -= part
  }
  if (rest > 0 || parts.size === 0) parts.set('cash', (parts.get('cash') ?? 0) + rest)
  return [...parts].map(([each, amount]) => ({ channel: each, amount: fen(amount) }))
}

/**
 * What a refund does to its member's points. Parted as money is, rounded cumulatively: once all is back as many were taken as
 * the sale earned, and as many given as it was paid with. `of`: points the sale earned and was paid with, fen paid for it in all
 * and by points; `before` and `now`: fen that went and go back, in all and by points.
 */
export function pointsBack(of: { earned: number; spent: number; paid: number; byPoints: number }, before: FenBack, now: FenBack): { returned: number; refunded: number } {
  const share = (all: number, whole: number, from: number, more: number): number => (whole <= 0 ? 0 : Math.floor(all * Math.min(whole, from + more) / whole) - Math.floor(all * Math.min(whole, from) / whole))
  return { returned: share(of.earned, of.paid, before.paid, now.paid), refunded: share(of.spent, of.byPoints, before.points, now.points) }
}
interface FenBack { readonly paid: number; readonly points: number }
