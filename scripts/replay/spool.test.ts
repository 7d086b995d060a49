import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { idFrom, percentile } from './ring.ts'
import type { RefusedRow, SalesMapping } from './sale-row.ts'
import { makeSales } from './sales-files.ts'
import { Spool } from './spool.ts'

let folder = ''
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'xiaopu-spool-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function spool(bytes: string | Uint8Array, given?: SalesMapping) {
  const own = mkdtempSync(join(folder, 'a'))
  const file = join(own, 'sales')
  writeFileSync(file, bytes)
  const refused: RefusedRow[] = []
  return { refused, spool: await Spool.read(file, own, { given, refuse: (bad) => refused.push(...bad) }) }
}

describe('made files', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))('file %i comes to what its maker says', async (seed) => {
    const { text, expected } = makeSales(seed, 120)
    const bytes = seed % 3 === 0 ? Buffer.from(text) : seed % 3 === 1 ? gzipSync(iconv.encode(text, 'gb18030')) : iconv.encode(text, 'utf16le', { addBOM: true })
    const { refused, spool: read } = await spool(bytes)
    const orders = [...read.orders()]
    expect({ orders: orders.length, lines: orders.flatMap(({ lines }) => lines).length, skipped: new Set(refused.map(({ row }) => row)).size, fen: read.accepted().fen }).toEqual(expected)
    expect([...read.items()].length).toBeLessThanOrEqual(12)
    read.close()
  })
})

test('lines of an order that lie apart come together; orders come oldest first; a row without an order is one', async () => {
  const { spool: read } = await spool('order,item,paid,time\nB,糖,1,2020-01-02\nA,盐,2,2020-01-01\n,米,3,2020-01-03\nB,油,4,2020-01-02\n')
  expect([...read.orders()].map(({ key, lines }) => [key, lines.map(({ item, paid }) => `${item} ${paid}`)])).toEqual([
    ['order A', ['盐 200']], ['order B', ['糖 100', '油 400']], ['row 4', ['米 300']],
  ])
  read.refuseLines([...read.orders()][1]!.lines)
  expect(read.accepted()).toEqual({ rows: 2, fen: 500 })
  read.close()
})

test('rows are numbered by the lines of the file, and every reason names its column', async () => {
  const { refused, spool: read } = await spool('品名,数量,金额\n"两\n行",1,1\n糖,x,?\n盐,1,2,3\n')
  expect(refused).toEqual([
    { row: 4, column: '数量', value: 'x', code: 'replay.quantity_unreadable' }, { row: 4, column: '金额', value: '?', code: 'replay.amount_unreadable' },
    { row: 5, column: 'D', value: '3', code: 'replay.too_many_cells' },
  ])
  read.close()
})

test.each<[string, string | Uint8Array, SalesMapping | undefined, object]>([
  ['an empty file', '', undefined, { code: 'file.no_header' }],
  ['no columns of sales', 'a,b\n1,2\n', undefined, { code: 'replay.not_sales', detail: { columns: ['a', 'b'] } }],
  ['a list of prices', '品名,单价\n糖,2\n', undefined, { code: 'replay.not_sales', detail: { mapping: { item: '品名', price: '单价' } } }],
  ['gzip that ends too early', gzipSync('item,paid\n糖,2\n').subarray(0, -9), undefined, { code: 'file.unreadable', detail: { reason: 'gzip' } }],
  ['a column that isn\'t there', 'item,paid\n糖,2\n', { item: 'goods' }, { code: 'file.no_header', detail: { column: 'goods' } }],
  ['an open quote', 'item,paid\n糖,2\n"盐,2\n', undefined, { code: 'file.unreadable', detail: { reason: 'quotes', row: 3 } }],
  ['a spreadsheet', Buffer.from('PK\u0003\u0004....'), undefined, { code: 'file.unreadable' }],
])('refuses %s', async (_what, bytes, given, error) => {
  await expect(spool(bytes, given)).rejects.toMatchObject(error)
})

test('ids come from words and are UUIDs of version 8', () => {
  expect(idFrom('a', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(idFrom('a', 'b')).toBe(idFrom('a', 'b'))
  expect(idFrom('a', 'b')).not.toBe(idFrom('ab', ''))
})
test('percentiles are of the nearest rank', () => {
  expect([percentile([3, 1, 2, 4], 0.5), percentile([3, 1, 2, 4], 0.95), percentile([], 0.5)]).toEqual([2, 4, 0])
})
test('quantity and unit price say what was paid', async () => {
  const { spool: read } = await spool('品名,数量,单价\n糖,2,1.50\n')
  expect(read.accepted()).toEqual({ rows: 1, fen: 300 })
  read.close()
})
test('a folder is no file', async () => {
  await expect(Spool.read(folder, folder, { refuse: () => undefined })).rejects.toMatchObject({ code: 'file.unreadable', detail: { reason: 'folder' } })
})
