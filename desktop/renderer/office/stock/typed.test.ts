import { expect, test } from 'vitest'
import { expiryOf, quantityOf, quantityShown } from './typed.ts'

test('dates as they are printed on goods', () => {
  for (const text of ['261205', '20261205', '2026-12-05', '2026-12-5', '2026.12.05', ' 26/12/05 ']) expect(expiryOf(text)).toBe('2026-12-05')
  expect(expiryOf('  ')).toBe('')
  for (const text of ['2026', '20260230', '261305', '12/05', 'x', '2026120', '0']) expect(expiryOf(text)).toBeUndefined()
})
test('quantities in the unit a good is priced by', () => {
  const [piece, jin] = [{ pricing: 'piece', unit: '瓶' }, { pricing: 'weight', unit: '斤' }] as const
  expect([quantityOf(piece, '12'), quantityOf(piece, '1.5'), quantityOf(piece, 'x'), quantityOf(jin, '2.5')]).toEqual([12_000, undefined, undefined, 1250])
  expect([quantityShown(piece, 12_000), quantityShown(jin, 1250), quantityShown(piece, -2000)]).toEqual(['12', '2.5', '-2'])
})
