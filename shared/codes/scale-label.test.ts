import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SCALE_PRESETS, ScalePatternSchema, type ScalePattern, itemCodes, patternLength, patternsClash, readScaleLabel, writeScaleLabel } from './scale-label.ts'

const named = (preset: Omit<ScalePattern, 'name'>): ScalePattern => ScalePatternSchema.parse({ name: '秤', ...preset })
const [price, weight, both] = [SCALE_PRESETS.price13, SCALE_PRESETS.weight13, SCALE_PRESETS.both18].map(named) as [ScalePattern, ScalePattern, ScalePattern]

test('the presets read what scales print', () => {
  expect([price, weight, both].map(patternLength)).toEqual([13, 13, 18])
  expect(readScaleLabel('2112345015002', weight)).toEqual({ label: { item: '12345', amount: null, grams: 1500 } })
  expect(readScaleLabel('2112345015002', price)).toEqual({ label: { item: '12345', amount: 1500, grams: null } })
  const label = writeScaleLabel(both, { item: '88', amount: 950, grams: 1250 })!
  expect(label).toMatch(/^26000880095001250[0-9]$/)
  expect(readScaleLabel(label, both)).toEqual({ label: { item: '00088', amount: 950, grams: 1250 } })
})
test('a wrong last digit is said, unless the scale\'s is not to be checked; another length, prefix or letter is another code', () => {
  expect(readScaleLabel('2112345015003', weight)).toEqual({ fault: 'check' })
  expect(readScaleLabel('2112345015003', { ...weight, check: 'unchecked' })).toMatchObject({ label: { grams: 1500 } })
  for (const text of ['', '211234501500', '2212345015002', '21123450150O2', '２１１２３４５０１５００２']) expect(readScaleLabel(text, weight)).toEqual({ fault: 'other' })
})
test('the variant with one digit of prefix and six of item, and coarser digits', () => {
  const one = named({ prefix: '1', item: 6, parts: [{ what: 'amount', digits: 5, decimals: 2 }], check: 'mod10' })
  expect(readScaleLabel(writeScaleLabel(one, { item: '123456', amount: 4567, grams: 0 })!, one)).toMatchObject({ label: { item: '123456', amount: 4567 } })
  const jiao = named({ prefix: '22', item: 5, parts: [{ what: 'amount', digits: 5, decimals: 1 }], check: 'none' })
  expect(readScaleLabel('220000100095', jiao)).toMatchObject({ label: { amount: 950 } })
})
test('patterns that can\'t be told apart clash', () => {
  expect([patternsClash(price, weight), patternsClash(price, both), patternsClash(price, { ...weight, prefix: '22' }), patternsClash(price, { ...weight, prefix: '2', item: 6 })]).toEqual([true, false, false, true])
  expect(itemCodes(weight, '00088')).toEqual(['00088', '88', '2100088'])
})
test.each([{ prefix: 'a' }, { prefix: '' }, { item: 0 }, { parts: [] }, { parts: [{ what: 'weight', digits: 5, decimals: 4 }] }, { parts: [{ what: 'amount', digits: 5, decimals: 3 }] },
  { parts: [{ what: 'weight', digits: 5, decimals: 3 }, { what: 'weight', digits: 5, decimals: 3 }] }, { parts: [{ what: 'amount', digits: 1, decimals: 2 }] }])('no scale prints %j', (odd) => {
  expect(ScalePatternSchema.safeParse({ ...weight, ...odd }).success).toBe(false)
})

const part = fc.record({ what: fc.constantFrom('amount' as const, 'weight' as const), digits: fc.integer({ min: 3, max: 7 }), decimals: fc.integer({ min: 0, max: 3 }) })
const pattern = fc.record({
  name: fc.constant('秤'), prefix: fc.stringMatching(/^[0-9]{1,3}$/), item: fc.integer({ min: 1, max: 8 }), parts: fc.array(part, { minLength: 1, maxLength: 2 }), check: fc.constantFrom('mod10' as const, 'unchecked' as const, 'none' as const),
}).filter((value) => ScalePatternSchema.safeParse(value).success)

test('what is written is read, to the last digit there is', () => {
  fc.assert(fc.property(pattern, fc.nat(), fc.nat({ max: 999 }), fc.nat({ max: 999 }), (layout, number, whole, other) => {
    const item = String(number % 10 ** layout.item)
    const unit = (what: string) => { const found = layout.parts.find((each) => each.what === what); return found ? 10 ** ((what === 'amount' ? 2 : 3) - found.decimals) : 0 }
    const [amount, grams] = [whole * unit('amount'), other * unit('weight')]
    const text = writeScaleLabel(layout, { item, amount, grams })!
    expect(text).toHaveLength(patternLength(layout))
    expect(readScaleLabel(text, layout)).toEqual({ label: { item: item.padStart(layout.item, '0'), amount: unit('amount') ? amount : null, grams: unit('weight') ? grams : null } })
  }))
})
