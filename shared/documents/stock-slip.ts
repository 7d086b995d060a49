/** The stock room's papers: what came, what left, what was written off, what a count found; signed by whom it concerns. */
import { type Fen, formatYuan } from '../money/money.ts'
import { amountOf, formatQuantity, milli, type Pricing, thousandthsPer } from '../quantity/quantity.ts'
import { dateTimeText } from './date-text.ts'
import { type PrintedShop, type ReceiptDocument, type ReceiptLine, type ReceiptRow, quantityText, yuanText } from './receipt.ts'
import { STOCK_WORDS, type StockWords } from './stock-words.ts'
import { type Language, WORDS, fill } from './words.ts'

export interface StockSlipLine {
  readonly name: string
  readonly unit: string
  readonly pricing: Pricing
  /** thousandths */
  readonly quantity: number
  /** fen per unit; null is not known or not said */
  readonly cost: Fen | null
  readonly lots: readonly { readonly no: string; readonly expiry: string; readonly quantity: number }[]
  /** What another paper, or the books, said it should be, in thousandths, where that is not what it is; and the difference's name. */
  readonly expected: number | null
  readonly fault: string | null
}
export interface StockSlipInput {
  readonly shop: PrintedShop
  /** The event's type: what paper this is. */
  readonly kind: string
  readonly no: string
  readonly at: number
  readonly till: string
  readonly staffNo: string
  readonly copy: boolean
  /** Whom it came from or goes to, why, under which other number; empty where there is none. */
  readonly party: string
  readonly reason: string
  readonly document: string
  readonly note: string
  readonly lines: readonly StockSlipLine[]
  /** How many goods were counted; null on any other paper. */
  readonly counted: number | null
  readonly language?: Language
}

const row = (label: string, value: string, strong = false): ReceiptRow => ({ label, value, strong })
/** Papers that go from hand to hand have two signatures. */
const HANDED = new Set(['stock.received', 'stock.sent', 'stock.taken'])

export function stockSlip({ shop, kind, no, at, till, staffNo, copy, party, reason, document, note, lines, counted, language = 'zh' }: StockSlipInput): ReceiptDocument {
  const words = WORDS[language]
  const own = STOCK_WORDS[language]
  const partyLabel = kind === 'stock.sent' ? own.to : kind === 'stock.taken' ? own.from : own.supplier
  const facts = [row(words.number, no), row(words.till, till), row(words.time, dateTimeText(at, shop.zone)), row(words.staff, staffNo)]
  if (party !== '') facts.push(row(partyLabel, party))
  if (document !== '') facts.push(row(kind === 'stock.taken' ? own.document : own.order, document))
  if (reason !== '') facts.push(row(words.reason, own.wasteReasons[reason] ?? reason))
  const known = lines.filter((line) => line.cost !== null)
  const sums = [row(own.kinds, fill(own.kindsOf, { n: String(new Set(lines.map(({ name }) => name)).size) }))]
  if (counted !== null) sums.splice(0, 1, row(own.goodsCounted, fill(own.kindsOf, { n: String(counted) })), row(own.differing, fill(own.kindsOf, { n: String(lines.length) })))
  if (known.length > 0) sums.push(row(own.cost, yuanText(known.reduce((sum, line) => sum + costOf(line), 0)), true))
  const signatures = HANDED.has(kind) ? [own.handedOver, own.takenOver] : [words.signature]
  return {
    kind: 'stock', language, shop: { name: shop.name, address: shop.address, phone: shop.phone }, title: own.titles[kind] ?? kind, copy: copy ? { mark: words.copy, note: '' } : null,
    facts, heads: known.length > 0 ? { name: words.goods, quantity: words.quantity, price: words.price, amount: words.amount } : { name: words.goods, quantity: '', price: '', amount: counted === null ? words.quantity : own.counted },
    lines: lines.map((line) => lineOf(line, own, { isCount: counted !== null, isPriced: known.length > 0 })),
    totals: [sums, ...(note === '' ? [] : [[row(words.note, note)]]), signatures.map((label) => row(label, '_'.repeat(16)))], codes: [], footer: '',
  }
}

const perOf = ({ pricing, unit }: StockSlipLine): number => thousandthsPer(pricing, unit)
const costOf = (line: StockSlipLine): number => (line.cost === null ? 0 : amountOf(line.cost, milli(line.quantity), perOf(line)))
function textOf(line: StockSlipLine, quantity: number): string {
  return line.pricing === 'piece' ? formatQuantity(quantity) : quantityText({ pricing: line.pricing, unit: line.unit, per: perOf(line), quantity: milli(quantity) })
}

/** A line and, under it, one row for each lot and one for the difference. */
function lineOf(line: StockSlipLine, own: StockWords, { isCount, isPriced }: { isCount: boolean; isPriced: boolean }): ReceiptLine {
  const under: ReceiptRow[] = line.lots.map(({ no, expiry, quantity }) => row(
    [...(no === '' ? [] : [`${own.lot} ${no}`]), ...(expiry === '' ? [] : [`${own.expiry} ${expiry}`])].join(' '), line.lots.length > 1 || isCount ? textOf(line, quantity) : '',
  ))
  if (line.expected !== null) {
    const difference = line.quantity - line.expected
    const what = fill(isCount ? own.booked : own.sent, { sent: textOf(line, line.expected), n: textOf(line, line.expected) })
    under.push(row([what, line.fault === null ? '' : own.faults[line.fault] ?? line.fault].filter((text) => text !== '').join(' '), `${difference > 0 ? '+' : ''}${textOf(line, difference)}`))
  }
  return {
    name: line.name, discounts: under,
    // Where nothing has a price, how many stands where the eye looks for it.
    ...(isPriced ? { quantity: textOf(line, line.quantity), price: line.cost === null ? '' : formatYuan(line.cost), amount: line.cost === null ? '' : formatYuan(costOf(line)) } : { quantity: '', price: '', amount: textOf(line, line.quantity) }),
  }
}
