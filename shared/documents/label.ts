/**
 * What is on a label, as data: words, amounts and one code, in their order. It knows nothing of dots, fonts or a printer's
 * language; `printers/labels` lays it out once, for the printer and for the picture of the label.
 */
import { z } from 'zod'
import { checkGtin } from '../codes/gtin.ts'
import { maskPhone, normalPhone } from '../identity/person.ts'
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

export const PARCELS_MAX = 50
export const LABEL_KINDS = ['price', 'shelf', 'trace', 'parcel'] as const
export type LabelKind = (typeof LABEL_KINDS)[number]

/** `gs1-128` and `gs1-datamatrix` hold element strings in brackets, `(01)…(10)…`; the others plain text. */
export interface LabelCode {
  readonly form: 'qr' | 'ean13' | 'ean8' | 'code128' | 'gs1-128' | 'gs1-datamatrix'
  readonly content: string
  /** Printed under a linear code, for hands when a scanner fails; empty under a square one that says it elsewhere. */
  readonly caption: string
}

/** `whole`: a number that hands copy. It is made smaller before it goes onto a second line, and breaks at its separators only. */
export interface LabelRow extends ReceiptRow { readonly whole?: boolean }

export interface LabelDocument {
  readonly kind: LabelKind
  readonly language: Language
  readonly title: string
  /** A few words under the title. */
  readonly note: string
  /** `was` is struck through. */
  readonly price: { readonly text: string; readonly per: string; readonly was: string } | null
  readonly rows: readonly LabelRow[]
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
    rows: facts.filter(([, value]) => value !== '').map(([label, value]) => ({ ...row(label, value), whole: label === words.lot })),
    code: { form: 'qr', content: lot.link, caption: '' }, footer: words.scanToTrace,
  }
}

/** What goes onto a parcel, as somebody at the till says it. Personal: it is kept under seal, and no longer than it waits (decision 0024). */
export const ParcelSchema = z.object({
  /** The receipt's, or any other by which the parcel is found; empty for none. */
  no: z.string().trim().max(24),
  to: z.string().trim().max(100), phone: z.string().trim().max(60), address: z.string().trim().max(500), note: z.string().trim().max(200),
  /** A parcel is read by everybody who carries it: the number is masked unless somebody says otherwise. */
  fullPhone: z.boolean(),
  /** So many parcels go together, each with a label of its own. */
  parcels: z.int().min(1).max(PARCELS_MAX),
})
export type Parcel = z.output<typeof ParcelSchema>

/** On the parcels that a shop delivers or hands over itself: for whom, where to, and of how many this is which. */
export function parcelLabels({ no, to, phone, address, note, fullPhone, parcels }: Parcel, from: string, language: Language = 'zh'): LabelDocument[] {
  const words: LabelWords = LABEL_WORDS[language]
  const shown = fullPhone ? phone : maskNumber(phone)
  const rows = (part: number): LabelRow[] => [
    row(words.address, address, true), row(words.parcel, parcels === 1 ? '' : `${part} / ${parcels}`, true), row(words.note, note), { ...row(words.number, no), whole: true }, row(words.from, from),
  ]
  return Array.from({ length: parcels }, (_, i) => ({
    kind: 'parcel' as const, language, title: [to, shown].filter(Boolean).join(' '), note: '', price: null, rows: rows(i + 1).filter(({ value }) => value !== ''), code: numberCode(no), footer: '',
  }))
}

/** Bars for whoever hands it over to scan; a number that bars can't hold is a QR code. */
function numberCode(no: string): LabelCode | null {
  if (no === '') return null
  return /^[\x20-\x7e]+$/.test(no) ? { form: 'code128', content: no, caption: '' } : { form: 'qr', content: no, caption: '' }
}

/** As `maskPhone` does it, whatever spaces and dashes are in it; of what is no single number only its last two characters are left. */
function maskNumber(phone: string): string {
  return maskPhone(normalPhone(phone) ?? phone.slice(0, -2).replace(/./gu, '*').slice(-4) + phone.slice(-2))
}
