/**
 * Text on its way to paper: what can be printed, how wide it is, and how it is written so that nothing in it is taken
 * for markup. A good's name comes from a supplier's file and may hold anything.
 */
import { commands } from 'receiptline'

/** Shown for what has no glyph anywhere; U+3013 is the mark typesetters put for a missing character. */
export const MISSING = '〓'

/**
 * What a printer can show of a text: white space becomes spaces; controls, zero-width and direction marks and variation
 * selectors go, for paper would spend columns on them; what stands for no character at all becomes 〓; the half-width
 * yuan sign becomes the full-width one. In Unicode's NFC, last, because receiptline composes again what isn't.
 */
export function printable(text: string): string {
  return text
    .replace(/\s/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\ufffd]/gu, MISSING)
    .replaceAll('\u00a5', '￥')
    .normalize('NFC')
}

/** Columns a printable text takes: one for ASCII, two for all else, as printers in Chinese mode do. */
export function columnsOf(text: string): number {
  return commands.base.measureText(text, 'gb18030')
}

/**
 * Text as receiptline markup that prints literally. Escapes by a backslash, not by hexadecimal: receiptline composes
 * its input (NFC), and the `d` of `\x3d` would join a combining mark that follows.
 */
export function literal(text: string): string {
  return printable(text).replace(/[\\|{}~_"`^=-]/g, '\\$&').replace(/^ +| +$/g, (spaces) => '~'.repeat(spaces.length))
}

/** A text as the value of a receiptline property, such as the content of a code. */
export function propertyValue(text: string): string {
  return printable(text).replace(/[\\|{};]/g, '\\$&')
}

/**
 * Literal markup of a text in a column of `columns`, with breaks before Latin words and numbers that would be torn
 * ("550" / "ml"). Chinese breaks anywhere, and a word longer than the column does too: receiptline sees to those.
 */
export function wrapped(text: string, columns: number): string {
  const lines = ['']
  let used = 0
  for (const [token] of printable(text).matchAll(/[!-~]+|[^!-~]/gu)) {
    const wide = columnsOf(token)
    if (used > 0 && used + wide > columns && wide <= columns && token.length > 1) {
      lines.push('')
      used = 0
    }
    lines[lines.length - 1] += token
    // A full line is broken by receiptline at once, and what doesn't fit starts the next.
    used = used + wide <= columns ? (used + wide) % columns : /^[!-~]/.test(token) ? (used + wide) % columns : wide
  }
  return lines.map(literal).join('\\n')
}
