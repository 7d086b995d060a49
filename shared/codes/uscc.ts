/** Unified social credit code, GB 32100-2015: 18 characters, weights 3^i mod 31. Real codes fail it: warn, never block. */

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

export type UsccVerdict = 'valid' | 'wrong-check-character' | 'malformed'

export function checkUscc(text: string): UsccVerdict {
  if (!/^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$/.test(text)) return 'malformed'
  let total = 0
  let weight = 1
  for (let i = 0; i < 17; i++) {
    total += ALPHABET.indexOf(text[i]!) * weight
    weight = (weight * 3) % 31
  }
  return ALPHABET[(31 - (total % 31)) % 31] === text[17] ? 'valid' : 'wrong-check-character'
}
