/**
 * What a scanned or typed text may be. The same digits can be several things (an 18-digit scale label looks like a payment
 * code), so the answer is all that they can be, likeliest first, and what the screen asks for comes before all else.
 * Whoever knows the goods takes the first that fits; the last always says why nothing did.
 */
import { type Fen, fen, roundHalfUp } from '../money/money.ts'
import { type Milli, milli } from '../quantity/quantity.ts'
import { type Certificate, CERTIFICATE_FIELDS, readCertificate } from './certificate.ts'
import { type CompanyCode, companyIn } from './company.ts'
import { readEmvco } from './emvco.ts'
import { checkGtin, gtinCheckDigit, isInStore } from './gtin.ts'
import { type Element, type Gs1, GS, readBracketed, readElements, readLink } from './gs1.ts'
import { gs1Date } from './gs1-ais.ts'
import { type PaymentCodeChannel, paymentChannelOf } from './payment-code.ts'
import { checkResidentId } from './resident-id.ts'
import { type ScalePattern, itemCodes, readScaleLabel } from './scale-label.ts'
import { checkUscc } from './uscc.ts'

export const ASKS = ['sell', 'refund', 'pay', 'member', 'receipt', 'intake'] as const
/** What the screen is asking for. */
export type Ask = (typeof ASKS)[number]

export interface Ground {
  readonly ask: Ask
  /** The shop's scale labels. */
  readonly labels: readonly ScalePattern[]
  /** Where our own pages are served, such as `https://example.cn`: only links from there are ours. */
  readonly sites: readonly string[]
  /** First digits of a drug trace code that say which drug it is: seven, by most sources. */
  readonly drugDigits?: number
  /** This year, by which two digits of a date get their century. */
  readonly year: number
}

/** What a code says of the goods in hand besides which they are. Fen, grams, pieces; dates as YYYY-MM-DD. */
export interface Measure {
  readonly amount: Fen | null
  readonly grams: Milli | null
  readonly pieces: number | null
  readonly expires: string | null
  readonly lot: string | null
  readonly serial: string | null
}
export const NO_MEASURE: Measure = { amount: null, grams: null, pieces: null, expires: null, lot: null, serial: null }

export type Because =
  | 'empty' | 'too_long' | 'not_found' | 'wrong_check_digit' | 'label_unset' | 'label_check' | 'gs1_bad' | 'gs1_no_good'
  | 'link' | 'person' | 'company' | 'merchant_code'
export type Reading =
  /** `codes`: what such a good may be filed under, best first. */
  | { readonly kind: 'goods'; readonly codes: readonly string[]; readonly form: 'code' | 'label' | 'gs1' | 'link' | 'drug'; readonly measure: Measure }
  | { readonly kind: 'payment'; readonly channel: PaymentCodeChannel }
  | { readonly kind: 'member'; readonly by: 'phone' | 'card'; readonly text: string }
  | { readonly kind: 'credit'; readonly token: string }
  | { readonly kind: 'coupon'; readonly code: string }
  /** Only where goods are taken in; `company` is the code that it names besides, or empty. */
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly company: string }
  | ({ readonly kind: 'company' } & CompanyCode)
  /** By its number, or by the short id of its sale. */
  | { readonly kind: 'receipt'; readonly by: 'no' | 'sale'; readonly text: string }
  /** `detail`: the identifier, the prefix or the site it is about. */
  | { readonly kind: 'unknown'; readonly because: Because; readonly detail: string }

/** Longer than any code a till is shown; a certificate's has it all in words. */
export const CODE_CHARS_MAX = 500
const CERTIFICATE_CHARS_MAX = 1000
const GOOD_CODE_CHARS_MAX = 48

/** Every reading of `text`; never empty, the last is `unknown`. */
export function recognise(text: string, ground: Ground): readonly Reading[] {
  const bare = stripIdentifier(text.trim())
  if (bare.text === '') return [{ kind: 'unknown', because: 'empty', detail: '' }]
  if (bare.text.length > (ground.ask === 'intake' ? CERTIFICATE_CHARS_MAX : CODE_CHARS_MAX)) return [{ kind: 'unknown', because: 'too_long', detail: '' }]
  const [first, last] = ((): [Reading[], Reading] => {
    const link = ownLink(bare.text, ground.sites)
    if (link) return [[link], unknown('not_found')]
    const [found, why] = structured(bare, ground)
    if (ground.ask !== 'intake') return [found, why]
    const supply = supplyIn(bare.text)
    // No goods come by what pays for them.
    return [[...found.filter(({ kind }) => kind !== 'payment'), ...supply ? [supply] : []], why]
  })()
  const asked = first.filter((reading) => isAskedFor(reading, ground.ask))
  return [...asked, ...first.filter((reading) => !asked.includes(reading)), last]
}

/** What a supplier's papers say. A link of the standard's names goods; any other may be where a certificate's code leads. */
function supplyIn(text: string): Reading | undefined {
  const link = readLink(text)
  if ((link && !('fault' in link && link.fault === 'no_key')) || checkResidentId(text.toUpperCase()) === 'valid' || 'code' in readEmvco(text)) return undefined
  const company = companyIn(text)
  const certificate = readCertificate(text)
  const isBare = certificate !== undefined && CERTIFICATE_FIELDS.every((field) => certificate[field] === '')
  // A licence has its owner's name too, and nothing else of a certificate.
  const isLicence = company !== undefined && (!certificate || CERTIFICATE_FIELDS.every((field) => certificate[field] === '' || field === 'promisor' || field === 'product'))
  if (certificate && !isLicence && !(isBare && company)) return { kind: 'certificate', certificate, company: company?.code ?? '' }
  return company && { kind: 'company', ...company }
}

const unknown = (because: Because, detail = ''): Reading => ({ kind: 'unknown', because, detail })

function isAskedFor(reading: Reading, ask: Ask): boolean {
  const { kind } = reading
  if (ask === 'pay') return kind === 'payment' || kind === 'coupon'
  if (ask === 'member') return kind === 'member'
  // Eighteen digits may be a scale's label as well.
  if (ask === 'intake') return kind === 'certificate' || (kind === 'company' && /[A-Z]/.test(reading.code))
  return ask === 'receipt' && kind === 'receipt'
}

/** AIM symbology identifiers (ISO/IEC 15424) that some scanners send ahead; those of GS1 data say so. */
function stripIdentifier(text: string): { text: string; isGs1: boolean } {
  const id = /^\][A-Za-z][0-9A-Za-z]/.exec(text)?.[0]
  if (id) return { text: text.slice(3), isGs1: [']C1', ']e0', ']d2', ']Q3', ']J1'].includes(id) }
  return text.startsWith(GS) ? { text: text.slice(1), isGs1: true } : { text, isGs1: false }
}

/** Our own pages: a receipt, a credit code, a member's card, a coupon. */
function ownLink(text: string, sites: readonly string[]): Reading | undefined {
  const match = /^(https?:\/\/[^/?#]+)((?:\/[^?#]*)?)\/([rcmk])\/([^?#]+)/i.exec(text)
  if (!match) return undefined
  const base = (match[1]! + match[2]!).toLowerCase()
  if (!sites.some((site) => site.replace(/\/+$/, '').toLowerCase() === base)) return undefined
  const rest = match[4]!.replace(/\/$/, '')
  switch (match[3]) {
    case 'r': {
      const sale = /^[A-Za-z0-9_-]+\/([A-Za-z0-9_-]{22})$/.exec(rest)?.[1]
      return sale === undefined ? undefined : { kind: 'receipt', by: 'sale', text: sale }
    }
    case 'c': return { kind: 'credit', token: rest }
    case 'm': return /^[A-Za-z0-9_-]{22}$/.test(rest) ? { kind: 'member', by: 'card', text: rest } : undefined
    case 'k': return /^[A-Za-z0-9_-]{4,60}$/.test(rest) ? { kind: 'coupon', code: rest } : undefined
    default: return undefined
  }
}

function structured({ text, isGs1 }: { text: string; isGs1: boolean }, ground: Ground): [Reading[], Reading] {
  const found: Reading[] = []
  let why = unknown('not_found')
  const plain = text.length <= GOOD_CODE_CHARS_MAX && !text.includes(GS) ? goods([text, ...siblings(text)], 'code') : undefined
  if (plain && !isGs1) found.push(plain)

  for (const pattern of ground.labels) {
    const verdict = readScaleLabel(text, pattern)
    if ('label' in verdict) found.push(goods(itemCodes(pattern, verdict.label.item), 'label', { ...NO_MEASURE, amount: verdict.label.amount, grams: verdict.label.grams }))
    else if (verdict.fault === 'check') why = unknown('label_check', pattern.name)
  }

  const gs1 = readGs1(text, isGs1)
  if (gs1) {
    const reading = 'elements' in gs1.read ? gs1Goods(gs1.read.elements, gs1.form, ground.year) : undefined
    if (reading) found.push(reading)
    else if (gs1.certain) why = 'elements' in gs1.read ? unknown('gs1_no_good', gs1.read.elements[0]!.ai) : unknown('gs1_bad', gs1.read.ai)
  }
  if (/^8[0-9]{19}$/.test(text)) found.push(goods([text, text.slice(0, ground.drugDigits ?? 7)], 'drug', { ...NO_MEASURE, serial: text }))
  if (/^[0-9]{8}-[0-9]{2,8}-[0-9]{4,8}$/.test(text)) found.push({ kind: 'receipt', by: 'no', text })
  if (/^1[3-9][0-9]{9}$/.test(text)) found.push({ kind: 'member', by: 'phone', text })
  const channel = paymentChannelOf(text)
  if (channel) found.push({ kind: 'payment', channel })
  return [found, why.kind === 'unknown' && why.because === 'not_found' ? reasonOf(text) : why]
}

/** Why a text that fits nothing does not: what it looks like, as far as that can be told. */
function reasonOf(text: string): Reading {
  const upper = text.toUpperCase()
  if (checkResidentId(upper) === 'valid') return unknown('person')
  if (/[A-Z]/.test(upper) && checkUscc(upper) === 'valid') return unknown('company')
  if ('code' in readEmvco(text)) return unknown('merchant_code')
  const site = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1]
  if (site !== undefined) return unknown('link', site)
  if (isInStore(text) && text.length === 13) return unknown('label_unset', text.slice(0, 2))
  return unknown(checkGtin(text) === 'wrong-check-digit' && !isInStore(text) ? 'wrong_check_digit' : 'not_found')
}

function goods(codes: readonly string[], form: 'code' | 'label' | 'gs1' | 'link' | 'drug', measure: Measure = NO_MEASURE): Reading {
  return { kind: 'goods', codes, form, measure }
}

/** A UPC-A is an EAN-13 with a leading zero, and a scanner may send either. */
function siblings(code: string): string[] {
  if (/^[0-9]{12}$/.test(code)) return [`0${code}`]
  return /^0[0-9]{12}$/.test(code) ? [code.slice(1)] : []
}

/** `certain`: it can't be anything else. Digits alone are GS1 only where they begin as a GTIN with its right check digit. */
function readGs1(text: string, isGs1: boolean): { read: Gs1; form: 'gs1' | 'link'; certain: boolean } | undefined {
  if (isGs1) return { read: readElements(text), form: 'gs1', certain: true }
  if (/^\([0-9]{2,4}\)/.test(text)) return { read: readBracketed(text), form: 'gs1', certain: true }
  const link = readLink(text)
  if (link) return { read: link, form: 'link', certain: 'fault' in link ? link.fault !== 'no_key' : true }
  if (!/^01[0-9]{14}/.test(text) || checkGtin(text.slice(2, 16)) !== 'valid') return undefined
  return { read: readElements(text), form: 'gs1', certain: text.includes(GS) }
}

/** Undefined where no GTIN says which good it is. */
function gs1Goods(elements: readonly Element[], form: 'gs1' | 'link', year: number): Reading | undefined {
  const value = (ai: string): string | undefined => elements.find((element) => element.ai === ai)?.value
  const gtin = value('01')
  if (gtin === undefined) return undefined
  const measure: Measure = {
    amount: amountIn(elements), grams: gramsIn(elements), pieces: value('30') === undefined ? null : Number(value('30')),
    expires: dateIn(value('17') ?? value('16') ?? value('15'), year), lot: value('10') ?? null, serial: value('21') ?? null,
  }
  return goods(gtinForms(gtin), form, measure)
}
const dateIn = (text: string | undefined, year: number): string | null => (text === undefined ? null : gs1Date(text, year) ?? null)

/** A GTIN-14 in the shorter forms a shop may have it under; with a packing indicator also the GTIN-13 of what is inside, last. */
function gtinForms(gtin: string): string[] {
  const forms = [13, 14, 12, 8].filter((length) => /^0*$/.test(gtin.slice(0, 14 - length))).map((length) => gtin.slice(14 - length))
  return gtin.startsWith('0') ? forms : [...forms, gtin.slice(1, 13) + gtinCheckDigit(gtin.slice(1, 13))]
}

/** More than this in thousandths or in fen is no label. */
const VALUE_MAX = 1_000_000_000

/** `digits` with `decimals` behind the point, in units of which 10^`finest` make one; halves up. Null beyond any label. */
function scaled(digits: string, decimals: number, finest: number): number | null {
  const size = Number(digits)
  const by = decimals - finest
  if (size / 10 ** by > VALUE_MAX || !Number.isSafeInteger(size)) return null
  return by > 0 ? roundHalfUp(size, 1, 10 ** by) : size * 10 ** -by
}

/** AI 310n: net weight in kilograms with n decimals. */
function gramsIn(elements: readonly Element[]): Milli | null {
  for (const { ai, value } of elements) {
    const decimals = /^310([0-5])$/.exec(ai)?.[1]
    const grams = decimals === undefined ? null : scaled(value, Number(decimals), 3)
    if (grams !== null) return milli(grams)
  }
  return null
}

/** AI 392n: amount to pay, 393n with its currency (ISO 4217: 156 is the yuan), n decimals. */
function amountIn(elements: readonly Element[]): Fen | null {
  for (const { ai, value } of elements) {
    const decimals = /^39[23]([0-9])$/.exec(ai)?.[1]
    const isOther = ai.startsWith('393') && !value.startsWith('156')
    const amount = decimals === undefined || isOther ? null : scaled(ai.startsWith('393') ? value.slice(3) : value, Number(decimals), 2)
    if (amount !== null) return fen(amount)
  }
  return null
}
