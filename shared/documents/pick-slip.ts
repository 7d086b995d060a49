/** What the kitchen makes or the stock room picks: names and how many, large, and no prices. */
import type { PrintedSale, PrintedShop, ReceiptDocument } from './receipt.ts'
import { quantityText } from './receipt.ts'
import { dateTimeText } from './date-text.ts'
import { row } from './rows.ts'
import { type Language, WORDS } from './words.ts'

export interface PickSlipInput {
  readonly shop: PrintedShop
  readonly sale: Pick<PrintedSale, 'no' | 'lines'>
  /** Only lines of these, by their place in the sale: one printer's part of it. */
  readonly only: readonly number[]
  readonly at: number
  readonly till: string
  readonly staffNo: string
  readonly note: string
  readonly copy: boolean
  readonly language?: Language
}

/** Nothing of what comes back: it is not made again. */
export function pickSlip({ shop, sale, only, at, till, staffNo, note, copy, language = 'zh' }: PickSlipInput): ReceiptDocument {
  const words = WORDS[language]
  const lines = sale.lines.filter((line, i) => only.includes(i) && line.quantity > 0)
  return {
    kind: 'pick', language, shop: { name: shop.name, address: '', phone: '' }, large: true, title: words.pick, copy: copy ? { mark: words.copy, note: words.pickCopy } : null,
    facts: [row(words.number, sale.no), row(words.time, dateTimeText(at, shop.zone)), row(words.till, till), row(words.staff, staffNo)],
    heads: { name: words.goods, quantity: '', price: '', amount: words.quantity },
    lines: lines.map((line) => ({ name: line.name, quantity: '', price: '', amount: quantityText(line), discounts: [] })),
    totals: note === '' ? [] : [[row(words.note, note, true)]], codes: [], footer: '',
  }
}
