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

/** Latin words and numbers, and every other character by itself. */
const tokensOf = (text: string): string[] => [...printable(text).matchAll(/[!-~]+|[^!-~]\p{M}*/gu)].map(([token]) => token)

/** Whether a word or a number, such as a lot's, is longer than a line. */
export const isCut = (text: string, width: number, pen: Pen): boolean => tokensOf(text).some((token) => token.length > 1 && widthOf(token, pen) > width)

/** Chinese breaks anywhere, Latin words and numbers as a whole, and what is longer than a line behind its dashes, or where it must. A line holds one character at least. */
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
  for (const token of tokensOf(text)) {
    for (const part of widthOf(token, pen) <= width ? [token] : token.match(/[^-/_]*[-/_]|[^-/_]+/g) ?? []) {
      const wide = widthOf(part, pen)
      if (wide <= width) put(part, wide)
      else for (const char of drawnOf(part)) put(char, widthOf(char, pen))
    }
  }
  if (line !== '') lines.push(line.trimEnd())
  return lines
}

export function write(onto: Bitmap, text: string, x: number, y: number, { glyphs, px, weight }: Pen): void {
  let at = x
  for (const char of drawnOf(text)) {
    const { advance, left, top, dots } = glyphs(char, px, weight)
    onto.blit(dots, at + left, y + top)
    at += advance
  }
}
