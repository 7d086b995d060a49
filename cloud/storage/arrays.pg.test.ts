/** What the server reads from the binary arrays is what was put in. */
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloneDatabase, type TestDatabase } from '#cloud/testing/database.ts'
import { bigints, booleans, texts, uuids } from './arrays.ts'
import { storable } from './database.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await cloneDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** The array as the server writes it out again, its elements as text. */
async function read(array: Buffer, type: string): Promise<(string | null)[]> {
  const { rows } = await client.query<{ value: string | null }>(`select value::text from unnest($1::${type}[]) with ordinality as row (value, n) order by n`, [array])
  return rows.map(({ value }) => value)
}
const nullable = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<(Value | null)[]> => fc.array(fc.option(values), { maxLength: 20 })

test.each([
  ['text', nullable(fc.string({ unit: 'binary' }).map(storable)), texts, String],
  ['bigint', nullable(fc.maxSafeInteger()), bigints, String],
  ['uuid', nullable(fc.uuid()), uuids, String],
  ['boolean', fc.array(fc.boolean(), { maxLength: 20 }), booleans, String],
] as const)('%s', async (type, values, encode, say) => {
  await fc.assert(fc.asyncProperty(values as fc.Arbitrary<never[]>, async (list) => {
    expect(await read(encode(list), type)).toEqual(list.map((value: unknown) => (value === null ? null : say(value))))
  }), { numRuns: 60 })
})

test('ends of the range, and what is no UUID', async () => {
  const ends = [Number.MIN_SAFE_INTEGER, -(2 ** 32) - 1, -(2 ** 32), -1, 0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]
  expect(await read(bigints(ends), 'bigint')).toEqual(ends.map(String))
  for (const wrong of ['', 'x'.repeat(32), '00000000-0000-0000-0000-00000000000']) expect(() => uuids([wrong])).toThrow(TypeError)
})
