/** The reader of TSPL against its manual's own example, and against bytes that are wrong. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawLabel } from '../labels/label.ts'
import { toTspl } from '../labels/tspl.ts'
import { type TsplLabel, readTspl } from './read-tspl.ts'
import { LABEL_SAMPLES } from './sample-labels.ts'

const bytesOf = (...parts: (string | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [...part])))
const picture = ({ dots, width }: TsplLabel, left: number, top: number, columns: number, rows: number): string[] =>
  Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_dot, x) => (dots[(top + y) * width + left + x] ? '#' : '.')).join(''))

/** The manual's example of BITMAP, byte for byte: 4 by 2 inches, an arrow of 16 by 16 dots. */
const ARROW = [
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xff, 0x03, 0xff, 0x11, 0xff, 0x18, 0xff, 0x1c, 0x7f, 0x1e, 0x3f, 0x1f, 0x1f, 0x1f, 0x8f, 0x1f, 0xc7, 0x1f, 0xe3, 0x1f, 0xe7, 0x1f, 0xff, 0x1f, 0xff,
]
const EXAMPLE = bytesOf('SIZE 4,2\r\nGAP 0,0\r\nCLS\r\nBITMAP 200,200,2,16,0,', ARROW, '\r\nPRINT 1,1\r\n')

test('the manual\'s example is an arrow into the upper left corner, and nothing else', () => {
  const [label, ...more] = readTspl(EXAMPLE, 8)
  expect(more).toEqual([])
  expect(label).toMatchObject({ width: 813, height: 406, copies: 1, set: { size: [101.6, 50.8], gap: [0, 0], speed: null, density: null, direction: [0, 0], reference: [0, 0] } })
  expect(picture(label!, 200, 200, 16, 16)).toEqual([
    '################', '################', '################', '#####...........', '######..........', '###.###.........', '###..###........', '###...###.......',
    '###....###......', '###.....###.....', '###......###....', '###.......###...', '###........###..', '###........##...', '###.............', '###.............',
  ])
  expect(label!.dots.reduce((sum, dot) => sum + dot, 0)).toBe(picture(label!, 200, 200, 16, 16).join('').replaceAll('.', '').length)
})

test('bars, the origin, and what is drawn over what', () => {
  const head = 'SIZE 2 mm,1 mm\r\nGAP 2 mm,0\r\nCLS\r\n'
  const drawn = (...parts: (string | readonly number[])[]): string[] => picture(readTspl(bytesOf(head, ...parts, 'PRINT 2,3\r\n'), 8)[0]!, 0, 0, 16, 2)
  expect(drawn('BAR 1,0,3,2\r\n')).toEqual(['.###............', '.###............'])
  expect(drawn('REFERENCE 2,1\r\nBAR 1,0,3,1\r\n')).toEqual(['................', '...###..........'])
  const over = (mode: number): string => drawn('BAR 0,0,6,1\r\n', `BITMAP 0,0,1,1,${mode},`, [0x0f], '\r\n')[0]!
  expect([over(0), over(1), over(2)]).toEqual(['####............', '######..........', '....##..........'])
  expect(readTspl(bytesOf(head, 'PRINT 2,3\r\nBAR 0,0,1,1\r\nPRINT 1\r\nCLS\r\nPRINT 1\r\n'), 8).map(({ copies, dots }) => [copies, dots[0]])).toEqual([[6, 0], [1, 1], [1, 0]])
})

describe('what is wrong is noticed', () => {
  const good = Buffer.from(EXAMPLE).toString('latin1')
  const swap = (from: string, to: string): Uint8Array => {
    expect(good).toContain(from)
    return Buffer.from(good.replace(from, to), 'latin1')
  }
  test.each([
    ['SIZE 4,2', 'SIZE 4'], ['SIZE 4,2', 'SIZE 4mm,2mm'], ['SIZE 4,2', 'SIZE 100 mm,2'], ['SIZE 4,2', 'size 4,2'], ['SIZE 4,2\r\n', ''], ['SIZE 4,2\r\n', 'SIZE 4,2\n'], ['SIZE 4,2', 'SIZE 0,2'],
    ['GAP 0,0', 'GAP 2,0'], ['GAP 0,0', 'GAP 30 mm,0 mm'], ['GAP 0,0\r\n', ''], ['GAP 0,0', 'GAP 0,3'], ['CLS\r\n', ''], ['CLS', 'CLS 1'], ['CLS', 'CLR'], ['CLS', 'SPEED 0\r\nCLS'], ['CLS', 'DENSITY 16\r\nCLS'], ['CLS', 'DIRECTION 2\r\nCLS'], ['CLS', 'REFERENCE 1\r\nCLS'],
    [',2,16,0,', ',2,17,0,'], [',2,16,0,', ',2,15,0,'], [',2,16,0,', ',16,2,0'], [',2,16,0,', ',2,16,3,'], [',2,16,0,', ',2,16,'], ['200,200,2', '800,200,2'], ['200,200,2', '-1,200,2'], ['200,200,2', '200,395,2'],
    ['PRINT 1,1', 'PRINT 0,1'], ['PRINT 1,1', 'PRINT 1,0'], ['PRINT 1,1', 'PRINT 1,1,1'], ['PRINT 1,1', 'PRINT'], ['PRINT 1,1\r\n', 'PRINT 1,1'], ['PRINT 1,1', 'PRINT 1,1 '],
  ])('%j said as %j', (from, to) => {
    expect(() => readTspl(swap(from, to), 8)).toThrow(/^byte \d+: /)
  })

  test('no byte of what we send can be another without its being refused or another label', () => {
    const [doc, size] = LABEL_SAMPLES['price']!
    const label = drawLabel(doc, size, 8)
    if ('fault' in label) throw new Error(label.fault)
    const bytes = toTspl(label.dots, { size, gap: 2, speed: 4, darkness: 8 }, 5)
    const before = JSON.stringify(readTspl(bytes, 8), (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value))
    const data = Buffer.from(bytes).indexOf('BITMAP') + 30
    // The words around the picture are few, and each of them is tried as often as any thousand dots.
    const place = fc.oneof(fc.integer({ min: 0, max: data }), fc.integer({ min: bytes.length - 14, max: bytes.length - 1 }), fc.integer({ min: 0, max: bytes.length - 1 }))
    fc.assert(fc.property(place, fc.integer({ min: 1, max: 255 }), (at, by) => {
      const wrong = bytes.slice()
      wrong[at] = wrong[at]! ^ by
      let read
      try {
        read = readTspl(wrong, 8)
      } catch (error) {
        expect(String(error)).toMatch(/byte \d+: /)
        return
      }
      expect(JSON.stringify(read, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value))).not.toBe(before)
    }), { numRuns: 400 })
  })
})
