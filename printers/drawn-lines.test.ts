/** Receipts of printers that lack characters: each character comes out as text or as a picture, in its place. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { saleReceipt } from '#shared/documents/receipt.ts'
import { hasCharacter } from './drawn-lines.ts'
import { Bitmap } from './dots/bitmap.ts'
import { type Glyphs, drawnGlyphs } from './dots/glyphs.ts'
import { PROFILES } from './profiles.ts'
import { toEscpos } from './receipt.ts'
import { SAMPLE_SHOP, SAMPLE_TIME, sampleLine, sampleSale } from './testing/sample-receipts.ts'
import { decodeEscpos } from './testing/decode-escpos.ts'
import { columnsOf, printable } from './text.ts'

const receiptOf = (name: string) => saleReceipt({
  shop: SAMPLE_SHOP, sale: sampleSale([sampleLine('可口可乐', 1000, 300), sampleLine(name, 1000, 250)], 1000), at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: null, credit: null,
})
/** Which characters were asked to be drawn. */
function listening(): { glyphs: Glyphs; heard: string[] } {
  const heard: string[] = []
  return { heard, glyphs: (char, px, weight) => { heard.push(char); return drawnGlyphs(char, px, weight) } }
}

describe('which characters a set has', () => {
  test.each([
    ['中', true, true, true, false], ['喆', true, true, false, false], ['㐂', true, false, false, false], ['𠮷', true, false, false, false], ['￥', true, true, true, false],
    ['é', true, true, true, true], ['я', true, true, true, true], ['ท', true, false, false, true], ['A', true, true, true, true], ['─', true, true, true, true], ['€', true, true, false, true],
  ])('%s', (char, gb18030, gbk, gb2312, latin) => {
    expect([hasCharacter(char, 'gb18030'), hasCharacter(char, 'gbk'), hasCharacter(char, 'gb2312'), hasCharacter(char, 'latin')]).toEqual([gb18030, gbk, gb2312, latin])
  })
})

test('a name with a rare character is a picture in its place, and all around it stays text', async () => {
  const { glyphs, heard } = listening()
  const paper = await decodeEscpos(toEscpos(receiptOf('𠮷野家牛肉饭'), PROFILES['generic-58'], glyphs), 32)
  expect(paper.faults).toEqual([])
  expect(heard.join('')).toBe('𠮷野家牛肉饭')
  expect(paper.images).toHaveLength(1)
  expect([paper.images[0]!.width, paper.images[0]!.height]).toEqual([384, 30])
  const text = paper.lines.map((line) => line.text)
  const [name, figures] = [text.indexOf('可口可乐'), text.findIndex((line) => line.includes('1 × 2.50'))]
  expect([name >= 0, figures - name]).toEqual([true, 2])
  expect(paper.commands.indexOf('GS v0')).toBeGreaterThan(0)
})

test('nothing is drawn and no byte differs where the printer has it all', () => {
  const { glyphs, heard } = listening()
  const doc = receiptOf('本地青菜')
  expect(Buffer.from(toEscpos(doc, PROFILES['generic-80'], glyphs))).toEqual(Buffer.from(toEscpos(doc, PROFILES['gb18030-80'])))
  expect(heard).toEqual([])
})

test.each(['generic-58', 'generic-80', 'gb2312-58', 'latin-80'] as const)('%s: any name is whole, as text or drawn, and nothing is sent that the printer lacks', async (name) => {
  const profile = PROFILES[name]
  const char = fc.oneof(fc.constantFrom(...'可乐喆㐂𠮷龘éяท€─￥A1 '), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }))
  await fc.assert(fc.asyncProperty(fc.array(char, { maxLength: 14 }).map((chars) => chars.join('')), async (called) => {
    const { glyphs, heard } = listening()
    const bytes = toEscpos(receiptOf(called), profile, glyphs)
    const lacking = [...printable(called)].filter((each) => !hasCharacter(each === '￥' && profile.charset === 'latin' ? '\u{a5}' : each, profile.charset))
    for (const each of lacking) expect(heard).toContain(each)
    if (profile.charset === 'latin') return
    const paper = await decodeEscpos(bytes, profile.columns)
    expect(paper.faults).toEqual([])
    for (const { text } of paper.lines) for (const each of text) expect([each, hasCharacter(each, profile.charset)]).toEqual([each, true])
    const all = [...paper.lines.map(({ text }) => text).join(''), ...heard].join('')
    for (const each of printable(called).replaceAll(' ', '')) expect(all).toContain(each)
  }), { numRuns: 60 })
})

test('a large name, drawn, is as large as it would be as text', async () => {
  const doc = { ...receiptOf('茶'), shop: { ...receiptOf('茶').shop, name: '㐂乐小铺' } }
  const paper = await decodeEscpos(toEscpos(doc, PROFILES['generic-58']), 32)
  expect([paper.images[0]!.width, paper.images[0]!.height]).toEqual([384, 54])
})

test('dots are made larger without a gap', () => {
  const dot = new Bitmap(2, 2)
  dot.fill(1, 0, 1, 1)
  const large = dot.enlarged(3, 2)
  expect([large.width, large.height, [...large.data]]).toEqual([6, 4, [0b00011100, 0b00011100, 0, 0]])
  expect(columnsOf('㐂')).toBe(2)
})

test('where nothing can be drawn, the machine lacking what draws, the receipt is printed all the same', async () => {
  const broken: Glyphs = () => { throw new Error('no such library') }
  const paper = await decodeEscpos(toEscpos(receiptOf('𠮷野家牛肉饭'), PROFILES['generic-58'], broken), 32)
  expect(paper.faults).toEqual([])
  const text = paper.lines.map((line) => line.text)
  expect(text).toContain('〓野家牛肉饭')
  expect(text.some((line) => line.endsWith('2.50'))).toBe(true)
  expect(Buffer.from(toEscpos(receiptOf('𠮷野家牛肉饭'), PROFILES['latin-80'], broken)).includes('2.50')).toBe(true)
})
