/**
 * GS1 application identifiers and what may stand behind each: GS1 General Specifications, section 3. A value is one or more
 * pieces: `N14c` fourteen digits of which the last is the check digit, `N..6` up to six digits, `X..20` up to twenty of the
 * 82 characters GS1 allows, `N6d` a date YYMMDD (day 00: the month's end), `[…]` a piece that may be missing.
 */
import { gtinCheckDigit } from './gtin.ts'

const X70 = '4302 4303 4304 4305 4306 4312 4313 4314 4315 4316 8110 8112 8200 7257'
const SINGLE: Readonly<Record<string, string>> = {
  N18c: '00 8017 8018', N14c: '01 02 03', N14: '8001', N13c: '410 411 412 413 414 415 416 417', N17c: '402', N6d: '11 12 13 15 16 17 7006 4326', N2: '20 7241', N1: '4321 4322 4323 7252',
  N3: '422 424 426', N4: '8111', N6: '8005', N8: '7250', N10: '7003 4324 4325', N12: '7251', N13: '7001', N20: '4309', 'N..4': '7004', 'N..6': '242', 'N..8': '30 37', 'N..10': '8019', 'N..12': '8011',
  X2: '4307 4317', X3: '7258', 'X..2': '7010', 'X..3': '427 7008', 'X..4': '7041', 'X..10': '7009 7255', 'X..12': '7005',
  'X..20': '10 21 22 243 254 420 4318 7020 7021 7022 710 711 712 713 714 715 716 717 7240 8002 8012', 'X..25': '7242 8013 8014 8020', 'X..28': '235',
  'X..30': '240 241 250 251 400 401 403 4308 4319 7002 7023 8004 90', 'X..34': '8007', 'X..35': '4300 4301 4310 4311 4320', 'X..40': '7253 7254 7259', 'X..50': '8009', 'X..70': X70,
  'X..90': '91 92 93 94 95 96 97 98 99 7256', 'Y..30': '8010', 'Z..90': '8030',
  'N13c [X..17]': '253', 'N13c [N..12]': '255', 'N3 X..9': '421', 'N3 [N3] [N3] [N3] [N3]': '423 425', 'N6d [N6d]': '7007', 'N6d [N4]': '7011', 'N6 [H1]': '4330 4331 4332 4333',
  'N1 X3': '7040', 'O1 N13c [X..16]': '8003', 'N14c N4': '8006 8026', 'N8 [N..4]': '8008',
}
/** Families whose last digit is a number: of decimals, of a processor. */
const FAMILIES: readonly (readonly [first: number, last: number, digits: number, pieces: string])[] = [
  [310, 316, 5, 'N6'], [320, 329, 5, 'N6'], [330, 337, 5, 'N6'], [340, 349, 5, 'N6'], [350, 357, 5, 'N6'], [360, 369, 5, 'N6'],
  [390, 390, 9, 'N..15'], [391, 391, 9, 'N3 N..15'], [392, 392, 9, 'N..15'], [393, 393, 9, 'N3 N..15'], [394, 394, 3, 'N4'], [395, 395, 5, 'N6'],
  [703, 703, 9, 'N3 X..27'], [723, 723, 9, 'X2 X..28'],
]

interface Piece {
  readonly set: RegExp
  readonly least: number
  readonly most: number
  /** It may be missing. */
  readonly optional: boolean
  readonly rule: string
}
interface Identifier { readonly pieces: readonly Piece[] }

const SETS: Readonly<Record<string, RegExp>> = {
  N: /^[0-9]*$/, O: /^0*$/, H: /^-*$/, X: /^[!"%-?A-Z_a-z]*$/, Y: /^[#\-/0-9A-Z]*$/, Z: /^[A-Za-z0-9_-]*={0,2}$/,
}

function piece(text: string): Piece {
  const [, open, set, upTo, size, rule] = /^(\[?)([NOHXYZ])(\.\.)?([0-9]+)([cd]?)\]?$/.exec(text)!
  const most = Number(size)
  return { set: SETS[set!]!, least: upTo ? 1 : most, most, optional: open !== '', rule: rule! }
}
const identifier = (pieces: string): Identifier => ({ pieces: pieces.split(' ').map(piece) })

const AIS: ReadonlyMap<string, Identifier> = new Map([
  ...Object.entries(SINGLE).flatMap(([pieces, ais]) => ais.split(' ').map((ai) => [ai, identifier(pieces)] as const)),
  ...FAMILIES.flatMap(([first, last, digits, pieces]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((family) => Array.from({ length: digits + 1 }, (_, digit) => [`${family}${digit}`, identifier(pieces)] as const))),
])

/** First two digits of identifiers whose length is known without a separator (General Specifications, figure 7.8.5-2), and that length with the identifier's own digits. */
const PREDEFINED: Readonly<Record<string, number>> = {
  '00': 20, '01': 16, '02': 16, '03': 16, '04': 18, 11: 8, 12: 8, 13: 8, 14: 8, 15: 8, 16: 8, 17: 8, 18: 8, 19: 8, 20: 4, 31: 10, 32: 10, 33: 10, 34: 10, 35: 10, 36: 10, 41: 16,
}

export const isAi = (ai: string): boolean => AIS.has(ai)

/** The identifier that `text` begins with. */
export function aiAt(text: string): string | undefined {
  return [2, 3, 4].map((length) => text.slice(0, length)).find(isAi)
}

/** How many characters the identifier and its value take together, where no separator need follow. */
export const predefinedLength = (ai: string): number | undefined => PREDEFINED[ai.slice(0, 2)]

/** What is wrong with the value of an identifier that is known. */
export function faultOf(ai: string, value: string): 'length' | 'characters' | 'check' | 'date' | undefined {
  let at = 0
  for (const { set, least, most, optional, rule } of AIS.get(ai)!.pieces) {
    const left = value.length - at
    if (left === 0 && optional) break
    const take = Math.min(most, left)
    if (take < least) return 'length'
    const text = value.slice(at, at + take)
    if (!set.test(text)) return 'characters'
    if (rule === 'c' && gtinCheckDigit(text.slice(0, -1)) !== text.at(-1)) return 'check'
    if (rule === 'd' && gs1Date(text) === undefined) return 'date'
    at += take
  }
  return at < value.length ? 'length' : undefined
}

/**
 * `YYMMDD` as `YYYY-MM-DD`; day 00 is the month's last. The century is the nearest to `year` (General Specifications
 * 7.12): a year 51 or more ahead is of the century before. Undefined where there is no such day.
 */
export function gs1Date(text: string, year = 2026): string | undefined {
  if (!/^[0-9]{6}$/.test(text)) return undefined
  const [yy, month, day] = [Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4, 6))]
  const apart = yy - (year % 100)
  const full = Math.floor(year / 100) * 100 + yy + (apart >= 51 ? -100 : apart <= -50 ? 100 : 0)
  const days = new Date(Date.UTC(full, month, 0)).getUTCDate()
  if (month < 1 || month > 12 || day > days) return undefined
  return `${full}-${text.slice(2, 4)}-${String(day || days).padStart(2, '0')}`
}
