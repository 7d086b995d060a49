/**
 * Codes of lots and items: GS1 Digital Link URIs (URI syntax 1.4) under the shop's own page, and numbers for goods that have none.
 * `…/01/{gtin}/10/{lot}/21/{serial}`: any reader of the standard takes the part from `/01/` on.
 */
import type { Good } from '../catalog/good.ts'
import { faultOf } from '../codes/gs1-ais.ts'
import { readLink } from '../codes/gs1.ts'
import { checkGtin, gtinCheckDigit, isInStore } from '../codes/gtin.ts'
import { type Id, shortId } from '../identity/ids.ts'

export interface TraceCode {
  /** 14 digits */
  readonly gtin: string
  readonly lot: string
  /** Empty for a code of the whole lot. */
  readonly serial: string
}

/** Whether AI 10 can hold it; dots alone would be taken for a way up by whatever opens the link. */
export const isLotNo = (no: string): boolean => no !== '' && faultOf('10', no) === undefined && !/^\.+$/.test(no)

/** Everything that is not unreserved (RFC 3986 §2.3) is escaped: some of the characters a lot may have mean something in a path. */
const escaped = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

export function tracePath({ gtin, lot, serial }: TraceCode): string {
  return `/01/${gtin}/10/${escaped(lot)}${serial === '' ? '' : `/21/${escaped(serial)}`}`
}
export function traceLink(site: string, shop: Id, code: TraceCode): string {
  return `${site.replace(/\/+$/, '')}/s/${shortId(shop)}${tracePath(code)}`
}

/** What a link names; undefined where it is none, or names no lot of a good. */
export function readTraceLink(text: string): TraceCode | undefined {
  const read = readLink(text)
  if (!read || 'fault' in read) return undefined
  const value = (ai: string): string => read.elements.find((each) => each.ai === ai)?.value ?? ''
  const code = { gtin: value('01'), lot: value('10'), serial: value('21') }
  return code.gtin !== '' && code.lot !== '' ? code : undefined
}

/** Digits of an id's last bits, which are random. */
const digitsOf = (id: Id, digits: number): string => (BigInt(`0x${id.replaceAll('-', '').slice(-14)}`) % 10n ** BigInt(digits)).toString().padStart(digits, '0')

/**
 * A restricted circulation number within one company (GS1 General Specifications, GS1-13 prefix 04): three digits of the shop
 * and seven of the good, the same at every till. Two goods may share one; lots, which are numbered by the shop, keep them apart.
 * Not 20–29: with those scales print their labels.
 */
export function ownGtin(shop: Id, good: Id): string {
  const body = `004${digitsOf(shop, 3)}${digitsOf(good, 7)}`
  return body.padStart(13, '0') + gtinCheckDigit(body.padStart(13, '0'))
}

/** GTIN-14 of a good: of its codes the first that is anybody's, else one of the shop's own. */
export function gtinOf(shop: Id, { id, code, codes }: Pick<Good, 'id' | 'code' | 'codes'>): string {
  const own = [code, ...codes].find((each) => checkGtin(each) === 'valid' && !isInStore(each))
  return own === undefined ? ownGtin(shop, id) : own.padStart(14, '0')
}
