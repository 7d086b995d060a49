/** What papers say of members' points and stored value: on a receipt, on the slip of a top-up. */
import type { Move } from '../payments/purse.ts'
import type { Sale } from '../sales/events.ts'
import { dateTimeText } from './date-text.ts'
import type { PrintedShop, ReceiptDocument } from './receipt.ts'
import { type ReceiptRow, row, yuanText } from './rows.ts'
import { type Language, type Words, WORDS } from './words.ts'

/** Points that the sale gave or took back, and what is left. Nothing of who the member is. */
export function memberRows({ member, moves = [] }: Partial<Pick<Sale, 'member' | 'moves'>>, words: Words): ReceiptRow[] {
  if (!member) return []
  const points = (is: (move: Move) => boolean): number => moves.reduce((sum, move) => sum + (move.purse === 'points' && is(move) ? move.delta : 0), 0)
  const spent = Math.abs(points(({ why }) => why === 'spent'))
  const earned = points(({ why }) => why === 'earned' || why === 'returned')
  const refunded = points(({ why }) => why === 'refunded')
  return [
    ...(spent === 0 ? [] : [row(words.pointsSpent, String(spent))]), ...(earned === 0 ? [] : [row(words.pointsEarned, String(earned))]), ...(refunded === 0 ? [] : [row(words.pointsRefunded, String(refunded))]),
    row(words.pointsLeft, String(member.points)), ...(member.value === 0 && !moves.some(({ purse }) => purse === 'value') ? [] : [row(words.valueLeft, yuanText(member.value))]),
  ]
}

export interface TopUpSlipInput {
  readonly shop: PrintedShop
  /** fen of cash; below zero was paid out */
  readonly amount: number
  readonly bonus: number
  /** fen of stored value after it */
  readonly balance: number
  readonly at: number
  readonly till: string
  readonly staffNo: string
  readonly copy: boolean
  readonly language?: Language
}

/** The member's proof of what they paid in. */
export function topUpSlip({ shop, amount, bonus, balance, at, till, staffNo, copy, language = 'zh' }: TopUpSlipInput): ReceiptDocument {
  const words = WORDS[language]
  const isRefund = amount < 0
  const rows = [row(isRefund ? words.valueRefunded : words.toppedUp, yuanText(Math.abs(amount)), true), ...(bonus === 0 ? [] : [row(words.bonus, yuanText(bonus))]), row(words.valueLeft, yuanText(balance))]
  return {
    kind: 'top_up', language, shop: { name: shop.name, address: shop.address, phone: shop.phone }, title: isRefund ? words.valueRefunded : words.topUp,
    copy: copy ? { mark: words.copy, note: '' } : null,
    facts: [row(words.till, till), row(words.time, dateTimeText(at, shop.zone)), row(words.staff, staffNo)],
    heads: { name: '', quantity: '', price: '', amount: '' }, lines: [], totals: [rows], codes: [], footer: shop.footer,
  }
}
