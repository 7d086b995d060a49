/** GTIN-8, -12, -13 and -14 check digits: GS1 General Specifications, modulo 10. */

const LENGTHS = new Set([8, 12, 13, 14])

/** The check digit for a body of ASCII digits without it. */
export function gtinCheckDigit(body: string): string {
  let total = 0
  for (let i = 0; i < body.length; i++) {
    const weight = (body.length - i) % 2 === 1 ? 3 : 1
    total += (body.charCodeAt(i) - 48) * weight
  }
  return String((10 - (total % 10)) % 10)
}

export type GtinVerdict = 'valid' | 'wrong-check-digit' | 'not-gtin'

/** Says whether text is a GTIN; full-width digits are not digits. */
export function checkGtin(text: string): GtinVerdict {
  if (!LENGTHS.has(text.length) || !/^[0-9]+$/.test(text)) return 'not-gtin'
  return gtinCheckDigit(text.slice(0, -1)) === text.at(-1) ? 'valid' : 'wrong-check-digit'
}

/**
 * Restricted circulation numbers of every GTIN length (GS1 General Specifications): 8 digits from 0 or 2, 12 from 2 or 4,
 * 13 from 02, 04 or 20–29. They are the shop's own, so no check digit of anyone else applies.
 */
export function isInStore(text: string): boolean {
  return /^([02][0-9]{7}|[24][0-9]{11}|(0[24]|2[0-9])[0-9]{11})$/.test(text)
}
