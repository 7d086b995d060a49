/** What a cashier types or scans to find a sale again, read. */
import { type Id, longId } from '../identity/ids.ts'
import { type Fen, parseYuan } from '../money/money.ts'

export type ReceiptText =
  | { readonly kind: 'code'; readonly shop: Id; readonly sale: Id }
  | { readonly kind: 'no'; readonly no: string; readonly till: string }
  /** The end of a number, filled up to its four digits. */
  | { readonly kind: 'ending'; readonly ending: string }
  | { readonly kind: 'amount'; readonly fen: Fen }
  | { readonly kind: 'nothing' }

/** A receipt's QR text, a whole number, the last digits of one, or an amount in yuan with its point. */
export function readReceiptText(text: string): ReceiptText {
  const plain = text.trim()
  const code = /\/r\/([\w-]{22})\/([\w-]{22})(?:[/?#]|$)/.exec(plain)
  if (code) {
    const [shop, sale] = [longId(code[1]!), longId(code[2]!)]
    return shop && sale ? { kind: 'code', shop, sale } : { kind: 'nothing' }
  }
  const no = /^(\d{8})-(\d{2,})-(\d{4,})$/.exec(plain)
  if (no) return { kind: 'no', no: plain, till: no[2]! }
  if (/^\d{1,6}$/.test(plain)) return { kind: 'ending', ending: plain.padStart(4, '0') }
  const amount = /[.￥¥元]/.test(plain) ? parseYuan(plain) : undefined
  return amount === undefined ? { kind: 'nothing' } : { kind: 'amount', fen: amount }
}
