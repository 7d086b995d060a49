import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskBirthday, maskName, maskPhone, normalPhone, PersonFields, phoneTail, readBirthday } from './person.ts'

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

describe('a birthday', () => {
  test.each([
    ['5-20', '05-20'], ['05-20', '05-20'], ['0520', '05-20'], ['5月20日', '05-20'], ['5.20', '05-20'], ['５－２０', '05-20'], ['12 31', '12-31'], ['1990/5/2', '1990-05-02'], ['19900502', '1990-05-02'],
    ['2-29', '02-29'], ['2000-02-29', '2000-02-29'], ['1990-02-29', undefined], ['2-30', undefined], ['4-31', undefined], ['13-1', undefined], ['0-1', undefined], ['520', undefined], ['五月', undefined], ['', ''],
  ])('%j is %j', (text, day) => {
    expect(readBirthday(text)).toBe(day)
  })
  test('is every day of a leap year however it is written, and what it gives is a field and itself again', () => {
    fc.assert(fc.property(fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2000-12-31T00:00:00Z'), noInvalidDate: true }), fc.constantFrom('-', '/', '.', '月'), (date, between) => {
      const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()]
      const read = readBirthday(`${month}${between}${day}`)!
      expect(read).toBe(date.toISOString().slice(5, 10))
      expect([PersonFields.shape.birthday.safeParse(read).success, readBirthday(read)]).toEqual([true, read])
    }))
  })
  test('is shown by its month alone', () => {
    expect(['05-20', '1990-05-20', ''].map(maskBirthday)).toEqual(['05-**', '05-**', ''])
  })
})
