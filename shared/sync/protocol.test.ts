import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { EMPTY_HEAD, type Head, type JournalRow, rawRow, seal } from '../ledger/envelope.ts'
import { PairingCodeSchema, readPush, writePush } from './protocol.ts'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const device = '0190a5b0-0000-7000-8000-000000000002'

function rowsFrom(seq: number, bodies: readonly object[]): JournalRow[] {
  let head: Head = { ...EMPTY_HEAD, seq: seq - 1 }
  return bodies.map((body) => {
    const { row } = seal(head, { shop: device, device }, { id: device, type: 'test.happened', v: 1, body }, 1, null, sha256)
    head = { seq: row.seq, hash: row.hash }
    return row
  })
}

const written = (rows: readonly JournalRow[]): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(writePush(device, rows.map(rawRow)))

test('what is written is read again, whatever the rows say', () => {
  fc.assert(fc.property(fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 1e9 }), (bodies, from) => {
    const rows = rowsFrom(from, bodies)
    expect(readPush(written(rows))).toEqual({ header: { protocol: 1, device, from, rows: rows.length }, rows })
  }))
})
test('a body that was cut or spoilt is refused with its line, and nothing throws', () => {
  const text = written(rowsFrom(1, [{ a: 1 }, { a: 2 }]))
  const lines = text.split('\n')
  expect(readPush('')).toMatchObject({ line: 1 })
  expect(readPush(lines.slice(0, 2).join('\n'))).toMatchObject({ line: 1 })
  expect(readPush([lines[0], lines[1], `x${lines[2]}`].join('\n'))).toMatchObject({ line: 3 })
  // However many lines come, no more are looked at than a batch may have and one that tells.
  expect(readPush(`${lines[0]}${'\n'.repeat(100_000)}`)).toMatchObject({ line: 1, reason: 'the header says 2 rows, 1001 came' })
  expect(readPush(text.replace('"protocol":1', '"protocol":2'))).toMatchObject({ line: 1 })
  fc.assert(fc.property(fc.oneof(fc.string(), fc.nat({ max: text.length }).map((at) => text.slice(0, at))), (spoilt) => {
    const read = readPush(spoilt)
    if ('header' in read) expect(spoilt.length).toBeGreaterThan(lines[0]!.length)
    else expect(read.reason).not.toBe('')
  }))
})
test.each([['abcd-efgh', 'ABCDEFGH'], [' 1234 5678 ', '12345678'], ['ABCD-EFG', undefined], ['ABCD-EFGO', undefined], ['ABCDEFGI', undefined], ['ABCDEFGU', undefined]])('pairing code %j is %s', (typed, code) => {
  expect(PairingCodeSchema.safeParse(typed).data).toBe(code)
})
