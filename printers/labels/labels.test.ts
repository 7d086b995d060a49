/** Labels: their codes read by zxing, their ZPL drawn by a renderer that is not ours, their TSPL taken apart by the manual. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadImage, createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type * as Zpl from 'zpl-renderer-js'
import { readCodes } from '#scripts/testing/codes.ts'
import { LABEL_SIZES, type LabelDocument, type LabelMedia, type LabelSize, codeOf, priceLabel, shelfLabel } from '#shared/documents/label.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { fen } from '#shared/money/money.ts'
import { type TsplLabel, readTspl } from '../testing/read-tspl.ts'
import { LABEL_SAMPLES } from '../testing/sample-labels.ts'
import { Bitmap } from '../dots/bitmap.ts'
import { type DrawnLabel, drawLabel } from './label.ts'
import { toPng } from '../dots/png.ts'
import { toTspl } from './tspl.ts'
import { toZpl } from './zpl.ts'

// Its ES module names a source map that it doesn't bring.
const { ready } = createRequire(import.meta.url)('zpl-renderer-js') as typeof Zpl

function drawn(doc: LabelDocument, size: LabelSize, density: LabelMedia['density'] = 8): DrawnLabel {
  const label = drawLabel(doc, size, density)
  if ('fault' in label) throw new Error(label.fault)
  return label
}
const names = Object.keys(LABEL_SAMPLES)
const DENSITIES: readonly (LabelMedia['density'])[] = [8, 12]

async function dotsOf(png: Uint8Array): Promise<Bitmap> {
  const image = await loadImage(Buffer.from(png))
  const canvas = createCanvas(image.width, image.height)
  const pen = canvas.getContext('2d')
  pen.drawImage(image, 0, 0)
  const { data } = pen.getImageData(0, 0, image.width, image.height)
  const dots = new Bitmap(image.width, image.height)
  for (let y = 0; y < dots.height; y++) for (let x = 0; x < dots.width; x++) if (data[(y * dots.width + x) * 4]! < 128) dots.fill(x, y, 1, 1)
  return dots
}
function differing(one: Bitmap, other: Bitmap): number {
  let count = Math.abs(one.width - other.width) + Math.abs(one.height - other.height)
  for (let y = 0; y < Math.min(one.height, other.height); y++) for (let x = 0; x < Math.min(one.width, other.width); x++) if (one.isBlack(x, y) !== other.isBlack(x, y)) count++
  return count
}

/** The pictures in golden/ were looked at; UPDATE_GOLDEN=1 writes them anew, to be looked at again. */
test.each(names)('golden: %s', async (name) => {
  const folder = new URL('../golden/labels/', import.meta.url)
  const { dots, leftOut } = drawn(...LABEL_SAMPLES[name]!)
  expect(leftOut).toEqual([])
  const file = new URL(`${name}.png`, folder)
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, toPng(dots))
  }
  // Another processor may round the edge of a stroke another way, in a dot here and there.
  expect(differing(await dotsOf(readFileSync(file)), dots)).toBeLessThan(dots.width * dots.height / 2000)
})

describe.each(DENSITIES)('at %i dots a millimetre', (density) => {
  test.each(names)('the code of %s is read by zxing', async (name) => {
    const [doc, size] = LABEL_SAMPLES[name]!
    expect(await readCodes(toPng(drawn(doc, size, density).dots))).toEqual(doc.code ? [doc.code.content] : [])
  })

  test.each(names)('a ZPL renderer draws of %s what the picture shows, dot for dot', async (name) => {
    const [doc, size] = LABEL_SAMPLES[name]!
    const { dots } = drawn(doc, size, density)
    const { api } = await ready
    const png = await api.zplToBase64Async(Buffer.from(toZpl(dots, { copies: 3 })).toString('latin1'), size.width, size.height, density)
    expect(differing(await dotsOf(Buffer.from(png, 'base64')), dots)).toBe(0)
  })
})

/** Dots as a picture, by another program than ours. */
function pngOf({ dots, width, height }: TsplLabel): Buffer {
  const canvas = createCanvas(width, height)
  const pen = canvas.getContext('2d')
  const image = pen.createImageData(width, height)
  dots.forEach((dot, i) => { image.data.set(dot ? [0, 0, 0, 255] : [255, 255, 255, 255], i * 4) })
  pen.putImageData(image, 0, 0)
  return canvas.toBuffer('image/png')
}

describe.each(DENSITIES)('TSPL at %i dots a millimetre', (density) => {
  test.each(names)('of %s is read as its manual says: the same dots, and a code that scans', async (name) => {
    const [doc, size] = LABEL_SAMPLES[name]!
    const { dots } = drawn(doc, size, density)
    const [label, ...more] = readTspl(toTspl(dots, { size, gap: 2, speed: 4, darkness: 8 }, 5), density)
    expect(more).toEqual([])
    expect(label).toMatchObject({ width: dots.width, height: dots.height, copies: 5, set: { size: [size.width, size.height], gap: [2, 0], speed: 4, density: 8, direction: [1, 0], reference: [0, 0] } })
    const png = pngOf(label!)
    expect(differing(await dotsOf(png), dots)).toBe(0)
    expect(await readCodes(png)).toEqual(doc.code ? [doc.code.content] : [])
  })
})

test('what is left as the printer is set is not said; several labels are one stream; a size whose rows end within a byte has nothing beyond its edge', () => {
  const [doc] = LABEL_SAMPLES['price']!
  const size = { width: 41, height: 31 }
  const { dots } = drawn(doc, size, 12)
  expect(dots.width % 8).not.toBe(0)
  const one = toTspl(dots, { size, gap: 0, speed: 0, darkness: -1 })
  const labels = readTspl(Uint8Array.from([...one, ...toTspl(dots, { size, gap: 3, speed: 0, darkness: 15 }, 2)]), 12)
  expect(labels.map(({ copies, set }) => [copies, set.gap, set.speed, set.density])).toEqual([[1, [0, 0], null, null], [2, [3, 0], null, 15]])
  expect(labels[0]!.dots).toEqual(labels[1]!.dots)
})

test('a code that is none, and one that has no room, are refused and not printed wrong', () => {
  const label = (code: LabelDocument['code']): LabelDocument => ({ ...priceLabel({ name: '茶', code: '', spec: '', origin: '', unit: '', price: fen(1) }), code })
  const size = { width: 40, height: 30 }
  expect(drawLabel(label({ form: 'ean13', content: '6901234567890', caption: '' }), size, 8)).toEqual({ fault: 'code_wrong' })
  expect(drawLabel(label({ form: 'gs1-128', content: '(01)123', caption: '' }), size, 8)).toEqual({ fault: 'code_wrong' })
  expect(drawLabel(label({ form: 'code128', content: 'A'.repeat(40), caption: '' }), size, 8)).toEqual({ fault: 'code_too_wide' })
  expect(drawLabel(label({ form: 'qr', content: 'x'.repeat(900), caption: '' }), size, 8)).toEqual({ fault: 'code_too_wide' })
  expect(drawLabel(label({ form: 'qr', content: 'x'.repeat(9000), caption: '' }), size, 8)).toEqual({ fault: 'code_wrong' })
})

test('any code of a good becomes one that scans as itself', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(
    fc.stringMatching(/^[0-9]{12}$/).map((digits) => digits + gtinCheckDigit(digits)), fc.stringMatching(/^[0-9]{7}$/).map((digits) => digits + gtinCheckDigit(digits)),
    fc.stringMatching(/^[A-Za-z0-9-]{1,16}$/), fc.constantFrom('青菜1号', '𠮷'),
  ), async (content) => {
    const { dots } = drawn({ ...priceLabel({ name: '茶', code: content, spec: '', origin: '', unit: '', price: fen(1) }), code: codeOf(content) }, { width: 70, height: 30 })
    // A reader that tries this hard may see another code in the same bars besides.
    expect(await readCodes(toPng(dots))).toContain(content)
  }), { numRuns: 40 })
})

test('whatever the texts are, nothing throws, and each is on the label or said to be left out', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(...'米面油盐可乐A1 x'), fc.constantFrom('\u0301', '\u200d', '👨‍👩‍👧', '𠮷', '\u0000', '\ud800')), maxLength: 60 })
  fc.assert(fc.property(text, text, fc.array(fc.record({ label: text, value: text, strong: fc.boolean() }), { maxLength: 8 }), fc.nat(99_999_999), fc.integer({ min: 20, max: 108 }), fc.integer({ min: 15, max: 60 }), (title, note, rows, price, width, height) => {
    const doc: LabelDocument = { kind: 'shelf', language: 'zh', title, note, price: { text: (price / 100).toFixed(2), per: '/公斤', was: '' }, rows, code: null, footer: note }
    const { dots, leftOut } = drawn(doc, { width, height })
    expect(dots.width).toBe(width * 8)
    expect(leftOut.length).toBeLessThanOrEqual(rows.length + 4)
  }), { numRuns: 60 })
})

test.each([10, 20, 40, 60, 80, 120])('a name of %i characters leaves the price its room, and is cut rather than missing', (length) => {
  const name = '特级初榨橄榄油礼盒装'.repeat(12).slice(0, length)
  const good = { name, code: '6901234567892', spec: '五百毫升两瓶装带礼袋', origin: '山东', unit: '盒', price: fen(12_345), memberPrice: fen(10_000) }
  for (const size of [{ width: 30, height: 20 }, ...LABEL_SIZES]) {
    for (const doc of [priceLabel(good), shelfLabel(good, '巷子口的小铺')]) {
      const { dots, leftOut } = drawn(doc, size)
      expect(leftOut.filter((text) => text.startsWith('￥'))).toEqual([])
      // The first line of the name, or what there is of it.
      const ink = Array.from({ length: 4 * 8 }, (_row, y) => Array.from({ length: dots.width }, (_dot, x) => dots.isBlack(x, y)).filter(Boolean).length)
      expect(ink.reduce((sum, row) => sum + row, 0)).toBeGreaterThan(100)
    }
  }
})

test('what is laid over an edge is cut at the edge and nowhere else', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: -20, max: 40 }), fc.integer({ min: -20, max: 40 }), (width, height, x, y) => {
    const [stamp, onto] = [new Bitmap(width, height), new Bitmap(33, 17)]
    stamp.fill(0, 0, width, height)
    onto.blit(stamp, x, y)
    const filled = new Bitmap(33, 17)
    filled.fill(x, y, width, height)
    expect(onto.data).toEqual(filled.data)
    for (let row = 0; row < 17; row++) for (let column = 0; column < 33; column++) expect(onto.isBlack(column, row)).toBe(column >= x && column < x + width && row >= y && row < y + height)
  }))
})
