/** Where text on a label breaks. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Glyphs } from './glyphs.ts'
import { Bitmap } from './bitmap.ts'
import { type Pen, widthOf, wrapNumber } from './lines.ts'

/** Half as wide as high, Chinese characters as wide as high. */
const glyphs: Glyphs = (char, px) => ({ advance: char.charCodeAt(0) < 0x80 ? px >> 1 : px, left: 0, top: 0, dots: new Bitmap(1, 1) })
const pen: Pen = { glyphs, px: 24, weight: 'medium' }
const set = (value: string, width: number): { lines: string[]; px: number } => {
  const { lines, used } = wrapNumber('Lot', value, { width, pen, least: 16 })
  return { lines, px: used.px }
}

test('a number stays on its line, is made smaller for that, and then breaks behind a separator', () => {
  expect(set('20261128-A1', 180)).toEqual({ lines: ['Lot 20261128-A1'], px: 24 })
  expect(set('20261128-A1', 150)).toEqual({ lines: ['Lot 20261128-A1'], px: 21 })
  expect(set('20261128-A1', 119)).toEqual({ lines: ['Lot', '20261128-', 'A1'], px: 24 })
  expect(set('20261128-A1', 80)).toEqual({ lines: ['Lot', '20261128-', 'A1'], px: 17 })
  expect(set('2026112800000000001', 80)).toEqual({ lines: ['Lot 20', '261128', '000000', '00001'], px: 24 })
})

test('it is all there, and no line that need not ends within a part', () => {
  const number = fc.stringMatching(/^[A-Z0-9]{1,8}([-/.][A-Z0-9]{1,8}){0,4}$/)
  fc.assert(fc.property(number, fc.integer({ min: 72, max: 400 }), (value, width) => {
    const { lines, used } = wrapNumber('Lot', value, { width, pen, least: 16 })
    expect(lines.join('').replace(/ /g, '')).toBe(`Lot${value}`)
    for (const line of lines) expect(widthOf(line, used)).toBeLessThanOrEqual(width)
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/(^Lot|[-/.])$/)
  }))
})
