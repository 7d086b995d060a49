/**
 * Lines of a receipt that a printer has no characters for, drawn here and sent as pictures in their place: a rare
 * character in a name then comes out as itself and not as 〓 or as another. All other lines stay text.
 */
import type { BaseCommand } from 'receiptline'
import iconv from 'iconv-lite'
import { Bitmap } from './dots/bitmap.ts'
import { type Glyphs, drawnGlyphs, lineHeight } from './dots/glyphs.ts'
import type { PrinterProfile } from './profiles.ts'
import { MISSING, columnsOf } from './text.ts'

const DOTS_PER_COLUMN = 12
/** Height of a line's characters, and what a printer leaves under them, in dots. */
const LINE_DOTS = 24
const LEADING_DOTS = 6
/** An em that fills 24 dots of a printer's own characters. */
const EM = 22
/** Ends a line, and stands before and after what is no line; no byte of a printer is as large. */
const EDGE = '\u{E000}'

/** Whether a printer in this set of characters has it. The sets are those of GB 18030 by the length and place of a code. */
export function hasCharacter(char: string, charset: PrinterProfile['charset']): boolean {
  if (char < '\u{80}') return true
  if (charset === 'latin') return latin(char) !== undefined
  const code = iconv.encode(char, 'gb18030')
  if (charset === 'gb18030') return true
  if (code.length !== 2) return false
  return charset === 'gbk' || isGb2312(code[0]!, code[1]!)
}

/** GB 2312 has rows 1 to 9 and 16 to 87 of its square; what GBK put around it, and later into its gaps, is not there. */
function isGb2312(row: number, cell: number): boolean {
  if (row < 0xa1 || row > 0xf7 || cell < 0xa1 || (row >= 0xaa && row <= 0xaf)) return false
  if (row === 0xa2) return cell <= 0xe2 || cell >= 0xe5
  if (row === 0xa6) return cell <= 0xd8
  return row !== 0xa8 || cell <= 0xba || cell >= 0xc5
}

/** Code pages of ESC t as most printers sold abroad have them; each is tried in turn. */
const PAGES: readonly (readonly [number, string])[] = [[0, 'cp437'], [19, 'cp858'], [18, 'cp852'], [17, 'cp866'], [16, 'cp1252'], [21, 'tis620']]
const pages = new Map<string, string | undefined>()
/** ESC t n and the byte of a character in a page that has it. */
function latin(char: string): string | undefined {
  if (!pages.has(char)) {
    const page = PAGES.find(([, name]) => iconv.decode(iconv.encode(char, name), name) === char)
    pages.set(char, page && `\u{1b}t${String.fromCharCode(page[0])}${iconv.encode(char, page[1]).toString('latin1')}`)
  }
  return pages.get(char)
}
/** Text for a printer without Chinese characters: out of them, each character from its own page. */
export const latinText = (text: string): string => `\u{1c}.${[...text.replaceAll('￥', '\u{a5}')].map((char) => (char < '\u{80}' ? char : latin(char) ?? '?')).join('')}`

interface Piece { readonly text: string; readonly column: number; readonly wide: number; readonly high: number; readonly isBold: boolean }

/** Whether anything in a markup needs these: most receipts don't, and are not slowed. */
export function needsDrawing(markup: string, { charset }: PrinterProfile): boolean {
  if (charset === 'gb18030') return false
  for (const char of markup) if (!hasCharacter(charset === 'latin' && char === '￥' ? '\u{a5}' : char, charset)) return true
  return false
}

/** With 〓 for what the printer has no character for, so that it prints nothing else in its place. */
export function withoutRare(markup: string, { charset }: PrinterProfile): string {
  return charset === 'latin' ? markup : Array.from(markup, (char) => (hasCharacter(char, charset) ? char : MISSING)).join('')
}

/** `commands` with their lines kept apart, and what puts them together again, those in need of it as pictures. */
export function drawnLines(commands: BaseCommand, profile: PrinterProfile, glyphs: Glyphs = drawnGlyphs): { commands: BaseCommand; join: (output: string) => string } {
  const lines: (readonly Piece[] | undefined)[] = []
  let pieces: Piece[] = []
  let [area, column, wide, high, isBold, isMissing] = [0, 0, 1, 1, false, false]
  const lacks = (text: string): boolean => [...text].some((char) => !hasCharacter(profile.charset === 'latin' && char === '￥' ? '\u{a5}' : char, profile.charset))
  const forget = (): void => { [pieces, column, isMissing] = [[], 0, false] }
  const apart = (bytes: string): string => {
    lines.push(undefined, undefined)
    forget()
    return `${EDGE}${bytes}${EDGE}`
  }
  return {
    commands: {
      ...commands,
      area(this: BaseCommand, left, width, right) { area = left; return commands.area.call(this, left, width, right) },
      absolute(this: BaseCommand, position) { column = position; return commands.absolute.call(this, position) },
      relative(this: BaseCommand, position) { column += position; return commands.relative.call(this, position) },
      normal(this: BaseCommand) { [wide, high, isBold] = [1, 1, false]; return commands.normal.call(this) },
      em(this: BaseCommand) { isBold = true; return commands.em.call(this) },
      wh(this: BaseCommand, scale) {
        ;[wide, high] = scale < 3 ? [1 + (scale & 1), 1 + (scale >> 1)] : [scale - 1, scale - 1]
        return commands.wh.call(this, scale)
      },
      text(this: BaseCommand, text, encoding) {
        isMissing ||= lacks(text)
        pieces.push({ text, column: area + column, wide, high, isBold })
        column += columnsOf(text) * wide
        return commands.text.call(this, text, encoding)
      },
      lf(this: BaseCommand) {
        lines.push(isMissing ? pieces : undefined)
        forget()
        return `${commands.lf.call(this)}${EDGE}`
      },
      image(this: BaseCommand, image: string) { return apart((commands.image as (this: BaseCommand, image: string) => string).call(this, image)) },
      qrcode(this: BaseCommand, symbol, encoding) { return apart(commands.qrcode.call(this, symbol, encoding)) },
      command(this: BaseCommand, inserted) { return apart(commands.command.call(this, inserted)) },
    },
    join: (output) => output.split(EDGE).map((part, i) => {
      const line = lines[i]
      return line === undefined ? part : raster(drawn(line, profile, glyphs))
    }).join(''),
  }
}

function drawn(pieces: readonly Piece[], { dots }: PrinterProfile, glyphs: Glyphs): Bitmap {
  const height = LINE_DOTS * Math.max(...pieces.map((piece) => piece.high))
  const line = new Bitmap(dots, height + LEADING_DOTS)
  for (const { text, column, wide, high, isBold } of pieces) {
    let x = Math.round(column * DOTS_PER_COLUMN)
    const size = Math.min(wide, high)
    for (const char of text) {
      const cell = columnsOf(char) * wide * DOTS_PER_COLUMN
      const glyph = glyphs(char, EM * size, isBold ? 'bold' : 'medium')
      const shape = glyph.dots.enlarged(wide / size, high / size)
      // In the middle of its cell, on the line's common foot.
      const left = x + Math.round((cell - glyph.advance * (wide / size)) / 2) + glyph.left * (wide / size)
      const top = height - LINE_DOTS * high + Math.round((LINE_DOTS * size - lineHeight(EM * size)) / 2 + glyph.top) * (high / size)
      line.blit(shape, left, top)
      x += cell
    }
  }
  return line
}

/** GS v 0: from the left edge, across the paper. */
function raster({ stride, height, data }: Bitmap): string {
  const head = String.fromCharCode(0, stride & 255, stride >> 8, height & 255, height >> 8)
  return `\u{1d}L\0\0\u{1b}a\0\u{1d}v0${head}${Buffer.from(data).toString('latin1')}`
}
