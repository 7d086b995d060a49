import { expect, test } from 'vitest'
import { quantityOf, quantityShown } from './typed.ts'

test('quantities in the unit a good is priced by', () => {
  const [piece, jin] = [{ pricing: 'piece', unit: '瓶' }, { pricing: 'weight', unit: '斤' }] as const
  expect([quantityOf(piece, '12'), quantityOf(piece, '1.5'), quantityOf(piece, 'x'), quantityOf(jin, '2.5')]).toEqual([12_000, undefined, undefined, 1250])
  expect([quantityShown(piece, 12_000), quantityShown(jin, 1250), quantityShown(piece, -2000)]).toEqual(['12', '2.5', '-2'])
})
