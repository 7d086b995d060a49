/** A cashier's turn at the drawer: opens with a float, closes with a count. Money in fen. */
import type { Id } from '../identity/ids.ts'
import { postings } from '../ledger/postings.ts'
import { type Fen, fen } from '../money/money.ts'
import { CashMoved, type CashReason, ShiftClosed, ShiftOpened } from './events.ts'

/** The float moves from the safe into the drawer. The event's id is the shift's. */
export function openShift(shift: Id, staff: Id, date: string, float: Fen) {
  return { id: shift, type: ShiftOpened.type, v: 1, body: { shift, staff, date, float, postings: postings([['drawer', float], ['safe', fen(-float)]]) } }
}

/** The account that cash comes from or goes to. */
export const cashAccount = (way: 'in' | 'out', reason: CashReason): string => `cash_${way}:${reason}`

/** Cash into the drawer, or out of it where `amount` is below zero. */
export function moveCash(id: Id, shift: Id, amount: Fen, reason: CashReason, note: string) {
  const account = cashAccount(amount < 0 ? 'out' : 'in', reason)
  return { id, type: CashMoved.type, v: 1, body: { shift, amount, reason, note, postings: postings([['drawer', amount], [account, fen(-amount)]]) } }
}

/** What was counted goes to the safe; what the count differs by is shown in an account of its own, and the drawer is empty. */
export function closeShift(id: Id, shift: { shift: Id; date: string }, staff: Id, drawer: Fen, counted: Fen, sales: number) {
  const difference = fen(counted - drawer)
  return {
    id, type: ShiftClosed.type, v: 1,
    body: {
      shift: shift.shift, staff, date: shift.date, expected: drawer, counted, difference, sales,
      postings: postings([['drawer', difference], ['cash_difference', fen(-difference)], ['drawer', fen(-counted)], ['safe', counted]]),
    },
  }
}

/** A part of a sum, in fen. */
export interface ShiftPart<What extends string = string> { readonly what: What; readonly fen: number }
export interface ShiftParts {
  /** By what the shift's net was paid, and paid back: together it. By channel, and by `refund_due:CHANNEL` what a channel still has to pay back. */
  readonly paid: readonly ShiftPart[]
  /** What moved in the drawer since the float was put in: with that, the cash that should be there. Or the account that cash came from or went to. */
  readonly drawer: readonly ShiftPart<'takings' | 'topped_up' | 'value_refunded' | `cash_${'in' | 'out'}:${string}`>[]
  /** In no sum: what was given on top of stored value, and what coupons cost that were used twice. */
  readonly besides: readonly ShiftPart<'bonus' | 'coupon_loss'>[]
}

/** What a shift's sums are made of, so that whoever adds up its report comes to them. `balances`: fen by account. */
export function shiftParts(net: number, balances: readonly { readonly account: string; readonly fen: number }[]): ShiftParts {
  const of = (account: string): number => balances.find((each) => each.account === account)?.fen ?? 0
  const some = <What extends string>(...parts: ShiftPart<What>[]): ShiftPart<What>[] => parts.filter(({ fen: amount }) => amount !== 0)
  const others = some(
    { what: 'stored_value', fen: of('value:redeemed') },
    ...balances.filter(({ account }) => account.startsWith('channel:')).map(({ account, fen: amount }) => ({ what: account.slice('channel:'.length), fen: amount })),
    ...balances.filter(({ account }) => account.startsWith('refund_due:')).map(({ account, fen: amount }) => ({ what: account, fen: amount })),
  )
  // What no other channel took or paid back, the drawer did.
  const takings = net - others.reduce((sum, part) => sum + part.fen, 0)
  return {
    paid: [...some({ what: 'cash', fen: takings }), ...others],
    drawer: some(
      { what: 'takings', fen: takings },
      { what: 'topped_up', fen: -of('value:topped_up') - of('value:bonus') }, { what: 'value_refunded', fen: -of('value:adjusted') - of('value:correction') },
      // The account is the other side of the drawer's.
      ...balances.flatMap(({ account, fen: amount }) => (/^cash_(in|out):/.test(account) ? [{ what: account as `cash_in:${string}`, fen: -amount }] : [])),
    ),
    besides: some({ what: 'bonus', fen: of('value:bonus') }, { what: 'coupon_loss', fen: of('coupon_loss') }),
  }
}
