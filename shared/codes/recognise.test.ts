/** Every form of code there is, what it may be taken for, and that no text at all confuses whoever reads it. */
import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { crc16, readEmvco } from './emvco.ts'
import { gtinCheckDigit } from './gtin.ts'
import { GS } from './gs1.ts'
import { ASKS, type Ask, type Ground, recognise } from './recognise.ts'
import { checkResidentId } from './resident-id.ts'
import { checkUscc } from './uscc.ts'
import { SCALE_PRESETS, type ScalePattern, writeScaleLabel } from './scale-label.ts'

const weight: ScalePattern = { name: '重量', ...SCALE_PRESETS.weight13, parts: [...SCALE_PRESETS.weight13.parts] }
const both: ScalePattern = { name: '两样', ...SCALE_PRESETS.both18, parts: [...SCALE_PRESETS.both18.parts] }
const ground = (ask: Ask = 'sell', labels: readonly ScalePattern[] = [weight, both]): Ground => ({ ask, labels, sites: ['https://xiaopu.example.cn'], year: 2026 })
const read = (text: string, ask?: Ask, labels?: readonly ScalePattern[]) => recognise(text, ground(ask, labels))
/** All readings, each in a word. */
const kinds = (text: string, ask?: Ask, labels?: readonly ScalePattern[]) => read(text, ask, labels).map((reading) =>
  (reading.kind === 'goods' ? reading.form : reading.kind === 'unknown' ? reading.because : reading.kind === 'payment' ? reading.channel : reading.kind))

function vectors(name: string): Record<string, never> | undefined {
  const file = new URL(`../../../shared/vectors/${name}.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Record<string, never> : undefined
}
const [payments, identity] = [vectors('payments'), vectors('identity-and-check-digits')]
describe.skipIf(!payments || !identity)('published vectors (skipped where the files are not there)', () => {
  const emvco = (payments?.['emvco_mpm'] ?? []) as { payload: string; valid: boolean }[]
  const people = (identity?.['resident_id'] ?? []) as { in: string; valid: boolean }[]
  test.each(emvco)('$payload: $valid', ({ payload, valid }) => expect('code' in readEmvco(payload)).toBe(valid))
  test.each(people)('$in: $valid', (vector) => expect(checkResidentId(vector.in) === 'valid').toBe(vector.valid))
})
test('the CRC of the standard\'s own check', () => expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x29b1))

const gtin14 = `9690123456789${gtinCheckDigit('9690123456789')}`
test.each<[string, string, string[]]>([
  ['a GTIN', '6901234567892', ['code', 'not_found']], ['one misread', '6901234567893', ['code', 'wrong_check_digit']], ['a symbology identifier in front', ']E06901234567892', ['code', 'not_found']],
  ['a weight label', '2112345015002', ['code', 'label', 'label_unset']], ['one misread', '2112345015003', ['code', 'label_check']],
  ['an in-store number of no label of ours', '2212345015002', ['code', 'label_unset']],
  ['an element string in brackets', '(01)06901234567892(3103)001250(17)261231', ['code', 'gs1', 'not_found']],
  ['with separators', `]C10106901234567892${GS}10A1`, ['gs1', 'not_found']],
  ['from a scanner that says nothing', '010690123456789217261231', ['code', 'gs1', 'not_found']],
  ['with no good in it', '(10)A1', ['code', 'gs1_no_good']], ['broken', '(01)06901234567893', ['code', 'gs1_bad']],
  ['a Digital Link', 'https://id.gs1.org/01/06901234567892/10/A1?17=261231', ['link', 'link']],
  ['another page', 'https://example.com/a', ['code', 'link']],
  ['a drug trace code', '81234567890123456789', ['code', 'drug', 'not_found']],
  ['our receipt', 'https://xiaopu.example.cn/r/AZCltbAAcACAAAAAAAAAAQ/AZCltbAAcACAAAAAAAAAAQ', ['receipt', 'not_found']],
  ['a receipt\'s number', '20261128-01-0007', ['code', 'receipt', 'not_found']],
  ['somebody else\'s receipt', 'https://other.example.cn/r/AZCltbAAcACAAAAAAAAAAQ/AZCltbAAcACAAAAAAAAAAQ', ['link']],
  ['our credit code', 'https://xiaopu.example.cn/c/eyJ.x.y', ['credit', 'not_found']],
  ['a member\'s card', 'https://xiaopu.example.cn/m/AZCltbAAcACAAAAAAAAAAQ', ['member', 'not_found']], ['a telephone', '13812345678', ['code', 'member', 'not_found']],
  ['a coupon', 'https://xiaopu.example.cn/k/AB12-cd', ['coupon', 'not_found']],
  ['WeChat', '134567890123456789', ['code', 'wechat', 'not_found']], ['Alipay', '287654321012345678', ['code', 'alipay', 'not_found']],
  ['UnionPay', '6212345678901234567', ['code', 'unionpay', 'not_found']], ['e-CNY', '0112345678901234567', ['code', 'ecny', 'not_found']],
  ['a person', '11010519491231002X', ['code', 'person']], ['a company', '91350100M000100Y43', ['code', 'company']],
  ['nothing', ' \t', ['empty']], ['a novel', 'x'.repeat(501), ['too_long']],
])('%s: %s', (_what, text, expected) => expect(kinds(text)).toEqual(expected))

test('the screen\'s question goes before everything else: a scale label is not charged, nor a payment code sold', () => {
  const label = writeScaleLabel(both, { item: '88', amount: 950, grams: 1250 })!
  expect(kinds(label)).toEqual(['code', 'label', 'alipay', 'not_found'])
  expect(kinds(label, 'pay')).toEqual(['alipay', 'code', 'label', 'not_found'])
  expect(kinds('13812345678', 'member')).toEqual(['member', 'code', 'not_found'])
  expect(kinds('20261128-01-0007', 'receipt')).toEqual(['receipt', 'code', 'not_found'])
})

test('what a code says of the goods in hand', () => {
  expect(read('(01)06901234567892(3103)001250(3922)0950(17)260131(10)L-7(21)S1')[0]).toMatchObject({ codes: ['6901234567892', '06901234567892'], measure: { grams: 1250, amount: 950, pieces: null, expires: '2026-01-31', lot: 'L-7', serial: 'S1' } })
  expect(read(`(01)${gtin14}(3105)012345`)[1]).toMatchObject({ codes: [gtin14, '6901234567892'], measure: { grams: 123 } })
  expect(read('(01)06901234567892(3932)1560950(30)3')[1]).toMatchObject({ measure: { amount: 950, pieces: 3 } })
  expect(read('(01)06901234567892(3932)8400950')[1]).toMatchObject({ measure: { amount: null } })
  expect(read('(01)00012345678905')[1]).toMatchObject({ codes: ['0012345678905', '00012345678905', '012345678905'] })
  expect(read('2112345015002')[1]).toMatchObject({ codes: ['12345', '2112345'], measure: { grams: 1500 } })
  expect(read('81234567890123456789')[1]).toMatchObject({ codes: ['81234567890123456789', '8123456'], measure: { serial: '81234567890123456789' } })
})

test('any text whatever has readings, the same ones each time, the last saying why; asking only changes their order', () => {
  const near = fc.array(fc.oneof(fc.constantFrom('(01)', '06901234567892', '(3103)', GS, ']C1', 'https://xiaopu.example.cn', '/r/', '/01/', '?', '21', '26', '000201', '%', '\\('), fc.stringMatching(/^[0-9]{0,20}$/), fc.string({ maxLength: 8 })), { maxLength: 12 })
    .map((parts) => parts.join(''))
  const bytes = fc.uint8Array({ maxLength: 600 }).map((some) => String.fromCharCode(...some))
  fc.assert(fc.property(fc.oneof(near, bytes, fc.string({ unit: 'binary', maxLength: 600 })), (text) => {
    const all = ASKS.filter((ask) => ask !== 'intake').map((ask) => read(text, ask))
    const intake = read(text, 'intake')
    expect(intake.at(-1)!.kind).toBe('unknown')
    if (text.length <= 500) expect(intake.filter(({ kind }) => kind !== 'certificate' && kind !== 'company').map((reading) => JSON.stringify(reading)).toSorted()).toEqual(all[0]!.filter(({ kind }) => kind !== 'payment').map((reading) => JSON.stringify(reading)).toSorted())
    expect(read(text)).toEqual(all[0])
    for (const readings of all) {
      expect(readings.at(-1)!.kind).toBe('unknown')
      expect(readings.filter(({ kind }) => kind === 'unknown')).toHaveLength(1)
      expect(readings.map((reading) => JSON.stringify(reading)).toSorted()).toEqual(all[0]!.map((reading) => JSON.stringify(reading)).toSorted())
    }
  }), { numRuns: 3000 })
})

describe('where goods are taken in', () => {
  const USCC = '91330106MA2GXXXX0C'
  const intake = (text: string) => read(text, 'intake')[0]
  const body = fc.array(fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRTUWXY'), { minLength: 17, maxLength: 17 }).map((chars) => chars.join(''))
  /** The last character that makes it right. */
  const whole = (text: string): string => text + [...'0123456789ABCDEFGHJKLMNPQRTUWXY'].find((char) => checkUscc(text + char) === 'valid')!
  const good = whole(USCC.slice(0, 17).replace('X', '1'))
  test('a company is known by its code, by itself, in an address or among words, with its name where that is said', () => {
    expect(intake(good)).toEqual({ kind: 'company', code: good, name: '', sure: true })
    expect(intake(good.toLowerCase())).toMatchObject({ kind: 'company', code: good })
    expect(intake(`https://www.gsxt.gov.cn/index.html?uniscid=${good}`)).toMatchObject({ kind: 'company', code: good })
    expect(intake(`统一社会信用代码：${good}；企业名称：余杭蔬菜合作社；成立日期：2019-01-01`)).toMatchObject({ kind: 'company', code: good, name: '余杭蔬菜合作社' })
    const wrong = good.slice(0, 17) + (good.endsWith('A') ? 'B' : 'A')
    expect(intake(wrong)).toMatchObject({ kind: 'company', code: wrong, sure: false })
    fc.assert(fc.property(body, (text) => { expect(read(whole(text), 'intake').find(({ kind }) => kind === 'company')).toMatchObject({ code: whole(text), sure: true }) }))
  })
  test('a certificate is one with its six fields, also with a company\'s code; a bare link may be where one is', () => {
    expect(intake(`品名：青菜；重量：30 公斤；产地：杭州余杭；承诺主体：余杭蔬菜合作社；社会信用代码：${good}`)).toMatchObject({ kind: 'certificate', company: good, certificate: { product: '青菜', quantity: '30 公斤', promisor: '余杭蔬菜合作社' } })
    expect(intake('https://hgz.example.cn/c/8812')).toMatchObject({ kind: 'certificate', certificate: { link: 'https://hgz.example.cn/c/8812', product: '' } })
  })
  test('goods stay goods, eighteen digits are a label before they are a company, and what is neither is not', () => {
    expect(intake('https://another.example/s/x/01/06901234567892/10/A1?17=270131')).toMatchObject({ kind: 'goods', form: 'link', measure: { lot: 'A1', expires: '2027-01-31' } })
    expect(intake('6901234567892')).toMatchObject({ kind: 'goods' })
    for (const text of ['11010519491231002X', '随便写的', '2'.repeat(18)]) expect(read(text, 'intake').map(({ kind }) => kind)).not.toContain('certificate')
    expect(read('11010519491231002X', 'intake').at(-1)).toMatchObject({ because: 'person' })
    // At the counter none of it is anything.
    expect(read(good).map(({ kind }) => kind)).toEqual(['goods', 'unknown'])
  })
})
