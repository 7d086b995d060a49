/**
 * What a ledger that begins anew takes over from the one before it. The rule: the new ledger records what the shop does
 * not have, and nothing that it has; so what the till makes of its ledger is what the cloud makes of this till, and every
 * sum over the shop's tills counts each event once. The open shift's earlier part comes along as sums, not as events.
 */
import type { Id } from '../identity/ids.ts'
import type { Envelope } from '../ledger/envelope.ts'
import { type Posting, postings } from '../ledger/postings.ts'
import { fen } from '../money/money.ts'
import { SaleRefunded } from '../sales/refund-events.ts'
import { type CarriedShift, SaleCompleted, ShiftClosed, ShiftOpened } from '../sales/events.ts'
import { type DomainEvent, readEvent } from './events.ts'

/** Rows about the old ledger itself say nothing of the new one. */
const OF_THE_LEDGER = ['device.begun', 'device.paired', 'device.renewed']

/** Of a ledger's events in order, those that the shop does not have. `known` holds ids of events that it has. */
export function notKnown(envelopes: Iterable<Envelope>, known: ReadonlySet<Id>): Envelope[] {
  return [...envelopes].filter(({ id, type }) => !known.has(id) && !OF_THE_LEDGER.includes(type))
}

export interface ShiftState extends Omit<CarriedShift, 'postings'> {
  /** fen by account, of the whole shift */
  readonly balances: ReadonlyMap<string, number>
}

/** The shift that was open where `events` begin: the one they close without opening it, else the one that is open now. */
export function shiftBefore(events: readonly Envelope[], openNow: Id | undefined): Id | undefined {
  const opened = new Set(events.filter(({ type }) => type === ShiftOpened.type).map(({ body }) => body['shift']))
  const closed = events.find(({ type, body }) => type === ShiftClosed.type && !opened.has(body['shift']))
  if (closed) return closed.body['shift'] as Id
  return openNow !== undefined && !opened.has(openNow) ? openNow : undefined
}

/** A shift's state less what `events` did to it: as it was before them. */
export function shiftWithout(state: ShiftState, events: readonly Envelope[]): CarriedShift {
  const { balances, ...before } = state
  const left = new Map(balances)
  const totals = { sales: before.sales, returns: before.returns, gross: before.gross as number, discount: before.discount as number, net: before.net as number }
  for (const envelope of events) {
    const read = readEvent(envelope)
    if ('fault' in read) continue
    for (const { account, fen: amount } of postingsIn(read.event, before.shift)) left.set(account, (left.get(account) ?? 0) - amount)
    if (read.event.type === SaleRefunded.type && read.event.body.shift === before.shift) {
      totals.returns -= 1
      totals.net += read.event.body.total
    }
    if (read.event.type !== SaleCompleted.type || read.event.body.shift !== before.shift) continue
    const { lines, gross, discount, total } = read.event.body
    totals.sales -= 1
    totals.returns -= lines.some((line) => line.quantity < 0) ? 1 : 0
    totals.gross -= gross
    totals.discount -= discount
    totals.net -= total
  }
  return {
    ...before, sales: totals.sales, returns: totals.returns, gross: fen(totals.gross), discount: fen(totals.discount), net: fen(totals.net),
    postings: postings([...left].map(([account, amount]) => [account, fen(amount)])),
  }
}

/** Whatever the event: what it posts to this shift. */
function postingsIn({ body }: DomainEvent, shift: Id): readonly Posting[] {
  return 'postings' in body && 'shift' in body && body.shift === shift ? body.postings : []
}
