import { expect, it } from 'vitest'
import { backspace, EMPTY_BUFFER, isEmpty, looksLikeCode, type NumberBuffer, press, star } from './buffer.ts'

const typed = (keys: string): NumberBuffer => [...keys].reduce((buffer, key) => (key === '*' ? star(buffer) : press(buffer, key)), EMPTY_BUFFER)

it('collects a number and turns it into a quantity at `*`', () => {
  expect(typed('16.5')).toEqual({ text: '16.5', quantity: null })
  expect(typed('3*')).toEqual({ text: '', quantity: 3000 })
  expect(typed('1.25*')).toEqual({ text: '', quantity: 1250 })
  expect(typed('3*20')).toEqual({ text: '20', quantity: 3000 })
})

it('ignores what makes no number: a second point, a fourth decimal, a star on nothing or on zero', () => {
  expect(typed('1.2.5').text).toBe('1.25')
  expect(typed('1.2345').text).toBe('1.234')
  expect(typed('.5').text).toBe('0.5')
  expect(typed('*')).toEqual(EMPTY_BUFFER)
  expect(typed('0*')).toEqual({ text: '0', quantity: null })
  expect(press(EMPTY_BUFFER, 'x')).toEqual(EMPTY_BUFFER)
})

it('goes back one key at a time, the quantity last', () => {
  const buffer = typed('3*2')
  expect(backspace(buffer)).toEqual({ text: '', quantity: 3000 })
  expect(isEmpty(backspace(backspace(buffer)))).toBe(true)
})

it('tells a code typed by hand from an amount', () => {
  expect(looksLikeCode('690123')).toBe(true)
  expect(looksLikeCode('100')).toBe(false)
  expect(looksLikeCode('1234.50')).toBe(false)
})
