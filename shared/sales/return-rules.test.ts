import { expect, test } from 'vitest'
import { SHOP_DEFAULTS } from '../catalog/shop.ts'
import { daysBetween, whyNot } from './return-rules.ts'

const rules = SHOP_DEFAULTS
const sold = (category: string, date = '2026-11-20') => ({ category, date })

test('days count from day to day, over months and years', () => {
  expect([daysBetween('2026-11-20', '2026-11-20'), daysBetween('2026-11-27', '2026-12-04'), daysBetween('2026-12-31', '2027-01-01'), daysBetween('2028-02-28', '2028-03-01')]).toEqual([0, 7, 1, 2])
})
test('within seven days what is not exempt comes back without a reason; on the eighth nothing does by itself', () => {
  expect(whyNot(rules, sold('日用百货'), '2026-11-27', 'no_reason')).toBeNull()
  expect(whyNot(rules, sold('日用百货'), '2026-11-28', 'no_reason')).toBe('late')
  expect(whyNot(rules, sold('日用百货'), '2026-11-28', 'quality')).toBe('late')
})
test.each(['蔬菜', '水果', '非处方药', '生鲜肉类', '书报期刊'])('%s does not come back without a reason, and does where it is faulty', (category) => {
  expect(whyNot(rules, sold(category), '2026-11-20', 'no_reason')).toBe('exempt')
  expect(whyNot(rules, sold(category), '2026-11-20', 'quality')).toBeNull()
})
test('a shop may say its own', () => {
  expect(whyNot({ ...rules, returnDays: 15, returnExempt: ['灯笼'] }, sold('大红灯笼'), '2026-12-05', 'no_reason')).toBe('exempt')
  expect(whyNot({ ...rules, returnDays: 15, returnExempt: [] }, sold('水果'), '2026-12-05', 'no_reason')).toBeNull()
})
