import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerParser, troublesOf } from './status.ts'

/** The bits that are always set in an answer to DLE EOT. */
const OK = 0b0001_0010

test.each([
  ['ready', [OK, OK, OK, OK], []],
  ['off-line for no reason given', [OK | 8, OK, OK, OK], ['off_line']],
  ['cover open', [OK | 8, OK | 4, OK, OK], ['cover_open', 'off_line']],
  ['stopped for want of paper', [OK | 8, OK | 0x20, OK, OK], ['paper_out', 'off_line']],
  ['no paper at the sensor', [OK, OK, OK, OK | 0x60 | 0x0c], ['paper_out']],
  ['little paper', [OK, OK, OK, OK | 0x0c], ['paper_low']],
  ['cutter jammed', [OK | 8, OK | 0x40, OK | 8, OK], ['cutter', 'off_line']],
  ['unrecoverable', [OK | 8, OK | 0x40, OK | 0x20, OK], ['fault', 'off_line']],
  ['head too hot', [OK | 8, OK | 0x40, OK | 0x40, OK], ['fault', 'off_line']],
  ['an error not explained', [OK | 8, OK | 0x40], ['fault', 'off_line']],
  ['the drawer\'s switch and the feed button are no trouble', [OK | 4 | 0x40, OK | 8, OK, OK], []],
  ['a printer that answers the first question alone', [OK], []],
])('%s', (_name, answers, troubles) => {
  expect(troublesOf(answers)).toEqual(troubles)
})

test('answers are found among flow control and automatic status', () => {
  const parser = new AnswerParser()
  expect(parser.feed(Uint8Array.of(0x13, OK, 0x11, 0x00))).toEqual([{ to: 'status', byte: OK }, { to: 'taken', byte: 0 }])
  // An automatic status of four bytes, of which the last three look like answers to GS r.
  expect(parser.feed(Uint8Array.of(0x10, 0x00, 0x13, 0x0c))).toEqual([])
  expect(parser.feed(Uint8Array.of(0x00, 0x0c))).toEqual([{ to: 'taken', byte: 0x0c }])
})

test('an automatic status that broke off swallows no answer to DLE EOT', () => {
  expect(new AnswerParser().feed(Uint8Array.of(0x10, 0x00, OK))).toEqual([{ to: 'status', byte: OK }])
})

test('whatever a printer sends, in whatever pieces, is read the same', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
    const whole = new AnswerParser().feed(bytes)
    const parser = new AnswerParser()
    expect([...parser.feed(bytes.subarray(0, at)), ...parser.feed(bytes.subarray(at))]).toEqual(whole)
    for (const { byte } of whole) expect(byte & 0x80).toBe(0)
  }))
})
