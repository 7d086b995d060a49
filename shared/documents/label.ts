/**
 * What is on a label, as data: words, amounts and one code, in their order. It knows nothing of dots, fonts or a printer's
 * language; `printers/labels` lays it out once, for the printer and for the picture of the label.
 */
import { z } from 'zod'
import { checkGtin } from '../codes/gtin.ts'
import { type Fen, formatYuan } from '../money/money.ts'
import { type ReceiptRow, row } from './rows.ts'
import { type LabelWords, LABEL_WORDS } from './label-words.ts'
import type { Language } from './words.ts'

/** Millimetres of one label on its roll; printers' heads are up to 108 mm wide. */
export const LabelSizeSchema = z.object({ width: z.int().min(20).max(108), height: z.int().min(15).max(200) })
export type LabelSize = z.output<typeof LabelSizeSchema>

/** The rolls that are sold most, in mm. */
export const LABEL_SIZES: readonly LabelSize[] = [
  { width: 40, height: 30 }, { width: 50, height: 30 }, { width: 60, height: 40 }, { width: 70, height: 50 }, { width: 100, height: 100 },
]

/** What is in a label printer, and what it speaks. */
export const LabelMediaSchema = z.object({
  language: z.enum(['tspl', 'zpl']),
  /** Dots in a millimetre: 203 or 300 dpi. */
  density: z.union([z.literal(8), z.literal(12)]),
  size: LabelSizeSchema,
  /** mm between two labels; 0 for a roll without gaps */
  gap: z.int().min(0).max(20),
  /** 1 (slow) to 14 inches a second, as far as the model goes; 0 leaves it as it is set */
  speed: z.int().min(0).max(14),
  /** 0 to 15 in TSPL, to 30 in ZPL; -1 leaves it as it is set */
  darkness: z.int().min(-1).max(30),
})
export type LabelMedia = z.output<typeof LabelMediaSchema>

export const LABEL_KINDS = ['price', 'shelf', 'trace', 'parcel'] as const
export type LabelKind = (typeof LABEL_KINDS)[number]

/** `gs1-128` and `gs1-datamatrix` hold element strings in brackets, `(01)…(10)…`; the others plain text. */
export interface LabelCode {
  readonly form: 'qr' | 'ean13' | 'ean8' | 'code128' | 'gs1-128' | 'gs1-datamatrix'
  readonly content: string
  /** Printed under a linear code, for hands when a scanner fails; empty under a square one that says it elsewhere. */
  readonly caption: string
}

export interface LabelDocument {
  readonly kind: LabelKind
  readonly language: Language
  readonly title: string
  /** A few words under the title. */
  readonly note: string
  /** `was` is struck through. */
  readonly price: { readonly text: string; readonly per: string; readonly was: string } | null
  readonly rows: readonly ReceiptRow[]
  readonly code: LabelCode | null
  readonly footer: string
}

/** So many of one label. */
export interface LabelRun { readonly label: LabelDocument; readonly copies: number }

export interface LabelledGood {
  readonly name: string
  readonly code: string
  readonly spec: string
  readonly origin: string
  readonly unit: string
  readonly price: Fen
  /** fen a member pays, where that is less */
  readonly memberPrice?: Fen | undefined
}

/** The code a shop's goods are scanned by: EAN where it is one, Code 128 for the shop's own, which needs no check digit. */
export function codeOf(code: string): LabelCode | null {
  if (code === '') return null
  const isGtin = checkGtin(code) === 'valid'
  if (isGtin && code.length === 13) return { form: 'ean13', content: code, caption: code }
  if (isGtin && code.length === 12) return { form: 'ean13', content: `0${code}`, caption: code }
  if (isGtin && code.length === 8) return { form: 'ean8', content: code, caption: code }
  return /^[\x20-\x7e]+$/.test(code) ? { form: 'code128', content: code, caption: code } : { form: 'qr', content: code, caption: '' }
}

const priceOf = ({ price, unit }: Pick<LabelledGood, 'price' | 'unit'>) => ({ text: formatYuan(price), per: unit === '' ? '' : `/${unit}`, was: '' })

/** Stuck on the goods themselves: what it is, what it costs, and what is scanned. */
export function priceLabel(good: LabelledGood, language: Language = 'zh'): LabelDocument {
  return { kind: 'price', language, title: good.name, note: good.spec, price: priceOf(good), rows: [], code: codeOf(good.code), footer: '' }
}

/**
 * On the shelf (标价签): name, price and unit, specification and origin, as the rule on clearly marked prices asks, and the
 * price for members.
 */
export function shelfLabel(good: LabelledGood, shopName: string, language: Language = 'zh'): LabelDocument {
  const words: LabelWords = LABEL_WORDS[language]
  const rows = [
    ...(good.spec === '' ? [] : [row(words.spec, good.spec)]),
    ...(good.origin === '' ? [] : [row(words.origin, good.origin)]),
    ...(good.memberPrice === undefined || good.memberPrice >= good.price ? [] : [row(words.memberPrice, `￥${formatYuan(good.memberPrice)}`, true)]),
  ]
  return { kind: 'shelf', language, title: good.name, note: '', price: priceOf(good), rows, code: codeOf(good.code), footer: shopName }
}

export interface TracedLot {
  readonly good: string
  readonly lot: string
  readonly origin: string
  readonly producer: string
  /** Of the promise certificate (承诺达标合格证): when it was issued, YYYY-MM-DD; empty without one. */
  readonly issued: string
  readonly tested: string
  readonly expires: string
  readonly quantity: string
  /** A GS1 Digital Link to the lot's or the item's public page. */
  readonly link: string
}

/** One lot or one item (一物一码): the certificate's title stands on it where there is one, as the rule for its QR form asks. */
export function traceLabel(lot: TracedLot, language: Language = 'zh'): LabelDocument {
  const words: LabelWords = LABEL_WORDS[language]
  const facts: readonly (readonly [string, string])[] = [
    [words.lot, lot.lot], [words.quantity, lot.quantity], [words.origin, lot.origin], [words.producer, lot.producer], [words.issued, lot.issued],
    [words.tested, lot.tested], [words.expires, lot.expires],
  ]
  return {
    kind: 'trace', language, title: lot.good, note: lot.issued === '' ? '' : words.certificate, price: null,
    rows: facts.filter(([, value]) => value !== '').map(([label, value]) => row(label, value)),
    code: { form: 'qr', content: lot.link, caption: '' }, footer: words.scanToTrace,
  }
}

export interface Parcel {
  readonly no: string
  readonly to: string
  /** Masked: a parcel is read by everybody who carries it. */
  readonly phone: string
  readonly address: string
  readonly from: string
  readonly note: string
}

/** On a parcel that the shop delivers itself. */
export function parcelLabel(parcel: Parcel, language: Language = 'zh'): LabelDocument {
  const words: LabelWords = LABEL_WORDS[language]
  const rows = [row(words.to, [parcel.to, parcel.phone].filter(Boolean).join(' '), true), row(words.address, parcel.address), row(words.from, parcel.from), ...(parcel.note === '' ? [] : [row(words.note, parcel.note)])]
  return { kind: 'parcel', language, title: parcel.no, note: '', price: null, rows, code: { form: 'code128', content: parcel.no, caption: parcel.no }, footer: '' }
}
