/**
 * What is on a receipt, as data: words and amounts in their order, ready to read. It knows nothing of columns, fonts,
 * printers or bytes; `printers/receipt.ts` lays it out, once, for paper and for the picture of the paper.
 */
import type { Logo } from '../catalog/paper.ts'
import type { Shop } from '../catalog/shop.ts'
import { type Fen, fen, formatYuan } from '../money/money.ts'
import { type Milli, type Pricing, amountOf, formatQuantity } from '../quantity/quantity.ts'
import { type Off, isTicketWide, sumOffs } from '../pricing/offs.ts'
import type { Tender } from '../payments/tender.ts'
import type { Sale, SaleLine } from '../sales/events.ts'
import { dateTimeText } from './date-text.ts'
import { shiftParts } from '../sales/shift.ts'
import { memberRows } from './member-paper.ts'
import { type ReceiptRow, row, yuanText } from './rows.ts'
import { type Language, type Words, WORDS, channelText, fill } from './words.ts'

export interface ReceiptLine {
  readonly name: string
  /** `2` or `1.250 公斤`; a return's is negative and its name is marked */
  readonly quantity: string
  /** yuan per unit, without a sign of currency */
  readonly price: string
  /** yuan before the discount */
  readonly amount: string
  /** What was taken off the line and why, as rows under it; its share of what is off the whole ticket stands with the totals. */
  readonly discounts: readonly ReceiptRow[]
  /** Further rows under the line, such as its lots. */
  readonly more?: readonly ReceiptRow[]
}
export interface ReceiptCode {
  /** Whose it is, where a shop may leave it out. */
  readonly of?: 'receipt' | 'credit'
  /** A QR code where it doesn't say; bars are Code 128. */
  readonly form?: 'bars'
  readonly content: string
  readonly caption: string
  readonly note: string
}
export interface ReceiptDocument {
  readonly kind: 'sale' | 'refund' | 'shift' | 'cash' | 'top_up' | 'report' | 'stock' | 'pick' | 'test'
  readonly language: Language
  readonly shop: { readonly name: string; readonly header?: string; readonly address: string; readonly phone: string }
  readonly logo?: Logo | null
  /** Goods and sums in letters of twice the height. */
  readonly large?: boolean
  readonly title: string
  /** Why this paper is not the first of its kind; null on the first. */
  readonly copy: { readonly mark: string; readonly note: string } | null
  /** Number, till, time, cashier. */
  readonly facts: readonly ReceiptRow[]
  readonly heads: Pick<ReceiptLine, 'name' | 'quantity' | 'price' | 'amount'>
  readonly lines: readonly ReceiptLine[]
  /** Groups are set apart by a rule. */
  readonly totals: readonly (readonly ReceiptRow[])[]
  /** The one of `totals` that is about the member. */
  readonly member?: readonly ReceiptRow[]
  readonly codes: readonly ReceiptCode[]
  readonly footer: string
}

export { type ReceiptRow, yuanText } from './rows.ts'

/** The parts of a shop that are printed. */
export type PrintedShop = Pick<Shop, 'name' | 'address' | 'phone' | 'zone' | 'footer'>
/** The parts of a sale that are printed: the journal's body and the till's view of it both have them. */
export type PrintedSale = Pick<Sale, 'no' | 'lines' | 'total' | 'tenders' | 'member' | 'moves'>

export const headOf = ({ name, address, phone }: PrintedShop): ReceiptDocument['shop'] => ({ name, address, phone })

/**
 * `2` for pieces, `1.250 公斤` for a weighing, in the unit it is priced by: 1250 g at a price per 斤 (500 g) is
 * `2.500 斤`. As many decimals as show a single gram; an unknown unit falls back to thousandths.
 */
export function quantityText(line: { pricing: Pricing; quantity: Milli; per: number; unit: string }): string {
  if (line.pricing === 'piece') return formatQuantity(line.quantity)
  const inUnit = (line.quantity * 1000) / line.per
  if (!Number.isSafeInteger(inUnit)) return `${formatQuantity(line.quantity, 3)} ${line.unit}`
  let decimals = 0
  while (decimals < 3 && 10 ** decimals % line.per !== 0) decimals++
  return `${formatQuantity(inUnit, decimals)} ${line.unit}`
}

/**
 * A line's figures as its reader checks them, in fen: price × quantity = amount, less the discount is what was paid. A
 * price raised by hand is shown as charged, since "discount -1.00" would have to be explained at the counter.
 */
export function figuresOf(line: SaleLine): { price: Fen; amount: Fen; discount: Fen; offs: readonly Off[] } {
  // Sales of before there were reasons say one sum.
  const known = line.offs ?? [{ why: 'discount' as const, fen: line.discount }]
  const isDearer = known.some((off) => (off.why === 'price' || !line.offs) && (line.quantity < 0 ? off.fen > 0 : off.fen < 0))
  const amount = isDearer ? amountOf(line.price, line.quantity, line.per) : line.gross
  const discount = fen(amount - line.net)
  const offs = line.offs ? line.offs.filter(({ why }) => !isDearer || why !== 'price') : [{ why: 'discount' as const, fen: discount }]
  return { price: isDearer ? line.price : line.list, amount, discount, offs: offs.filter((off) => off.fen !== 0) }
}

/** What people read for an off: the promotion's name, or what was done by hand. */
const offText = ({ why, name }: Off, words: Words): string => name ?? words.offs[why]

function lineOf(line: SaleLine, words: Words): { printed: ReceiptLine; gross: number; discount: number } {
  const { price, amount, discount, offs } = figuresOf(line)
  const printed: ReceiptLine = {
    name: line.quantity < 0 ? `${words.returnMark}${line.name}` : line.name,
    quantity: quantityText(line),
    price: formatYuan(price),
    amount: formatYuan(amount),
    discounts: offs.filter((off) => !isTicketWide(off)).map((off) => row(offText(off, words), formatYuan(-off.fen))),
  }
  return { printed, gross: amount, discount }
}

/** Pieces sold, a weighing counting as one; returns count apart, so that "2 and -1" doesn't read as one. */
function piecesText(lines: readonly SaleLine[], words: Words): string {
  const count = (some: readonly SaleLine[]): number =>
    some.reduce((pieces, line) => pieces + (line.pricing === 'weight' ? 1000 : Math.abs(line.quantity)), 0)
  const sold = count(lines.filter((line) => line.quantity > 0))
  const back = count(lines.filter((line) => line.quantity < 0))
  const texts = []
  if (sold > 0) texts.push(fill(words.piecesOf, { n: formatQuantity(sold) }))
  if (back > 0) texts.push(fill(words.piecesBack, { n: formatQuantity(back) }))
  return texts.join(' ')
}

function tenderRows(tender: Tender, words: Words): ReceiptRow[] {
  if (tender.amount < 0) return [row(words.channelsBack[tender.channel] ?? tender.channel, yuanText(-tender.amount))]
  const given = row(words.channels[tender.channel] ?? tender.channel, yuanText(tender.given > 0 ? tender.given : tender.amount))
  return tender.change > 0 ? [given, row(words.change, yuanText(tender.change))] : [given]
}

export interface SaleReceiptInput {
  readonly shop: PrintedShop
  readonly sale: PrintedSale
  /** UTC milliseconds of the sale */
  readonly at: number
  readonly till: string
  readonly staffNo: string
  /** True on any paper but the first. */
  readonly copy: boolean
  /** The receipt's public page; null while the till has no cloud. */
  readonly receiptUrl: string | null
  /** The shop's credit code and until when it is good, in UTC milliseconds. */
  readonly credit: { readonly url: string; readonly expiresAt: number } | null
  readonly language?: Language
}

/** The receipt of a sale; of a refund, when money goes back. */
export function saleReceipt({ shop, sale, at, till, staffNo, copy, receiptUrl, credit, language = 'zh' }: SaleReceiptInput): ReceiptDocument {
  const words = WORDS[language]
  const lines = sale.lines.map((line) => lineOf(line, words))
  const gross = lines.reduce((total, line) => total + line.gross, 0)
  const discount = lines.reduce((total, line) => total + line.discount, 0)
  const isPaidOut = sale.total < 0
  const totals = [row(words.pieces, piecesText(sale.lines, words))]
  const wide = sumOffs(sale.lines).filter(isTicketWide).map((off) => row(offText(off, words), yuanText(-off.fen)))
  if (discount !== 0) totals.push(row(words.gross, yuanText(gross)), ...wide, row(wide.length > 0 ? words.saved : words.discount, yuanText(-discount)))
  totals.push(isPaidOut ? row(words.payOut, yuanText(-sale.total), true) : row(words.total, yuanText(sale.total), true))

  const member = memberRows(sale, words)
  const codes: ReceiptCode[] = []
  if (receiptUrl !== null) codes.push({ of: 'receipt', content: receiptUrl, caption: words.receiptCode, note: '' })
  if (credit !== null) {
    codes.push({ of: 'credit', content: credit.url, caption: words.creditCode, note: fill(words.validUntil, { until: dateTimeText(credit.expiresAt, shop.zone) }) })
  }
  return {
    kind: 'sale', language, shop: headOf(shop), title: isPaidOut ? words.returned : words.sale,
    copy: copy ? { mark: words.copy, note: words.copyNote } : null,
    facts: [row(words.number, sale.no), row(words.till, till), row(words.time, dateTimeText(at, shop.zone)), row(words.staff, staffNo)],
    heads: { name: words.goods, quantity: words.quantity, price: words.price, amount: words.amount },
    lines: lines.map((line) => line.printed),
    totals: [totals, sale.tenders.filter((tender) => tender.amount !== 0 || sale.total === 0).flatMap((tender) => tenderRows(tender, words)), ...(member.length > 0 ? [member] : [])],
    member, codes, footer: shop.footer,
  }
}

/** A shift's figures, in fen and UTC milliseconds, as the till reports them; null is what is not known or not shown. */
export interface ShiftFigures {
  readonly staffNo: string
  readonly openedAt: number
  readonly closedAt: number | null
  readonly sales: number
  readonly returns: number
  readonly gross: number | null
  readonly discount: number | null
  readonly net: number | null
  readonly float: number
  readonly expected: number | null
  readonly counted: number | null
  readonly difference: number | null
  /** fen by account */
  readonly balances: readonly { readonly account: string; readonly fen: number }[]
  readonly cashiers: readonly { readonly staffNo: string; readonly sales: number; readonly net: number }[]
  readonly openings: number
  /** fen paid back for goods */
  readonly refunded: number | null
  readonly z: number | null
}
export interface ShiftReceiptInput {
  readonly shop: PrintedShop
  readonly report: ShiftFigures
  readonly till: string
  readonly copy: boolean
  readonly language?: Language
}

/** The report a cashier signs. */
export function shiftReceipt({ shop, report, till, copy, language = 'zh' }: ShiftReceiptInput): ReceiptDocument {
  const words = WORDS[language]
  const parts = report.net === null ? undefined : shiftParts(report.net, report.balances)
  const drawerWords: Readonly<Record<string, string>> = { takings: words.takings, topped_up: words.toppedUp, value_refunded: words.valueRefunded }
  const cash = [row(words.float, yuanText(report.float)), ...(parts?.drawer ?? []).map(({ what, fen: amount }) => row(drawerWords[what] ?? words.cashReasons[what.slice('cash_'.length)] ?? what, yuanText(amount)))]
  if (report.expected !== null) cash.push(row(words.expected, yuanText(report.expected)))
  if (report.counted !== null) cash.push(row(words.counted, yuanText(report.counted)))
  if (report.difference !== null) cash.push(row(words.difference, yuanText(report.difference), true))
  const sold = [row(words.sales, String(report.sales)), row(words.returns, String(report.returns))]
  // Where nothing came off it, what was sold is the net, and is said once.
  if (report.gross !== null && report.gross !== report.net) sold.push(row(words.gross, yuanText(report.gross)))
  if (report.discount) sold.push(row(words.discount, yuanText(-report.discount)))
  if (report.refunded) sold.push(row(words.refunded, yuanText(-report.refunded)))
  if (report.net !== null) sold.push(row(words.net, yuanText(report.net), true))
  const dueBack = (what: string): string | undefined => (what.startsWith('refund_due:') ? fill(words.dueBack, { channel: words.channels[what.slice('refund_due:'.length)] ?? what.slice('refund_due:'.length) }) : undefined)
  const paid = parts === undefined || parts.paid.length === 0 ? [] : [[row(`【${words.tenders}】`, words.net), ...parts.paid.map(({ what, fen: amount }) => row(dueBack(what) ?? channelText(words.channels, what), yuanText(amount)))]]
  const besides = (parts?.besides ?? []).map(({ what, fen: amount }) => row(what === 'bonus' ? words.bonus : words.couponLoss, yuanText(amount)))
  // One cashier's part of a shift is all of it.
  const cashiers = report.cashiers.length < 2 ? [] : [[row(`【${words.staff}】`, words.net), ...report.cashiers.map(({ staffNo, sales, net }) => row(`${words.staff} ${staffNo} × ${sales}`, yuanText(net)))]]
  return {
    kind: 'shift', language, shop: headOf(shop), title: report.z === null ? words.shiftX : fill(words.shiftZ, { n: String(report.z) }), copy: copy ? { mark: words.copy, note: '' } : null,
    facts: [
      row(words.staff, report.staffNo), row(words.till, till), row(words.opened, dateTimeText(report.openedAt, shop.zone)),
      row(words.closed, report.closedAt === null ? words.stillOpen : dateTimeText(report.closedAt, shop.zone)),
    ],
    heads: { name: '', quantity: '', price: '', amount: '' }, lines: [], totals: [sold, ...paid, ...cashiers, cash, [...besides, row(words.openings, String(report.openings)), row(words.signature, '_'.repeat(16))]], codes: [], footer: '',
  }
}

export interface CashSlipInput {
  readonly shop: PrintedShop
  /** fen; below zero was taken out */
  readonly amount: number
  readonly reason: string
  readonly note: string
  readonly at: number
  readonly till: string
  readonly staffNo: string
  readonly copy: boolean
  readonly language?: Language
}

/** What lies in the drawer in the place of cash that was taken out, or beside what was put in. */
export function cashSlip({ shop, amount, reason, note, at, till, staffNo, copy, language = 'zh' }: CashSlipInput): ReceiptDocument {
  const words = WORDS[language]
  const why = words.cashReasons[`${amount < 0 ? 'out' : 'in'}:${reason}`] ?? reason
  const rows = [row(words.reason, why), row(words.amount, yuanText(Math.abs(amount)), true)]
  if (note !== '') rows.push(row(words.note, note))
  return {
    kind: 'cash', language, shop: headOf(shop), title: amount < 0 ? words.cashOut : words.cashIn, copy: copy ? { mark: words.copy, note: '' } : null,
    facts: [row(words.till, till), row(words.time, dateTimeText(at, shop.zone)), row(words.staff, staffNo)],
    heads: { name: '', quantity: '', price: '', amount: '' }, lines: [], totals: [rows, [row(words.signature, '_'.repeat(16))]], codes: [], footer: '',
  }
}

export interface TestReceiptInput {
  readonly shop: PrintedShop
  readonly at: number
  readonly till: string
  readonly printer: { readonly name: string; readonly profile: string; readonly columns: number }
  /** Something to scan: the shop's site, if it has one. */
  readonly url: string
  readonly language?: Language
}

/** What shows at a glance whether a printer has the right width, knows Chinese, and draws codes that can be read. */
export function testReceipt({ shop, at, till, printer, url, language = 'zh' }: TestReceiptInput): ReceiptDocument {
  const words = WORDS[language]
  return {
    kind: 'test', language, shop: headOf(shop), title: words.test, copy: null,
    facts: [
      row(words.printer, printer.name), row(words.profile, printer.profile), row(words.columns, String(printer.columns)),
      row(words.till, till), row(words.time, dateTimeText(at, shop.zone)),
    ],
    heads: { name: words.goods, quantity: words.quantity, price: words.price, amount: words.amount },
    lines: [{ name: words.testSample, quantity: '1', price: '12.34', amount: '12.34', discounts: [] }],
    totals: [[row(words.total, yuanText(1234), true)]],
    codes: url === '' ? [] : [{ content: url, caption: url, note: '' }], footer: words.testFooter,
  }
}
