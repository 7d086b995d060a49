/** Identifiers: UUIDs made where the thing is made (RFC 9562), and their 22-character form for codes on paper. */
import { z } from 'zod'

export const IdSchema = z.uuid().toLowerCase()
export type Id = string

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** UUID → 22 characters of base64url (RFC 4648 §5), to keep QR codes small. */
export function shortId(id: Id): string {
  const hex = `${id.replaceAll('-', '')}0`
  let out = ''
  let bits = 0
  let held = 0
  for (const digit of hex) {
    bits = (bits << 4) | Number.parseInt(digit, 16)
    held += 4
    while (held >= 6 && out.length < 22) {
      held -= 6
      out += ALPHABET[(bits >> held) & 63]
      bits &= (1 << held) - 1
    }
  }
  return out
}

/** 22 characters of base64url → UUID; undefined for anything else. */
export function longId(short: string): Id | undefined {
  if (!/^[A-Za-z0-9_-]{22}$/.test(short)) return undefined
  let hex = ''
  let bits = 0
  let held = 0
  for (const char of short) {
    bits = (bits << 6) | ALPHABET.indexOf(char)
    held += 6
    while (held >= 4) {
      held -= 4
      hex += ((bits >> held) & 15).toString(16)
      bits &= (1 << held) - 1
    }
  }
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
  return shortId(id) === short ? id : undefined
}

/** A UUIDv7 from a time in UTC milliseconds and ten random bytes: sorts by time, so indexes stay tight. */
export function uuidv7(at: number, random: Uint8Array): Id {
  const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12)
  const bytes = [...random.subarray(0, 10)]
  if (bytes.length < 10) throw new RangeError('uuidv7 needs ten random bytes')
  bytes[0] = (bytes[0]! & 0x0f) | 0x70
  bytes[2] = (bytes[2]! & 0x3f) | 0x80
  const rest = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 20)}`
}
