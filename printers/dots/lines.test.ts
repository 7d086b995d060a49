import { expect, test } from 'vitest'
import type { Bitmap } from './bitmap.ts'
import { isCut, wrap } from './lines.ts'

/** Every character is ten dots wide. */
const pen = { px: 10, weight: 'medium', glyphs: () => ({ advance: 10, left: 0, top: 0, dots: undefined as unknown as Bitmap }) } as const

test('a number stands on a line of its own before it is broken, and breaks behind its dashes', () => {
  expect(wrap('\u6279\u53f7 261128-01-001', 130, pen)).toEqual(['\u6279\u53f7', '261128-01-001'])
  expect(isCut('261128-01-001', 130, pen)).toBe(false)
  expect(isCut('261128-01-001', 120, pen)).toBe(true)
  expect(wrap('261128-01-001', 120, pen)).toEqual(['261128-01-', '001'])
  expect(wrap('261128-01-001', 50, pen)).toEqual(['26112', '8-01-', '001'])
})
