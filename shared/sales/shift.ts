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
