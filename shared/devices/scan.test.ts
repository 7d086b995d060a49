import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HidScan } from './hid-pos.ts'
import { ascii } from './scale.ts'
import { ScanText } from './scan-text.ts'

const utf8 = new TextEncoder()

describe('a serial scanner', () => {
  it('reads codes ended by CR, LF, both or a tab, and by silence', () => {
    const scan = new ScanText()
    expect(scan.feed(ascii('6901234567892\r\n6925303721367\rABC-123\t\x02X1\x03'))).toEqual(['6901234567892', '6925303721367', 'ABC-123', 'X1'])
    expect(scan.feed(ascii('690123'))).toEqual([])
    expect(scan.isWaiting).toBe(true)
    expect(scan.rest()).toEqual(['690123'])
    expect(scan.rest()).toEqual([])
  })
  it('reads UTF-8 and GB 18030, and keeps the GS of a GS1 code', () => {
    expect(new ScanText().feed(utf8.encode('青菜\r'))).toEqual(['青菜'])
    expect(new ScanText().feed(Uint8Array.of(0xc7, 0xe0, 0xb2, 0xcb, 0x0d))).toEqual(['青菜'])
    expect(new ScanText().feed(ascii('0106901234567892\x1d10AB\r'))).toEqual(['0106901234567892\x1d10AB'])
  })
  it('throws at no bytes, and reads the same however the line cuts them', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (parts) => {
      const one = new ScanText()
      const other = new ScanText()
      const codes = [...parts.flatMap((part) => one.feed(part)), ...one.rest()]
      expect([...other.feed(Uint8Array.from(parts.flatMap((part) => [...part]))), ...other.rest()]).toEqual(codes)
      expect(codes.every((code) => code !== '' && !/[\r\n\0]/.test(code))).toBe(true)
    }))
  })
  it('drops what is longer than any code', () => {
    expect(new ScanText().feed(ascii(`${'7'.repeat(5000)}\r690123\r`))).toEqual(['690123'])
  })
})

/** A report as the usage tables and the makers lay it out. */
function report(data: string, isContinued = false): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x02, data.length, ...ascii(']E0'), ...ascii(data)])
  bytes.set([0, 0x64, isContinued ? 1 : 0], 61)
  return bytes
}

describe('a HID POS scanner', () => {
  it('reads a scanned data report: length, AIM identifier, data', () => {
    expect(new HidScan().feed(report('6901234567892'))).toBe('6901234567892')
    expect(new HidScan().feed(report('6901234567892\r\n'))).toBe('6901234567892')
  })
  it('puts a long code together from its reports', () => {
    const scan = new HidScan()
    const url = `https://id.gs1.org/01/06901234567892/10/${'A'.repeat(60)}`
    expect(scan.feed(report(url.slice(0, 56), true))).toBeUndefined()
    expect(scan.feed(report(url.slice(56)))).toBe(url)
    expect(scan.feed(report('690123'))).toBe('690123')
  })
  it('passes over other reports, empty and short ones, and throws at none', () => {
    expect(new HidScan().feed(Uint8Array.of(0x03, 5, 1, 2, 3))).toBeUndefined()
    expect(new HidScan().feed(report(''))).toBeUndefined()
    expect(new HidScan().feed(Uint8Array.of(2, 9, 0x5d, 0x45, 0x30, 0x36, 0x39))).toBe('69')
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 10 }), (reports) => {
      const scan = new HidScan()
      for (const each of reports) expect(scan.feed(each)).not.toBe('')
    }))
  })
})
