/** The paper of a refund, which says what came back, of which sale, and what was paid back; in an exchange also what was taken. */
import { amountOf } from '../quantity/quantity.ts'
import type { Refund } from '../sales/refund-events.ts'
import { formatYuan } from '../money/money.ts'
import { dateTimeText } from './date-text.ts'
import { memberRows } from './member-paper.ts'
import { type PrintedSale, type PrintedShop, quantityText, type ReceiptDocument } from './receipt.ts'
import { type ReceiptRow, row, yuanText } from './rows.ts'
import { type Language, WORDS, fill } from './words.ts'

export interface RefundReceiptInput {
  readonly shop: PrintedShop
  readonly refund: Refund
  /** What was taken in exchange. */
  readonly exchange: Pick<PrintedSale, 'no' | 'total' | 'tenders'> | null
  readonly at: number
  readonly till: string
  readonly staffNo: string
  /** Who allowed it; empty where nobody had to. */
  readonly allowedNo: string
  /** Names of coupons that are good again. */
  readonly coupons?: readonly string[]
  readonly copy: boolean
  readonly language?: Language
}

export function refundReceipt({ shop, refund, exchange, at, till, staffNo, allowedNo, coupons = [], copy, language = 'zh' }: RefundReceiptInput): ReceiptDocument {
  const words = WORDS[language]
  const lines = refund.lines.map((line) => {
    // A label said what it came to, whatever the price; a price by hand is shown as it was charged.
    const amount = line.gross !== undefined && line.price === line.list ? line.gross : amountOf(line.price, line.quantity, line.per)
    return {
      name: `${words.returnMark}${line.name}`, quantity: quantityText(line), price: formatYuan(line.price), amount: formatYuan(amount),
      discounts: amount === line.amount ? [] : [row(words.discountBack, formatYuan(line.amount - amount))],
    }
  })
  const from = refund.saleNo ?? (refund.sale === null ? words.noReceipt : words.otherTill)
  const about: ReceiptRow[] = [row(words.originalSale, from), row(words.reason, words.refundReasons[refund.reason] ?? refund.reason)]
  if (refund.note !== '') about.push(row(words.note, refund.note))
  if (!refund.known && refund.sale !== null) about.push(row(words.byReceipt, ''))
  if (allowedNo !== '') about.push(row(words.allowedBy, allowedNo))
  const paid = refund.tenders.map(({ channel, amount, due }) => row(due ? fill(words.dueBack, { channel: words.channels[channel] ?? channel }) : words.channelsBack[channel] ?? channel, yuanText(amount)))
  // Of what a member paid with, each goes back and pays on its own way; what differs over the counter is cash.
  const cashOf = (tenders: readonly { channel: string; amount: number }[]): number => tenders.reduce((sum, { channel, amount }) => sum + (channel === 'cash' ? amount : 0), 0)
  const difference = exchange ? cashOf(exchange.tenders) - cashOf(refund.tenders) : 0
  const isMixed = exchange !== null && [...refund.tenders, ...exchange.tenders].some(({ channel }) => channel !== 'cash')
  const others = isMixed ? exchange.tenders.filter(({ channel }) => channel !== 'cash').map(({ channel, amount }) => row(words.channels[channel] ?? channel, yuanText(amount))) : []
  const swap = exchange ? [[row(words.exchangeFor, exchange.no), row(words.total, yuanText(exchange.total)), ...others, row(difference >= 0 ? words.paidMore : words.paidBack, yuanText(Math.abs(difference)), true)]] : []
  const member = memberRows(refund, words)
  return {
    kind: 'refund', language, shop: { name: shop.name, address: shop.address, phone: shop.phone }, title: exchange ? words.exchanged : words.returned,
    copy: copy ? { mark: words.copy, note: words.copyNote } : null,
    facts: [row(words.number, refund.no), row(words.till, till), row(words.time, dateTimeText(at, shop.zone)), row(words.staff, staffNo)],
    heads: { name: words.goods, quantity: words.quantity, price: words.price, amount: words.amount },
    lines, totals: [about, [row(words.payOut, yuanText(refund.total), exchange === null), ...exchange && !isMixed ? [] : paid], ...swap, ...(member.length > 0 ? [member] : []), ...(coupons.length > 0 ? [coupons.map((name) => row(words.couponBack, name))] : []), [row(words.customerSigns, '_'.repeat(16))]],
    member, codes: [], footer: shop.footer,
  }
}
