/**
 * A merchant's payment code as EMVCo lays it down (EMV QR Code Specification, Merchant-Presented Mode 1.1): objects of two
 * digits of id, two of length, and a value. Lengths count characters; the CRC runs over UTF-8 bytes.
 */

export interface EmvcoCode { readonly name: string; readonly country: string; readonly amount: string | undefined }
export type EmvcoVerdict = { readonly code: EmvcoCode } | { readonly fault: 'not_emvco' | 'length' | 'crc' }

/** CRC-16/CCITT-FALSE: polynomial 0x1021, begins at 0xFFFF, neither reflected nor inverted. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

export function readEmvco(text: string): EmvcoVerdict {
  if (!text.startsWith('000201')) return { fault: 'not_emvco' }
  const chars = [...text]
  const objects = new Map<string, string>()
  let at = 0
  while (at < chars.length) {
    const head = chars.slice(at, at + 4).join('')
    if (!/^[0-9]{4}$/.test(head)) return { fault: 'length' }
    const size = Number(head.slice(2))
    const value = chars.slice(at + 4, at + 4 + size)
    if (value.length < size) return { fault: 'length' }
    objects.set(head.slice(0, 2), value.join(''))
    at += 4 + size
    if (head.startsWith('63') && at < chars.length) return { fault: 'length' }
  }
  const said = objects.get('63')
  const bytes = new TextEncoder().encode(chars.slice(0, -4).join(''))
  if (said === undefined || crc16(bytes).toString(16).toUpperCase().padStart(4, '0') !== said.toUpperCase()) return { fault: 'crc' }
  return { code: { name: objects.get('59') ?? '', country: objects.get('58') ?? '', amount: objects.get('54') } }
}
