/** Paying for a ticket: a member's points and stored value as far as this till holds them, and cash for the rest. Points that the sale earns, or takes back. */
import { type Loyalty, payablePoints, pointsFor } from '../catalog/loyalty.ts'
import type { Id } from '../identity/ids.ts'
import { type Fen, ZERO, fen } from '../money/money.ts'
import { type Holding, type Move, type Purse, draw, heldOf } from '../payments/purse.ts'
import { type Tender, takeCash } from '../payments/tender.ts'
import type { Refusal } from './sale.ts'

/** A member as a sale needs them. */
export interface Customer {
  readonly member: Id
  readonly loyalty: Loyalty
  /** What this till holds, and what there is in the shop as far as it knows. */
  readonly holdings: Readonly<Record<Purse, readonly Holding[]>>
  readonly balance: Readonly<Record<Purse, number>>
  /** per cent off today, their birthday; 0 on other days and where they had it this year */
  readonly birthday: number
}
export interface Payment {
  /** fen of cash handed over */
  readonly given: Fen
  /** fen of stored value; below zero gives it back for goods that came back */
  readonly value: number
  /** Points to pay with. */
  readonly points: number
  /** fen that came by one of the shop's own codes, as somebody saw; `via` is its name. */
  readonly code?: { readonly via: string; readonly fen: Fen } | null
}
export interface Paid {
  readonly tenders: Tender[]
  readonly moves: Move[]
}

export function takePayment(total: Fen, payment: Payment, customer: Customer | undefined): Paid | { refused: Refusal } {
  const { value, points, code } = payment
  if ((value !== 0 || points !== 0) && !customer) return { refused: { code: 'member.none' } }
  const worth = points * (customer?.loyalty.worth ?? 0)
  const rest = fen(total - value - worth - (code?.fen ?? 0))
  // Each pays in the direction of the total, and no more than that.
  const isTooMuch = total > 0 ? value < 0 || rest < 0 : value > 0 || rest > 0 || points !== 0 || Boolean(code)
  if (isTooMuch || (points > 0 && points > payablePoints(total, points, customer!.loyalty))) return { refused: { code: 'sale.paid_too_much', detail: { total } } }
  const moves: Move[] = []
  const tenders: Tender[] = []
  const pay = (channel: 'points' | 'stored_value', amount: number): void => { if (amount !== 0) tenders.push({ channel, amount: fen(amount), given: ZERO, change: ZERO }) }
  for (const [purse, amount] of [['points', points], ['value', Math.max(0, value)]] as const) {
    if (amount === 0) continue
    const drawn = draw(customer!.holdings[purse], purse, amount, 'spent')
    if (!drawn) return { refused: tooLittle(customer!, purse) }
    moves.push(...drawn)
  }
  pay('points', worth)
  pay('stored_value', value)
  if (value < 0) moves.push({ member: customer!.member, purse: 'value', delta: -value, why: 'returned' })
  if (code) tenders.push({ channel: 'static_code', amount: code.fen, given: ZERO, change: ZERO, via: code.via })
  const cash = rest === 0 && tenders.length > 0 ? undefined : takeCash(rest, payment.given)
  if (rest > 0 && !cash) return { refused: { code: 'sale.too_little_cash', detail: { total: rest, given: payment.given } } }
  if (cash) tenders.push(cash)
  if (customer) {
    const earned = pointsFor(total - worth, customer.loyalty)
    if (earned !== 0) moves.push({ member: customer.member, purse: 'points', delta: earned, why: earned > 0 ? 'earned' : 'returned' })
  }
  return { tenders, moves }
}

/** Where there is more than this till holds, another till has the rest. */
export function tooLittle({ holdings, balance }: Pick<Customer, 'holdings' | 'balance'>, purse: Purse): Refusal {
  const held = heldOf(holdings[purse])
  return { code: balance[purse] > held ? 'member.elsewhere' : 'member.too_little', detail: { purse, held, balance: balance[purse] } }
}

/** What the purse comes to after these moves. */
export const after = (balance: Readonly<Record<Purse, number>>, moves: readonly Move[], purse: Purse): number =>
  moves.reduce((sum, move) => sum + (move.purse === purse ? move.delta : 0), balance[purse])

/** The member once these moves are made. */
export function moved(customer: Customer, moves: readonly Move[]): Customer {
  const each = <Value>(of: (purse: Purse) => Value): Record<Purse, Value> => ({ points: of('points'), value: of('value') })
  const deltaOf = (member: Id, purse: Purse): number => moves.reduce((sum, move) => sum + (move.member === member && move.purse === purse ? move.delta : 0), 0)
  return {
    ...customer,
    holdings: each((purse) => customer.holdings[purse].map(({ member, held }) => ({ member, held: held + deltaOf(member, purse) }))),
    balance: each((purse) => customer.balance[purse] + customer.holdings[purse].reduce((sum, { member }) => sum + deltaOf(member, purse), 0)),
  }
}
