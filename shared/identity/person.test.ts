import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskName, maskPhone, normalPhone, phoneTail } from './person.ts'

describe('a telephone number', () => {
  test.each([
    ['13800005678', '13800005678'],
    ['138 0000 5678', '13800005678'],
    ['138-0000-5678', '13800005678'],
    ['+86 138 0000 5678', '13800005678'],
    ['008613800005678', '13800005678'],
    ['8613800005678', '13800005678'],
    ['１３８００００５６７８', '13800005678'],
    ['(0571) 8888 6666', '057188886666'],
    ['+852 9123 4567', '+85291234567'],
    ['00 852 9123 4567', '+85291234567'],
    ['1234', undefined],
    ['', undefined],
    ['13800x05678', undefined],
    ['1380000567812345678', undefined],
  ])('%j is %j', (text, phone) => {
    expect(normalPhone(text)).toBe(phone)
  })

  test('has one way to be written: writing it again changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+- ()８') }), (text) => {
      const phone = normalPhone(text)
      if (phone !== undefined) expect(normalPhone(phone)).toBe(phone)
    }))
  })
})

describe('a mask', () => {
  test.each([['13800005678', '138****5678'], ['057188886666', '057****6666'], ['+85291234567', '+85****4567'], ['88886666', '****66'], ['', '']])('of %j is %j', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked)
  })
  test.each([['张三', '张*'], ['欧阳修文', '欧*'], ['Ann Lee', 'A*'], ['张', '*'], ['😀😀', '😀*'], ['', '']])('of %j is %j', (name, masked) => {
    expect(maskName(name)).toBe(masked)
  })
  test('shows at most seven characters of a number, and hides four or more of what it has', () => {
    fc.assert(fc.property(fc.stringMatching(/^[0-9]{6,15}$/), (phone) => {
      const shown = maskPhone(phone).replaceAll('*', '').length
      expect(shown).toBeLessThanOrEqual(7)
      expect(phone.length - shown).toBeGreaterThanOrEqual(4)
    }))
  })
  test('the tail is what people say at a counter', () => {
    expect(phoneTail('13800005678')).toBe('5678')
  })
})
