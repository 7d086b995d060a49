/** A replay from a file to the cloud's sum, through a real till's host and a real cloud. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectTill } from '../connect.ts'
import { replay, type ReplayResult } from '../replay.ts'
import { makeSales } from '../replay/sales-files.ts'
import { lastCloudPort } from '../replay/stage.ts'
import { startStack, type Stack } from '../stack.ts'

let folder = ''
let stack: Stack
let first: ReplayResult
const made = makeSales(1, 3)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-replay-test-'))
  writeFileSync(join(folder, 'first.csv'), made.text)
  // The first replay sets the shop up and pairs it; the till is then started again for the tests.
  first = await replay({ file: join(folder, 'first.csv'), report: join(folder, 'first-refused.csv'), data: folder })
  stack = await startStack({ data: folder, cloud: true, cloudPort: lastCloudPort(folder) })
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const report = (): string => join(folder, 'refused.csv')
const ring = (file: string, rowsMax?: number): Promise<ReplayResult> =>
  replay({ file, report: report(), data: folder, url: stack.tillUrl, ...(rowsMax === undefined ? {} : { rowsMax }) })
async function salesAtTill(): Promise<number> {
  const client = await connectTill(stack.tillUrl)
  const { sales } = await client.call('ledger.balances', {})
  client.close()
  return sales
}

test('in a shop of its own, made and paired for it', () => {
  expect(first).toMatchObject({ sales: made.expected.orders, fileFen: made.expected.fen, tillFen: made.expected.fen, cloudFen: made.expected.fen })
})

describe('a made file', () => {
  const { text, expected } = makeSales(42, 60)
  const sums = { sales: expected.orders, lines: expected.lines, skipped: expected.skipped, fileFen: expected.fen, tillFen: expected.fen, cloudFen: expected.fen }

  test('orders of several lines, returns and bad rows: three equal sums, every refusal listed', async () => {
    const file = join(folder, 'made.csv')
    writeFileSync(file, text)
    const result = await ring(file)
    expect(result).toMatchObject(sums)
    expect(result.p95Ms).toBeGreaterThanOrEqual(result.p50Ms)
    const rows = readFileSync(report(), 'utf8').trimEnd().split('\r\n').slice(1).map((line) => line.split(',')[0])
    expect(new Set(rows).size).toBe(expected.skipped)
  })
  test('again at the same till, as after a crash: nothing is sold twice, and the sums still agree', async () => {
    const before = await salesAtTill()
    expect(await ring(join(folder, 'made.csv'))).toMatchObject(sums)
    expect(await salesAtTill()).toBe(before)
  })
})

test('orders the till refuses count as skipped, row by row, and the rest goes on', async () => {
  const file = join(folder, 'large.csv')
  writeFileSync(file, '单号,品名,数量,单价,实付\nA,金条,1,9999990.99,9999990.99\nA,糖,1,2,2\nB,盐,1,3,2.5\n')
  writeFileSync(join(folder, 'dear.csv'), '单号,品名,数量,实付\nA,金条,1000000,1\nA,糖,1,2\nB,盐,1,3\n')
  expect(await ring(file)).toMatchObject({ sales: 2, skipped: 0, fileFen: 999_999_549, tillFen: 999_999_549 })
  expect(await ring(join(folder, 'dear.csv'))).toMatchObject({ sales: 1, lines: 1, skipped: 2, fileFen: 300, tillFen: 300, cloudFen: 300 })
  expect(readFileSync(report(), 'utf8')).toContain('2,品名,金条,sale.too_large')
})

const real = fileURLToPath(new URL('../../../shared/data/sales-2017h1.csv.gz', import.meta.url))
test.skipIf(!existsSync(real))('the first rows of a real history (skipped where the file is not there)', async () => {
  const result = await ring(real, 500)
  expect(result).toMatchObject({ sales: 500, lines: 500, skipped: 0 })
  expect([result.tillFen, result.cloudFen]).toEqual([result.fileFen, result.fileFen])
})
