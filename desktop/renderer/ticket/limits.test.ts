import { expect, it } from 'vitest'
import { fen } from '#shared/money/money.ts'
import { PRICE_MAX, priceTooHigh, QUANTITY_MAX, quantityFault } from './limits.ts'

it.each([
  ['piece', 1000, null], ['piece', -3000, null], ['piece', 2500, 'fraction'], ['piece', QUANTITY_MAX, null], ['piece', QUANTITY_MAX + 1000, 'tooMany'],
  ['piece', -QUANTITY_MAX - 1000, 'tooMany'], ['weight', 1250, null], ['weight', QUANTITY_MAX + 1, 'tooMany'],
] as const)('%s %d: %s', (pricing, quantity, fault) => {
  expect(quantityFault(pricing, quantity)).toBe(fault)
})

it.each([[3000, 300, false], [3001, 300, true], [5000, 0, false], [PRICE_MAX + 1, 0, true], [PRICE_MAX, PRICE_MAX, false]])('%d beside %d: too high %s', (price, list, high) => {
  expect(priceTooHigh(fen(price), fen(list))).toBe(high)
})
