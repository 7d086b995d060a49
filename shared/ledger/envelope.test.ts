import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { broken, change } from '../testing/broken.ts'
import { checkRow, EMPTY_HEAD, EnvelopeSchema, type Head, isPlainEnvelope, type JournalRow, openRow, seal } from './envelope.ts'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const where = { shop: '0190a5b0-0000-7000-8000-000000000001', device: '0190a5b0-0000-7000-8000-000000000002' }

function chainOf(bodies: readonly object[]): JournalRow[] {
  let head: Head = EMPTY_HEAD
  return bodies.map((body, index) => {
    const id = `0190a5b0-0000-7000-8000-${String(index).padStart(12, '0')}`
    const { row } = seal(head, where, { id, type: 'test.happened', v: 1, body }, 1_700_000_000_000 + index, null, sha256)
    head = { seq: row.seq, hash: row.hash }
    return row
  })
}
function faultsOf(rows: readonly JournalRow[]): string[] {
  let head: Head = EMPTY_HEAD
  return rows.flatMap((row) => {
    const checked = checkRow(head, row, sha256)
    head = checked.head
    return checked.faults.map(({ code, seq }) => `${seq} ${code}`)
  })
}

/** Any keys but `__proto__`, which no event has and no parser gives back. */
const key = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__')
const bodies = fc.array(fc.dictionary(key, fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null))), { minLength: 1, maxLength: 6 })

test('a sealed chain has no faults and opens to what was sealed', () => {
  fc.assert(fc.property(bodies, (list) => {
    const rows = chainOf(list)
    expect(faultsOf(rows)).toEqual([])
    rows.forEach((row, index) => {
      const opened = openRow(row)
      expect('envelope' in opened && opened.envelope).toMatchObject({ ...where, seq: index + 1, actor: null })
      expect('envelope' in opened && opened.envelope.body).toEqual(JSON.parse(JSON.stringify(list[index])))
    })
  }))
})

test('what is known at sight as an envelope is what the schema takes, and gives back unchanged', () => {
  const seen = { plain: 0, other: 0 }
  fc.assert(fc.property(bodies, fc.array(change, { maxLength: 2 }), (list, changes) => {
    const value = changes.reduce(broken, JSON.parse(chainOf(list).at(-1)!.text) as unknown)
    if (!isPlainEnvelope(value)) return void seen.other++
    seen.plain++
    const judged = EnvelopeSchema.safeParse(value)
    expect(judged.error).toBeUndefined()
    expect(judged.data).toStrictEqual(value)
  }), { numRuns: 3000 })
  expect(seen.plain).toBeGreaterThan(500)
  expect(seen.other).toBeGreaterThan(500)
  expect(isPlainEnvelope({ ...JSON.parse(chainOf([{}])[0]!.text) as object, body: JSON.parse('{"__proto__":1}') })).toBe(false)
})

describe('damage is always seen', () => {
  const flip = (text: string, at: number): string => `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
  test('any one character of a text or a hash', () => {
    fc.assert(fc.property(bodies, fc.nat(), fc.nat(), fc.boolean(), (list, which, at, isHash) => {
      const rows = chainOf(list)
      const index = which % rows.length
      const row = rows[index]!
      const hurt = isHash ? { ...row, hash: flip(row.hash, at % 64) } : { ...row, text: flip(row.text, at % row.text.length) }
      expect(faultsOf(rows.with(index, hurt)).some((fault) => fault.startsWith(`${row.seq} `))).toBe(true)
    }), { numRuns: 500 })
  })
  test('a row taken out, put in twice, or two exchanged', () => {
    const rows = chainOf([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }])
    expect(faultsOf(rows.toSpliced(1, 1))).toEqual(['3 chain.seq', '3 chain.prev'])
    expect(faultsOf(rows.toSpliced(1, 0, rows[0]!))).toEqual(['1 chain.seq', '1 chain.prev'])
    expect(faultsOf([rows[0]!, rows[2]!, rows[1]!, rows[3]!]).length).toBeGreaterThan(2)
  })
  test('a text edited with its hash made again breaks the link of the next row', () => {
    const rows = chainOf([{ a: 1 }, { a: 2 }])
    const text = rows[0]!.text.replace('"a":1', '"a":9')
    expect(faultsOf(rows.with(0, { ...rows[0]!, text, hash: sha256(text) }))).toEqual(['2 chain.prev'])
  })
  test('a number in the row that isn\'t the text\'s', () => {
    const [row] = chainOf([{}])
    expect(faultsOf([{ ...row!, seq: 2 }])).toEqual(['2 chain.seq', '2 chain.seq'])
  })
  test('any text is opened or refused with a reason', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const opened = openRow({ seq: 1, text, hash: sha256(text) })
      expect('fault' in opened && opened.fault.code).toBe('chain.malformed')
    }))
  })
})
