/** Whatever a supplier's file calls a good, and whatever a sale comes to: it prints, whole, and in its place. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOGO_MAX, PAPER_PARTS, PaperSchema } from '#shared/catalog/paper.ts'
import { arranged } from '#shared/documents/arrange.ts'
import { saleReceipt } from '#shared/documents/receipt.ts'
import { FEN_MAX, formatYuan } from '#shared/money/money.ts'
import { MILLI_MAX } from '#shared/quantity/quantity.ts'
import type { SaleLine } from '#shared/sales/events.ts'
import { symbolFor } from './markup.ts'
import { type PrinterProfile, PROFILES } from './profiles.ts'
import { toEscpos, toSvg } from './receipt.ts'
import { SAMPLE_SHOP, SAMPLE_TIME, SAMPLES, sampleLine, sampleSale } from './testing/sample-receipts.ts'
import { decodeEscpos } from './testing/decode-escpos.ts'
import { printable } from './text.ts'

/** XIAOPU_FUZZ=100000 looks for longer. */
const RUNS = Number(process.env['XIAOPU_FUZZ'] ?? 300)
const squeeze = (text: string): string => text.replace(/ /g, '')

/** Pieces that have broken receipts before, or could: markup, escapes, marks that combine with them, nothing, too much. */
const HOSTILE = [
  '\\', '|', '{', '}', '~', '_', '"', '`', '^', '-', '=', '---', '===', '\\n', '\\x41', '\\x7f', '{code:x}', '{command:\\x1bp}', '{width:0}', '^^^^^^^', '|x|', ' | ',
  '=\u0323', '=\u200d\u0338', '\\\u0323', '\u1fef', '\u037e', '\u0301', '\u200b', '\u202e', '\ufeff', '\u00ad', '\u2028', '\u00a0', '\t', '\r\n', '\0', '\x1b@', '\x1d', '\x7f', '\u0085',
  '\ud800', '\udc00', '\ufffe', '\uffff', '\ue5e5', '\ue000', '\u{10ffff}', '¥', '￥', '€', '·', '—', '𠀀', '𰻞', '㐂', '🍎', '👨‍👩‍👧', '❤️', 'é', 'e\u0301', 'ཀྵ', 'ไทย', 'ئۇيغۇر', '豈',
  '农夫山泉', 'Coca Cola', '550ml', ' ', '  ', '<b>', '&amp;', ']]>', "'",
]
const piece = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HOSTILE) }, fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
const name = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('').slice(0, 120))
const sizes = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: FEN_MAX / 1_000_000 }))

const line = fc.record({
  name,
  quantity: fc.oneof(fc.integer({ min: 1, max: 20 }).map((n) => n * 1000), fc.integer({ min: -20, max: -1 }).map((n) => n * 1000), fc.integer({ min: 1, max: 50_000 }), fc.constant(MILLI_MAX)),
  list: sizes, price: fc.option(sizes), weighed: fc.boolean(), unit: fc.constantFrom('公斤', '斤', '克', 'kg', '^', ''), discount: fc.integer({ min: 0, max: 50 }),
}).map(({ name: called, quantity, list, price, weighed, unit, discount }): SaleLine => {
  const per = unit === '斤' ? 500 : unit === '克' ? 1 : 1000
  // What is beyond money's range the domain refuses long before paper.
  const isTooMuch = (Math.abs(quantity) * Math.max(list, price ?? 0)) / (weighed ? per : 1000) > FEN_MAX / 100
  return sampleLine(called, isTooMuch ? 1000 : quantity, list, { pricing: weighed ? 'weight' : 'piece', unit, per: weighed ? per : 1000, price: price ?? list, discount: Math.sign(quantity) * discount })
})

const receipt = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 6 }), given: fc.integer({ min: 0, max: 10_000_000 }), copy: fc.boolean(), language: fc.constantFrom('zh' as const, 'en' as const),
  shop: fc.record({ name, address: name, phone: name, footer: name }),
}).filter(({ lines }) => Math.abs(lines.reduce((sum, { net }) => sum + net, 0)) < FEN_MAX / 10)

/** Of everything, as text: what else is drawn is looked at below. */
const ALL_TEXT = { 58: { ...PROFILES['generic-58'], charset: 'gb18030' }, 80: PROFILES['gb18030-80'] } as const

test.each([58, 80] as const)('any receipt on %i mm: prints, fits, and loses no name and no amount', async (paper) => {
  const profile = ALL_TEXT[paper]
  await fc.assert(fc.asyncProperty(receipt, async ({ lines, given, copy, language, shop }) => {
    const total = lines.reduce((sum, { net }) => sum + net, 0)
    const doc = saleReceipt({
      shop: { ...SAMPLE_SHOP, ...shop }, sale: sampleSale(lines, Math.max(given, total)), at: SAMPLE_TIME, till: '1', staffNo: '01', copy, language, receiptUrl: null, credit: null,
    })
    const printed = await decodeEscpos(toEscpos(doc, profile), profile.columns)
    expect(printed.faults).toEqual([])
    for (const { width } of printed.lines) expect(width).toBeLessThanOrEqual(profile.columns)

    const text = printed.lines.map((row) => row.text)
    for (const { amount, discounts } of doc.lines) {
      expect(text.some((row) => row.endsWith(` ${amount}`))).toBe(true)
      for (const discount of discounts) expect(text.some((row) => row.endsWith(` ${discount.value}`))).toBe(true)
    }
    expect(text.some((row) => row.endsWith(`￥${formatYuan(Math.abs(total))}`))).toBe(true)
    // On narrow paper a name has its rows to itself, so it can be found again whole, however it was broken.
    const whole = squeeze(text.join(''))
    const isStacked = profile.columns === 32
    if (isStacked) for (const { name: printedName } of doc.lines) expect(whole).toContain(squeeze(printable(printedName)))

    const picture = toSvg(doc, profile)
    expect(picture.trimEnd()).not.toMatch(/[\p{Cc}\p{Noncharacter_Code_Point}]/u)
    expect(picture.isWellFormed()).toBe(true)
    expect(picture.replace(/&#x?[0-9a-f]+;|&(amp|lt|gt);/g, '')).not.toContain('&')
  }), { numRuns: RUNS })
})

test('no name is taken for markup, alone on its line', async () => {
  for (const hostile of HOSTILE) {
    const doc = saleReceipt({
      shop: { ...SAMPLE_SHOP, name: hostile, address: hostile, phone: hostile, footer: hostile }, sale: sampleSale([sampleLine(hostile, 1000, 100)], 100),
      at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: null, credit: null,
    })
    const { lines, faults, commands } = await decodeEscpos(toEscpos(doc, ALL_TEXT[58]), 32)
    expect(faults).toEqual([])
    const printed = squeeze(printable(hostile))
    const times = lines.filter((line) => squeeze(line.text) === printed).length
    expect(times, `${JSON.stringify(hostile)} is not printed as it is`).toBeGreaterThanOrEqual(printed === '' ? 0 : 5)
    expect(commands).not.toContain('ESC p')
  }
})

test('words and numbers are not torn where they fit on a line of their own', async () => {
  const doc = saleReceipt({
    shop: SAMPLE_SHOP, sale: sampleSale([sampleLine('农夫山泉饮用天然水 550ml 整箱装', 1000, 4800), sampleLine(`特级初榨${'x'.repeat(60)}油`, 1000, 100)], 10_000),
    at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: null, credit: null,
  })
  const { lines } = await decodeEscpos(toEscpos(doc, PROFILES['generic-80']), 48)
  const text = lines.map((printed) => printed.text)
  expect(text.some((row) => row.includes('550ml'))).toBe(true)
  expect(text.filter((row) => row.includes('xxx')).length).toBeGreaterThan(1)
})

test('a line of five hundred goods is long, and whole', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => sampleLine(`商品${i}号`, 1000, 100 + i))
  const doc = saleReceipt({ shop: SAMPLE_SHOP, sale: sampleSale(lines, 10_000_000), at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: null, credit: null })
  const paper = await decodeEscpos(toEscpos(doc, PROFILES['generic-80']), 48)
  expect(paper.faults).toEqual([])
  for (const [i, { net }] of lines.entries()) expect(paper.lines.some(({ text }) => text.startsWith(`商品${i}号 `) && text.endsWith(` ${formatYuan(net)}`))).toBe(true)
})

test('a code of any length fits on the paper and can be read, or is left out', async () => {
  const base = SAMPLES.test!
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 1_200 }), fc.constantFrom('generic-58' as const, 'generic-80' as const), async (length, name) => {
    const profile = PROFILES[name]
    const content = `https://x.cn/${'aB3;\\{|}:'.repeat(200)}`.slice(0, length)
    const { codes, images, faults } = await decodeEscpos(toEscpos({ ...base, codes: [{ content, caption: '', note: '' }] }, profile), profile.columns)
    expect(faults).toEqual([])
    const symbol = symbolFor(content, profile.dots)
    expect(codes).toEqual(symbol ? [content] : [])
    for (const image of images) expect(image.width).toBeLessThanOrEqual(profile.dots)
    // Our estimate is from above: receiptline may find a smaller symbol, never a larger one.
    if (symbol) expect(images[0]!.height).toBeLessThanOrEqual(symbol.modules * symbol.cell)
  }), { numRuns: 40 })
})

const logo = fc.record({ width: fc.integer({ min: 1, max: LOGO_MAX.width / 8 }).map((bytes) => bytes * 8), height: fc.integer({ min: 1, max: LOGO_MAX.height }) })
  .map(({ width, height }) => ({ width, height, dots: Buffer.alloc(width / 8 * height, 0x5a).toString('base64') }))
const arrangement = fc.record({ logo: fc.option(logo), header: name.map((text) => text.slice(0, 80)), hide: fc.subarray([...PAPER_PARTS]), large: fc.boolean(), bars: fc.boolean() })
test('however a shop arranges its papers, every printer prints them, with all goods and sums', async () => {
  await fc.assert(fc.asyncProperty(receipt, arrangement, fc.constantFrom<PrinterProfile>(...Object.values(PROFILES)), async ({ lines, given, copy, language, shop }, wish, profile) => {
    const total = lines.reduce((sum, { net }) => sum + net, 0)
    const sale = { ...sampleSale(lines, Math.max(given, total)), member: { member: '0190a5b0-0000-7000-8000-000000000001', points: 5, value: 700 } }
    const doc = arranged(saleReceipt({
      shop: { ...SAMPLE_SHOP, ...shop }, sale, at: SAMPLE_TIME, till: '1', staffNo: '01', copy, language, receiptUrl: 'https://example.cn/r/1', credit: { url: 'https://example.cn/c/1', expiresAt: SAMPLE_TIME },
    }), PaperSchema.parse(wish))
    const bytes = toEscpos(doc, profile)
    expect(toSvg(doc, profile).isWellFormed()).toBe(true)
    // What reads paper here knows Chinese printers alone.
    if (profile.charset === 'latin') return
    const printed = await decodeEscpos(bytes, profile.columns)
    expect(printed.faults).toEqual([])
    for (const { width } of printed.lines) expect(width).toBeLessThanOrEqual(profile.columns)
    for (const image of printed.images) expect(image.width).toBeLessThanOrEqual(profile.dots)
    if (profile.charset === 'gb18030') {
      const text = printed.lines.map((row) => row.text)
      for (const { amount } of doc.lines) expect(text.some((row) => row.endsWith(` ${amount}`))).toBe(true)
      expect(text.some((row) => row.endsWith(`￥${formatYuan(Math.abs(total))}`))).toBe(true)
    }
  }), { numRuns: Math.ceil(RUNS / 3) })
})
