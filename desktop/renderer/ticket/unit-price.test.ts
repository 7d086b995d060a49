import fc from 'fast-check'
import { expect, it } from 'vitest'
import { unitPrice, unitPriceText, weightText } from './unit-price.ts'

const weighed = (price: number, unit: string) => ({ pricing: 'weight' as const, unit, price })
it('shows the shop\'s unit, to the last digit there is', () => {
  expect([unitPrice(weighed(760, '公斤'), '斤'), unitPrice(weighed(499, '斤'), '公斤'), unitPrice(weighed(765, '公斤'), '斤')].map((each) => `${unitPriceText(each)}/${each.unit}`)).toEqual(['3.80/斤', '9.98/公斤', '3.825/斤'])
  expect(unitPriceText(unitPrice(weighed(3, '克'), '斤'))).toBe('15.00')
  expect(unitPrice({ pricing: 'piece', unit: '份', price: 760 }, '斤')).toMatchObject({ fen: 760, unit: '份', per: 1000 })
  expect(unitPrice(weighed(760, '筐'), '斤')).toMatchObject({ fen: 760, unit: '筐' })
  expect([weightText(1250, 500), weightText(1250, 1000), weightText(1250, 1)]).toEqual(['2.500', '1.250', '1250'])
})
it('never shows another price than the one charged', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.constantFrom('斤', '公斤', '克', '两', 'kg'), fc.constantFrom('', '斤', '公斤'), (price, unit, weighIn) => {
    const shown = unitPrice(weighed(price, unit), weighIn)
    const own = unitPrice(weighed(price, unit), '')
    expect((shown.fen * 100 + Number(shown.rest.padEnd(2, '0') || 0)) * own.per).toBe(price * 100 * shown.per)
  }))
})
