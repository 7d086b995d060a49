import { describe, expect, it } from 'vitest'
import { charOf, SCAN_GAP_MS_MAX, type Stroke, type Verdict, Wedge } from './wedge.ts'

const codeOf = (char: string): Omit<Stroke, 'time'> => {
  if (/[0-9]/.test(char)) return { code: `Digit${char}`, key: char }
  if (/[a-z]/.test(char)) return { code: `Key${char.toUpperCase()}`, key: char }
  if (/[A-Z]/.test(char)) return { code: `Key${char}`, key: char, shift: true }
  return { code: 'Minus', key: '-' }
}

it('leaves the star before a scan to the cashier, however soon the scan follows', () => {
  const wedge = new Wedge()
  wedge.feed({ code: 'NumpadMultiply', key: '*', time: 990 })
  expect(type(wedge, '6901234567892', 1)).toMatchObject({ type: 'scan', text: '6901234567892' })
})

/** Types `text` with `gap` ms between keys, then ends it. */
function type(wedge: Wedge, text: string, gap: number, options: { start?: number; end?: string; ime?: boolean } = {}): Verdict {
  let time = options.start ?? 1000
  for (const char of text) {
    const stroke = codeOf(char)
    wedge.feed({ ...stroke, key: options.ime ? 'Process' : stroke.key, time })
    time += gap
  }
  const end = options.end ?? 'Enter'
  return wedge.feed({ code: end, key: end, time })
}

describe('wedge', () => {
  it('takes a fast burst ended by Enter or Tab for a scan, with the time of its first key', () => {
    expect(type(new Wedge(), '6901234567892', 3)).toEqual({ type: 'scan', text: '6901234567892', since: 1000 })
    expect(type(new Wedge(), '6901234567892', 30, { end: 'Tab' })).toMatchObject({ type: 'scan' })
    expect(type(new Wedge(), '690123', 10, { end: 'NumpadEnter' })).toMatchObject({ type: 'scan', text: '690123' })
  })

  it('takes slow or short input for typing', () => {
    expect(type(new Wedge(), '6901234567892', 60)).toEqual({ type: 'type', length: 0 })
    expect(type(new Wedge(), '12345', 2)).toEqual({ type: 'type', length: 0 })
  })

  it('does not need `key`, which an input method replaces', () => {
    expect(type(new Wedge(), 'Ab-690123', 4, { ime: true })).toMatchObject({ type: 'scan', text: 'Ab-690123' })
  })

  it('forgets what was typed before a pause', () => {
    const wedge = new Wedge()
    wedge.feed({ code: 'Digit3', key: '3', time: 0 })
    wedge.feed({ code: 'NumpadMultiply', key: '*', time: 40 })
    expect(type(wedge, '6901234567892', 2, { start: 41 + SCAN_GAP_MS_MAX })).toMatchObject({ text: '6901234567892' })
  })

  it('leaves out how many and the star, however soon the scan follows', () => {
    const wedge = new Wedge()
    wedge.feed({ code: 'Digit1', key: '1', time: 0 })
    wedge.feed({ code: 'Digit2', key: '2', time: 5 })
    wedge.feed({ code: 'NumpadMultiply', key: '*', time: 10 })
    expect(type(wedge, '6901234567892', 2, { start: 15 })).toMatchObject({ type: 'scan', text: '6901234567892' })
  })

  it('does not take a burst for a scan when Enter comes late: that is a person confirming', () => {
    const wedge = new Wedge()
    for (let i = 0; i < 8; i++) wedge.feed({ code: `Digit${i}`, key: String(i), time: i * 5 })
    expect(wedge.feed({ code: 'Enter', key: 'Enter', time: 500 })).toEqual({ type: 'type', length: 0 })
  })

  it('reads two scans one after the other', () => {
    const wedge = new Wedge()
    expect(type(wedge, '6901234567892', 2)).toMatchObject({ text: '6901234567892' })
    expect(type(wedge, '6925303721367', 2, { start: 1030 })).toMatchObject({ text: '6925303721367', since: 1030 })
  })

  it('ignores modifiers and gives up on keys that type nothing', () => {
    const wedge = new Wedge()
    for (const [at, char] of [...'ABC1234'].entries()) {
      wedge.feed({ code: 'ShiftLeft', key: 'Shift', time: at * 10 })
      wedge.feed({ ...codeOf(char), time: at * 10 + 1 })
    }
    expect(wedge.feed({ code: 'Enter', key: 'Enter', time: 70 })).toMatchObject({ type: 'scan', text: 'ABC1234' })
    wedge.feed({ code: 'Digit1', key: '1', time: 200 })
    expect(wedge.feed({ code: 'ArrowUp', key: 'ArrowUp', time: 203 })).toEqual({ type: 'type', length: 0 })
  })

  it('maps places to characters of the layout scanners use', () => {
    expect(charOf({ code: 'Digit8', key: 'Process', shift: true })).toBe('*')
    expect(charOf({ code: 'Numpad8', key: '8', shift: true })).toBe('8')
    expect(charOf({ code: 'Slash', key: '/' })).toBe('/')
    expect(charOf({ code: 'F5', key: 'F5' })).toBeUndefined()
    expect(charOf({ code: '', key: 'x' })).toBe('x')
  })

  it('with a prefix: takes only what begins with it, however short, and leaves the prefix away', () => {
    const wedge = new Wedge()
    wedge.set({ prefix: '-', end: 'key', suffix: '' })
    expect(type(wedge, '-88', 3)).toMatchObject({ type: 'scan', text: '88' })
    expect(type(wedge, '6901234567892', 3, { start: 2000 })).toEqual({ type: 'type', length: 0 })
    expect(type(wedge, '-', 3, { start: 3000 })).toEqual({ type: 'type', length: 0 })
    expect(type(wedge, '-6901234567892', 60, { start: 4000 })).toEqual({ type: 'type', length: 0 })
  })

  it('with a suffix: ends a scan at it, and Enter ends none', () => {
    const wedge = new Wedge()
    wedge.set({ prefix: '', end: 'text', suffix: '-' })
    const verdicts = [...'690123-'].map((char, i) => wedge.feed({ ...codeOf(char), time: 1000 + i }))
    expect(verdicts.at(-1)).toEqual({ type: 'scan', text: '690123', since: 1000 })
    expect(type(wedge, '6901234567892', 3, { start: 2000 })).toEqual({ type: 'type', length: 0 })
    // A person's hyphen.
    expect([...'6901-'].map((char, i) => wedge.feed({ ...codeOf(char), time: 9000 + i * 200 })).at(-1)).toMatchObject({ type: 'type' })
  })

  it('with no end: takes what came at a scanner\'s speed when it rests', () => {
    const wedge = new Wedge()
    wedge.set({ prefix: '', end: 'pause', suffix: '' })
    for (const [i, char] of [...'6901234567892'].entries()) wedge.feed({ ...codeOf(char), time: 1000 + i * 5 })
    expect(wedge.rest()).toEqual({ type: 'scan', text: '6901234567892', since: 1000 })
    expect(wedge.rest()).toEqual({ type: 'type', length: 0 })
    for (const [i, char] of [...'12345'].entries()) wedge.feed({ ...codeOf(char), time: 5000 + i * 5 })
    expect(wedge.rest()).toMatchObject({ type: 'type' })
    const plain = new Wedge()
    for (const [i, char] of [...'6901234567892'].entries()) plain.feed({ ...codeOf(char), time: 1000 + i * 5 })
    expect(plain.rest()).toMatchObject({ type: 'type' })
  })
})
