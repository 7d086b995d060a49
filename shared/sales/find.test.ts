import { expect, test } from 'vitest'
import { shortId } from '../identity/ids.ts'
import { readReceiptText } from './find.ts'

const shop = '0190a5b0-0000-7000-8000-000000000001'
const sale = '0190a5b0-0000-7000-8000-0000000000ff'

test.each([
  [`https://example.cn/r/${shortId(shop)}/${shortId(sale)}`, { kind: 'code', shop, sale }],
  [`  https://example.cn/r/${shortId(shop)}/${shortId(sale)}?from=paper `, { kind: 'code', shop, sale }],
  ['20261123-01-0042', { kind: 'no', no: '20261123-01-0042', till: '01' }],
  ['42', { kind: 'ending', ending: '0042' }], ['0042', { kind: 'ending', ending: '0042' }], ['12345', { kind: 'ending', ending: '12345' }],
  ['16.30', { kind: 'amount', fen: 1630 }], ['￥5', { kind: 'amount', fen: 500 }], ['5元', { kind: 'amount', fen: 500 }],
  ['', { kind: 'nothing' }], ['可乐', { kind: 'nothing' }], ['6901234567892', { kind: 'nothing' }], [`https://example.cn/r/${shortId(shop)}/nonsense`, { kind: 'nothing' }],
])('%s', (text, read) => expect(readReceiptText(text)).toEqual(read))
