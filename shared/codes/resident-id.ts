/** Resident identity number, GB 11643-1999: 18 characters, ISO 7064 MOD 11-2. Recognised so that it is never kept, shown or logged as a code. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** First two digits of the provinces and their like (GB/T 2260), and 8 for the residence permits of GB 11643's second use. */
const REGION = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/

export type ResidentIdVerdict = 'valid' | 'wrong-check-character' | 'malformed'

export function checkResidentId(text: string): ResidentIdVerdict {
  if (!/^[0-9]{17}[0-9X]$/.test(text) || !REGION.test(text)) return 'malformed'
  const [year, month, day] = [Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14))]
  const born = new Date(Date.UTC(year, month - 1, day))
  if (year < 1800 || born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) return 'malformed'
  const total = WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(text[i]), 0)
  return '10X98765432'[total % 11] === text[17] ? 'valid' : 'wrong-check-character'
}
