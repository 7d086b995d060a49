/**
 * Lays a receipt out, as receiptline's markup: one layout for a width of paper, which receiptline then turns into bytes
 * for the printer and into the picture of the same paper. Columns are computed here from what has to fit in them, so
 * that amounts stand right-aligned and whole; long names wrap in their own column.
 */
import type { Logo } from '#shared/catalog/paper.ts'
import type { ReceiptCode, ReceiptDocument, ReceiptLine, ReceiptRow } from '#shared/documents/receipt.ts'
import { Bitmap } from './dots/bitmap.ts'
import { toPng } from './dots/png.ts'
import { symbolOf } from './labels/symbols.ts'
import type { PrinterProfile } from './profiles.ts'
import { columnsOf, literal, printable, propertyValue, wrapped } from './text.ts'

const RULE = '---'
const BLANK = ''
/** Feeds 12 dots (ESC J), where a blank line would be too much and nothing too little: around what is printed large. */
const GAP = '{command:\\x1bJ\\x0c}'
/** Below this a name's column would break words to pieces; the line is then printed in two rows. */
const NAME_COLUMNS_MIN = 18
/** A code is drawn about 30 mm wide: small enough for 58 mm paper, large enough for an old phone. */
const CODE_DOTS = 240
const CODE_CELL_MIN = 3
/** Width of the narrowest bar, a quarter of a millimetre, and height of all, 8 mm. */
const BAR_DOTS = 2
const BARS_DOTS = 64
const CODE_CELL_MAX = 8

const width = (text: string): number => columnsOf(printable(text))
const widest = (texts: readonly string[]): number => Math.max(1, ...texts.map(width))
/** Cells of one row, the first to the left and the others to the right. An empty cell would vanish, so it is a space. */
const cells = (first: string, ...rest: string[]): string => [`${first || '~'} `, ...rest.map((text) => ` ${text || '~'}`)].join('|')

export function toMarkup(doc: ReceiptDocument, profile: PrinterProfile): string {
  const parts = [
    header(doc, profile.columns),
    facts(doc.facts, profile.columns),
    doc.lines.length > 0 ? goods(doc, profile.columns) : [],
    doc.totals.filter((rows) => rows.length > 0).flatMap((rows) => [RULE, ...rows.flatMap((row) => total(row, profile.columns, doc.large ?? false))]),
    doc.codes.flatMap((code) => codeBlock(code, profile)),
    doc.footer === '' ? [] : ['{width:auto}', RULE, literal(doc.footer)],
  ]
  return parts.flat().join('\n')
}

/** Printed at twice the size where that fits on one line, else at twice the height. */
function large(text: string, columns: number): string {
  return width(text) * 2 <= columns ? `^^^${literal(text)}` : `^^${literal(text)}`
}

function header({ shop, logo, title, copy }: ReceiptDocument, columns: number): string[] {
  const lines = ['{width:auto;border:space;text:wrap;align:center}', ...(logo ? [`{image:${logoPng(logo)}}`, GAP] : []), large(shop.name, columns), GAP]
  if (shop.header) lines.push(literal(shop.header))
  if (shop.address !== '') lines.push(literal(shop.address))
  if (shop.phone !== '') lines.push(literal(shop.phone))
  lines.push(BLANK, `"${literal(title)}`)
  if (copy !== null) {
    lines.push(GAP, `^^^"${literal(copy.mark)}`, GAP)
    if (copy.note !== '') lines.push(literal(copy.note))
  }
  return [...lines, RULE]
}

/** Short facts share a line, left and right, where they fit. */
function facts(rows: readonly ReceiptRow[], columns: number): string[] {
  const lines: string[] = []
  const textOf = ({ label, value }: ReceiptRow): string => `${label} ${value}`
  for (let i = 0; i < rows.length; i++) {
    const left = textOf(rows[i]!)
    const next = rows[i + 1]
    if (next !== undefined && width(left) + width(textOf(next)) + 2 <= columns) {
      const right = textOf(next)
      lines.push(`{width:* ${width(right)}}`, cells(literal(left), literal(right)))
      i++
    } else {
      lines.push('{width:*}', `|${literal(left)} |`)
    }
  }
  return lines
}

function logoPng({ width, height, dots }: Logo): string {
  const bitmap = new Bitmap(width, height)
  bitmap.data.set(Buffer.from(dots, 'base64').subarray(0, bitmap.data.length))
  return Buffer.from(toPng(bitmap)).toString('base64')
}

/** Goods in a table of four columns where a name has room, else with quantity and amount on a row of their own. */
function goods({ kind, heads, lines, large: isLarge }: ReceiptDocument, columns: number): string[] {
  const high = isLarge ? '^^' : ''
  // One column more than the widest: with the border, two spaces between numbers.
  const quantity = 1 + widest([heads.quantity, ...lines.map((line) => line.quantity)])
  const price = 1 + widest([heads.price, ...lines.map((line) => line.price)])
  const amount = 1 + widest([heads.amount, ...lines.flatMap((line) => [line.amount, ...line.discounts.map(({ value }) => value)])])
  const borders = 3
  const nameColumns = columns - quantity - price - amount - borders
  const isTable = nameColumns >= NAME_COLUMNS_MIN
  const fourColumns = `{width:* ${quantity} ${price} ${amount}}`
  const twoColumns = `{width:* ${amount}}`
  // A list of how many of what.
  if (kind === 'pick') {
    return [RULE, twoColumns, cells(literal(heads.name), literal(heads.amount)), RULE, ...lines.flatMap((line) => [twoColumns, cells(high + wrapped(line.name, columns - amount - 1), high + literal(line.amount)), ...rowsUnder(line, twoColumns)])]
  }
  const head = isTable
    ? [fourColumns, cells(literal(heads.name), literal(heads.quantity), literal(heads.price), literal(heads.amount))]
    : [twoColumns, cells(literal(`${heads.name}  ${times(heads)}`), literal(heads.amount))]
  return [RULE, ...head, RULE, ...lines.flatMap((line) => [
    ...(isTable
      ? [fourColumns, cells(high + wrapped(line.name, nameColumns), high + literal(line.quantity), high + literal(line.price), high + literal(line.amount))]
      : ['{width:*}', `|${high}${wrapped(line.name, columns) || '~'} |`, twoColumns, cells(`${high}~~${literal(times(line))}`, high + literal(line.amount))]),
    ...rowsUnder(line, twoColumns),
  ])]
}

/** A line without a price says how many, and no more. */
const times = ({ quantity, price }: Pick<ReceiptLine, 'quantity' | 'price'>): string => (price === '' ? quantity : `${quantity} × ${price}`)

function rowsUnder({ discounts }: ReceiptLine, twoColumns: string): string[] {
  return discounts.flatMap(({ label, value }) => (
    value === '' ? ['{width:*}', `|~~${literal(label)} |`] : [twoColumns, cells(`~~${literal(label)}`, literal(value))]
  ))
}

function total({ label, value, strong }: ReceiptRow, columns: number, isLarge: boolean): string[] {
  const size = width(value)
  const high = isLarge ? '^^' : ''
  if (!strong) return [`{width:* ${size}}`, cells(label && high + literal(label), value && high + literal(value))]
  const isDouble = (width(label) + 1 + size) * 2 <= columns
  const mark = isDouble ? '^^^' : '^^'
  return [GAP, `{width:* ${isDouble ? size * 2 : size}}`, cells(`${mark}${literal(label)}`, `${mark}${literal(value)}`)]
}

function codeBlock(code: ReceiptCode, profile: PrinterProfile): string[] {
  const { content, caption, note } = code
  if (code.form === 'bars') return bars(content, caption, profile)
  const symbol = symbolFor(content, profile.dots)
  if (symbol === undefined) return []
  const lines = ['{width:auto;align:center}', BLANK, `{code:${propertyValue(content)};option:qrcode,${symbol.cell},${symbol.level}}`, BLANK]
  if (caption !== '') lines.push(literal(caption))
  if (note !== '') lines.push(literal(note))
  return lines
}

/** Drawn here: how printers take Code 128 differs more than how they take a picture. Left out where it would not fit. */
function bars(content: string, caption: string, { dots }: PrinterProfile): string[] {
  const symbol = symbolOf({ form: 'code128', content, caption })
  if (symbol?.kind !== 'linear' || symbol.total * BAR_DOTS > dots) return []
  const picture = new Bitmap(Math.ceil(symbol.total * BAR_DOTS / 8) * 8, BARS_DOTS)
  let at = 0
  symbol.widths.forEach((width, i) => {
    if (i % 2 === 0) picture.fill(at, 0, width * BAR_DOTS, BARS_DOTS)
    at += width * BAR_DOTS
  })
  return ['{width:auto;align:center}', BLANK, `{image:${Buffer.from(toPng(picture)).toString('base64')}}`, literal(caption)]
}

/**
 * Bytes a QR code of each version (1 to 40) holds in byte mode, ISO/IEC 18004 table 7. Kept as a table because drawing
 * a symbol only to measure it doubles the time of a receipt.
 */
const CAPACITY = {
  l: [17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858, 929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953],
  m: [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331],
} as const
/** Up to this a code is small enough to afford level M, which survives a crease. */
const LEVEL_M_BYTES_MAX = 106

/** How to draw a content as a QR code across at most `dots`; undefined when it can't be drawn so that a phone reads it. */
export function symbolFor(content: string, dots: number): { level: 'l' | 'm'; cell: number; modules: number } | undefined {
  const bytes = new TextEncoder().encode(printable(content)).length
  const level = bytes <= LEVEL_M_BYTES_MAX ? 'm' : 'l'
  const version = CAPACITY[level].findIndex((capacity) => bytes <= capacity) + 1
  if (bytes === 0 || version === 0) return undefined
  const modules = 17 + 4 * version
  const cell = Math.min(CODE_CELL_MAX, Math.max(CODE_CELL_MIN, Math.round(CODE_DOTS / modules)))
  return modules * cell <= dots ? { level, cell, modules } : undefined
}
