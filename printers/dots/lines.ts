/** Text in dots: how wide it is, where it breaks, and onto which dots it goes. */
import { printable } from '../text.ts'
import type { Bitmap } from './bitmap.ts'
import type { Glyphs, Weight } from './glyphs.ts'

export interface Pen { readonly glyphs: Glyphs; readonly px: number; readonly weight: Weight }

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
/** Characters that are drawn as one: a letter with its marks, a family of faces. */
function drawnOf(text: string): string[] {
  return /^[ -~\u3000-\u9fff\uff00-\uffef]*$/.test(text) ? [...text] : Array.from(graphemes.segment(text), ({ segment }) => segment)
}

export function widthOf(text: string, { glyphs, px, weight }: Pen): number {
  let width = 0
  for (const char of drawnOf(text)) width += glyphs(char, px, weight).advance
  return width
}

/** Chinese breaks anywhere, Latin words and numbers as a whole, and what is longer than a line where it must. A line holds one character at least. */
export function wrap(text: string, width: number, pen: Pen): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  const put = (token: string, wide: number): void => {
    if (used > 0 && used + wide > width) {
      lines.push(line.trimEnd())
      ;[line, used] = ['', 0]
      if (token.trim() === '') return
    }
    line += token
    used += wide
  }
  for (const [token] of printable(text).matchAll(/[!-~]+|[^!-~]\p{M}*/gu)) {
    const wide = widthOf(token, pen)
    if (wide <= width) put(token, wide)
    else for (const char of drawnOf(token)) put(char, widthOf(char, pen))
  }
  if (line !== '') lines.push(line.trimEnd())
  return lines
}

const SEPARATORS = '-/._:\\s'
const PARTS = new RegExp(`[^${SEPARATORS}]*[${SEPARATORS}]+|[^${SEPARATORS}]+`, 'gu')
/**
 * A number that hands copy, behind its label: on one line, with smaller letters if it must be, down to `least` dots; else broken behind
 * its separators, as large as its longest part allows; as any text where not even that is possible.
 */
export function wrapNumber(label: string, value: string, { width, pen, least }: { width: number; pen: Pen; least: number }): { lines: string[]; used: Pen } {
  const parts = printable(value).match(PARTS) ?? []
  const fits = (text: string, used: Pen): boolean => widthOf(text.trimEnd(), used) <= width
  const sizes = Array.from({ length: Math.max(1, pen.px - least + 1) }, (_, smaller) => ({ ...pen, px: pen.px - smaller }))
  const text = printable(`${label} ${value}`)
  const whole = sizes.find((used) => fits(text, used))
  if (whole) return { lines: [text], used: whole }
  const used = sizes.find((each) => parts.every((part) => fits(part, each)))
  if (!used) return { lines: wrap(text, width, pen), used: pen }
  const lines = ['']
  for (const part of [`${printable(label)} `, ...parts]) {
    if (lines.at(-1) === '' || fits(lines.at(-1)! + part, used)) lines.push(lines.pop()! + part)
    else lines.push(part)
  }
  return { lines: lines.map((line) => line.trimEnd()), used }
}

export function write(onto: Bitmap, text: string, x: number, y: number, { glyphs, px, weight }: Pen): void {
  let at = x
  for (const char of drawnOf(text)) {
    const { advance, left, top, dots } = glyphs(char, px, weight)
    onto.blit(dots, at + left, y + top)
    at += advance
  }
}
