/** A customer's paper as the shop wants it: its logo and words at the head, and without what it leaves out. */
import type { Paper, PaperPart } from '../catalog/paper.ts'
import type { ReceiptDocument } from './receipt.ts'
import { WORDS } from './words.ts'

/** Papers that customers take with them; a shift's or a stock room's are as they are. */
const CUSTOMERS = new Set<ReceiptDocument['kind']>(['sale', 'refund', 'top_up'])

export function arranged(doc: ReceiptDocument, paper: Paper): ReceiptDocument {
  if (!CUSTOMERS.has(doc.kind)) return doc
  const words = WORDS[doc.language]
  const isHidden = (part: PaperPart): boolean => paper.hide.includes(part)
  const hidden = new Set([isHidden('till') ? words.till : '', isHidden('staff') ? words.staff : '', isHidden('pieces') ? words.pieces : ''])
  const number = doc.facts.find(({ label }) => label === words.number)?.value
  const rowsOf = <Row extends { label: string }>(rows: readonly Row[]): Row[] => rows.filter(({ label }) => label === '' || !hidden.has(label))
  return {
    ...doc, logo: paper.logo, large: paper.large,
    shop: { ...doc.shop, header: paper.header, address: isHidden('address') ? '' : doc.shop.address, phone: isHidden('phone') ? '' : doc.shop.phone },
    facts: rowsOf(doc.facts),
    totals: doc.totals.filter((rows) => !isHidden('member') || rows !== doc.member).map((rows) => rowsOf(rows)),
    codes: [
      ...paper.bars && number ? [{ form: 'bars' as const, content: number, caption: number, note: '' }] : [],
      ...doc.codes.filter(({ of }) => !(of === 'receipt' && isHidden('receipt_code')) && !(of === 'credit' && isHidden('credit_code'))),
    ],
  }
}
