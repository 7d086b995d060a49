/** A recall's notice on receipt paper: hung up where customers see it, and gone by when the shelves are cleared. */
import { dateTimeText } from '../documents/date-text.ts'
import { headOf, type PrintedShop, type ReceiptDocument } from '../documents/receipt.ts'
import { row } from '../documents/rows.ts'
import { fill, type Language, WORDS } from '../documents/words.ts'
import { NOTICE_WORDS } from './notice-words.ts'
import type { Recall } from './recall.ts'

export interface NoticeInput {
  readonly shop: PrintedShop
  readonly till: string
  /** UTC ms */
  readonly printedAt: number
  readonly copy: boolean
  readonly recall: Recall
  readonly goodName: string
  /** Lots it is about, with what is left as people read it. */
  readonly lots: readonly { readonly name: string; readonly no: string; readonly expiry: string; readonly left: string }[]
  /** Sales of this till that name one of them. */
  readonly sales: number
  /** Those besides that name no lot and may be of one. */
  readonly unnamed: number
  /** Sales of before are still being looked through: there may be more. */
  readonly isPartial: boolean
  /** The whole good stops, whatever lot it is of. */
  readonly isWhole: boolean
  readonly language?: Language
}

export function recallNotice({ shop, till, printedAt, copy, recall, goodName, lots, sales, unnamed, isPartial, isWhole, language = 'zh' }: NoticeInput): ReceiptDocument {
  const words = WORDS[language]
  const own = NOTICE_WORDS[language]
  const { what } = recall
  const said: readonly (readonly [string, string])[] = [
    [own.good, goodName], [own.lot, what.no], [own.supplier, what.supplier], [own.days, what.from === what.to ? what.from : [what.from, what.to].join(' – ')],
    [words.reason, own.reasons[recall.reason] ?? recall.reason], [words.note, recall.note],
  ]
  return {
    kind: 'stock', language, shop: headOf(shop), title: recall.lifted === null ? own.title : own.lifted, copy: copy ? { mark: words.copy, note: '' } : null,
    facts: [row(own.since, dateTimeText(recall.at, shop.zone)), row(words.till, till), ...said.filter(([, value]) => value.trim() !== '' && value !== ' – ').map(([label, value]) => row(label, value))],
    heads: { name: words.goods, quantity: '', price: '', amount: own.left },
    lines: lots.map(({ name, no, expiry, left }) => ({ name, quantity: '', price: '', amount: left, discounts: no + expiry === '' ? [] : [row([no, expiry].filter((text) => text !== '').join(' · '), '')] })),
    totals: [[row(own.sales, fill(own.salesOf, { n: String(sales) }), true), ...unnamed === 0 ? [] : [row(own.unnamed, fill(own.unnamedOf, { n: String(unnamed) }))], ...isPartial ? [row(own.partial, '')] : []], [row(own.printed, dateTimeText(printedAt, shop.zone))]],
    codes: [], footer: recall.lifted === null ? isWhole ? own.wholeFooter : own.footer : isWhole ? own.wholeLiftedFooter : own.liftedFooter,
  }
}
