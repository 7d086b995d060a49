import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecipient } from './recipient.ts'

const WHERE = '浙江省湖州市吴兴区爱山街道红旗路88号3幢502室'
test.each([
  ['收件甲 13812345678 ' + WHERE, ['收件甲', '13812345678', WHERE]],
  [`收件甲，138-1234-5678，${WHERE}`, ['收件甲', '138-1234-5678', WHERE]],
  [`收件甲13812345678${WHERE}`, ['收件甲', '13812345678', WHERE]],
  [`${WHERE} 收件甲 13812345678`, ['收件甲', '13812345678', WHERE]],
  [`${WHERE}，13812345678，收件甲`, ['收件甲', '13812345678', WHERE]],
  [`13812345678 收件甲 ${WHERE}`, ['收件甲', '13812345678', WHERE]],
  ['收件甲 １３８ 1234 5678 浙江 湖州 吴兴区 红旗路88号', ['收件甲', '138 1234 5678', '浙江 湖州 吴兴区 红旗路88号']],
  ['13812345678 浙江 湖州市 红旗路88号 收件甲', ['收件甲', '13812345678', '浙江 湖州市 红旗路88号']],
  [`收货人: 收件甲\n手机号码: 13812345678\n所在地区: 浙江省湖州市吴兴区\n详细地址: 红旗路88号`, ['收件甲', '13812345678', '浙江省湖州市吴兴区 红旗路88号']],
  [`收件人：收件甲 电话：+86 13812345678 地址：${WHERE}`, ['收件甲', '+86 13812345678', WHERE]],
  [`收件甲 0572-2123456 ${WHERE}`, ['收件甲', '0572-2123456', WHERE]],
  [`收件甲[9527] 13812345678转9527 ${WHERE}`, ['', '13812345678转9527', `收件甲[9527] ${WHERE}`]],
  [`Amy 13812345678 ${WHERE}`, ['Amy', '13812345678', WHERE]],
  [WHERE, ['', '', WHERE]],
  ['收件甲', ['', '', '收件甲']],
  ['', ['', '', '']],
])('%j', (text, [to, phone, address]) => {
  expect(readRecipient(text)).toEqual({ to, phone, address, note: '' })
})

test('a note is one, to the end of its line', () => {
  expect(readRecipient('备注：放门口，谢谢\n收件甲 13812345678 红旗路88号')).toEqual({ to: '收件甲', phone: '13812345678', address: '红旗路88号', note: '放门口，谢谢' })
})

test('nothing is lost, whatever it is made of', () => {
  const word = fc.constantFrom('收件甲', '13812345678', '138 1234 5678', '红旗路88号', '浙江', '放门口', '备注', 'B座', '0572-2123456', '𠮷', '…', '12', '/')
  const said = (text: string): string => [...text.replace(/[\s,，;；、|。]/gu, '')].sort().join('')
  fc.assert(fc.property(fc.array(fc.tuple(word, fc.constantFrom(' ', '，', '\n', '', ';')), { maxLength: 9 }), (pairs) => {
    const text = pairs.map(([each, between]) => each + between).join('')
    const { to, phone, address, note } = readRecipient(text)
    expect(said(to + phone + address + note)).toBe(said(text))
  }), { numRuns: 500 })
})
