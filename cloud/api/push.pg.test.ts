import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PUSH_BYTES_MAX } from '#shared/sync/protocol.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, pushBody, saleBody, TestTill } from '#cloud/testing/till.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const summaryOf = async (shop: string): Promise<Record<string, unknown>> => (await cloud.call('GET', `/api/shops/${shop}/summary`)).body

test('rows are taken exactly once, however often and however cut they come', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  till.record('device.begun', { publicKey: till.publicKey, app: 'test' })
  till.record('good.changed', { good, set: { name: '可乐', price: 350 }, hlc: '019000000000' + '0000-a' })
  till.record('stock.moved', { reason: 'received', note: '', lines: [{ good, delta: 24_000 }] })
  for (let i = 0; i < 5; i++) till.sell({ good })
  expect(await till.push(till.rows.slice(0, 5))).toMatchObject({ status: 200, body: { ack: 5, flags: [] } })
  expect(await till.push(till.rows.slice(0, 5))).toMatchObject({ status: 200, body: { ack: 5, flags: [] } })
  expect(await till.push(till.rows.slice(3))).toMatchObject({ status: 200, body: { ack: 8, flags: [] } })
  expect(await till.push(till.rows.slice(0, 2))).toMatchObject({ status: 200, body: { ack: 8 } })
  expect(await till.state()).toMatchObject({ body: { ack: 8, head: till.rows.at(-1)!.hash } })
  expect(await summaryOf(shop)).toMatchObject({
    sales: 5, lines: 5, totalFen: 1750, flags: [], balances: [{ account: 'drawer', fen: 1750 }, { account: 'sales', fen: -1750 }],
    byDevice: [{ device: till.device, ack: 8, totalFen: 1750 }],
  })
  expect((await cloud.call('GET', `/api/shops/${shop}/goods`)).body).toMatchObject({ goods: [{ id: good, name: '可乐', price: 350, stock: 19_000 }] })
})

test('the same batch many times at once counts once', async () => {
  const { shop, till } = await openShop(cloud)
  for (let i = 0; i < 20; i++) till.sell({ good: randomUUID() })
  const answers = await Promise.all(Array.from({ length: 6 }, () => till.push()))
  expect(answers.map(({ body }) => body.ack)).toEqual([20, 20, 20, 20, 20, 20])
  expect(await summaryOf(shop)).toMatchObject({ sales: 20, totalFen: 7000 })
})

test('a gap is refused with the number that is missing', async () => {
  const { till } = await openShop(cloud)
  for (let i = 0; i < 4; i++) till.sell({ good: randomUUID() })
  await till.push(till.rows.slice(0, 1))
  expect(await till.push(till.rows.slice(2))).toMatchObject({ status: 409, body: { code: 'sync.gap', detail: { expected: 2 } } })
  expect(await till.push(till.rows.slice(1))).toMatchObject({ status: 200, body: { ack: 4 } })
})

test('a batch may be zstd or gzip, whatever its header calls it', async () => {
  const { till } = await openShop(cloud)
  for (let i = 0; i < 4; i++) till.sell({ good: randomUUID() })
  expect(await till.pushBytes(zstdCompressSync(pushBody(till.device, till.rows.slice(0, 2))))).toMatchObject({ status: 200, body: { ack: 2, flags: [] } })
  expect(await till.pushBytes(gzipSync(pushBody(till.device, till.rows)))).toMatchObject({ status: 200, body: { ack: 4, flags: [] } })
})

test('another row under the same number quarantines the till and overwrites nothing', async () => {
  const { shop, till } = await openShop(cloud)
  till.sell({ good: randomUUID(), price: 100 })
  await till.push()
  const copy = till.copyWithEmptyLedger()
  copy.sell({ good: randomUUID(), price: 900 })
  expect(await copy.push()).toMatchObject({ status: 409, body: { code: 'sync.fork', detail: { seq: 1 } } })
  expect(await copy.push()).toMatchObject({ status: 423, body: { code: 'device.quarantined' } })
  expect(await till.push()).toMatchObject({ status: 423 })
  expect(await till.state()).toMatchObject({ status: 200, body: { quarantined: true, ack: 1, head: till.rows[0]!.hash } })
  expect(await summaryOf(shop)).toMatchObject({ sales: 1, totalFen: 100 })
})

test('rows that can not be believed or understood are kept and flagged, and those behind them go through', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  till.sell({ good })
  till.append({ ...till.sell({ good }), seq: 2, text: till.rows[1]!.text.replace('"total":350', '"total":351') })
  till.rows.splice(1, 1)
  till.record('weather.changed', { any: 'thing' })
  till.record('sale.completed', { nothing: true })
  till.record('sale.completed', { ...saleBody({ good }), postings: [{ account: 'drawer', fen: 1 }] })
  till.record('sale.completed', { ...saleBody({ good }), total: 340, tenders: [{ channel: 'cash', amount: 340, given: 340, change: 0 }] })
  till.append({ seq: 7, hash: 'f'.repeat(64), text: 'not JSON at all' })
  till.record('good.changed', { good: randomUUID(), set: { price: 1 }, hlc: '0190000000000000-a' })
  till.sell({ good })
  const { status, body } = await till.push()
  expect(status).toBe(200)
  expect(body).toMatchObject({ ack: 9 })
  expect((body.flags as { seq: number; code: string }[]).map(({ seq, code }) => `${seq} ${code}`)).toEqual([
    '2 chain.hash', '3 event.unknown', '4 event.malformed', '5 event.malformed', '6 sale.unbalanced', '7 chain.hash', '7 chain.malformed', '8 good.incomplete',
  ])
  expect((await till.push()).body.flags).toEqual(body.flags)
  expect(await summaryOf(shop)).toMatchObject({ sales: 3, flagCount: 8 })
})

test('an event or a sale that another till has sent already is flagged and counted once', async () => {
  const { shop, till } = await openShop(cloud)
  const id = randomUUID()
  const sale = saleBody({ good: randomUUID() })
  till.record('sale.completed', sale, { id })
  await till.push()
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  const second = new TestTill(cloud)
  await second.pair(String(body.code))
  second.record('sale.completed', sale, { id })
  second.record('sale.completed', sale)
  second.append({ ...till.rows[0]!, seq: 3 })
  expect((await second.push()).body).toMatchObject({ ack: 3, flags: [{ seq: 1, code: 'event.repeated' }, { seq: 2, code: 'sale.repeated' }, { seq: 3, code: 'chain.prev' }, { seq: 3, code: 'chain.seq' }] })
  expect(await summaryOf(shop)).toMatchObject({ sales: 1 })
})

test('hostile strings neither fail a batch nor change what the journal says', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  const name = 'a\0b\ud800c\udc00\u202e</script>\'";--'
  till.record('good.changed', { good, set: { name, price: 1, origin: '\0' }, hlc: '0190000000000000-a' })
  till.record('sale.completed', { ...saleBody({ good, name }), no: '\0\ud800' })
  till.record('x\0\ud800', { '\0': '\ud800' })
  till.append({ seq: 4, hash: '0'.repeat(64), text: 'raw \0 and \ud800' })
  till.record('good.changed', { good: randomUUID(), set: { name: '好'.repeat(120), price: 1, picture: `data:image/png;base64,${'A'.repeat(16_000)}` }, hlc: '0190000000000000-a' })
  till.record('good.changed', { good, set: { price: 2 }, hlc: 'ffffffffffffffff-a' })
  till.sell({ good })
  const { status, body } = await till.push()
  expect({ status, ack: body.ack }).toEqual({ status: 200, ack: 7 })
  expect((body.flags as { seq: number }[]).map(({ seq }) => seq)).toEqual([3, 4, 4, 6])
  const goods = (await cloud.call('GET', `/api/shops/${shop}/goods`)).body.goods as { id: string; name: string }[]
  expect(goods.find(({ id }) => id === good)?.name).toBe('a\ufffdb\ufffdc\ufffd\u202e</script>\'";--')
  expect((await till.changes()).changes.length).toBeGreaterThan(2)
})

test('what is no signed batch of this till is refused, and nothing of it kept', async () => {
  const { till } = await openShop(cloud)
  const other = await openShop(cloud)
  till.sell({ good: randomUUID() })
  const sound = gzipSync(pushBody(till.device, till.rows))
  expect(await till.pushBytes(sound, other.till.sign(sound))).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
  expect(await till.pushBytes(sound, 'x')).toMatchObject({ status: 401 })
  expect(await till.pushBytes(Buffer.from('neither'))).toMatchObject({ status: 400, body: { code: 'batch.malformed' } })
  expect(await till.pushBytes(gzipSync('no header'))).toMatchObject({ status: 400, body: { code: 'batch.malformed', detail: { line: 1 } } })
  expect(await till.pushBytes(gzipSync(`${pushBody(till.device, till.rows)}\nmore`))).toMatchObject({ status: 400 })
  expect(await till.pushBytes(gzipSync(pushBody(till.device, till.rows).toString().replace('"protocol":1', '"protocol":2')))).toMatchObject({ status: 426, body: { code: 'protocol.unsupported' } })
  expect(await till.pushBytes(gzipSync(pushBody(randomUUID(), till.rows)))).toMatchObject({ status: 403, body: { code: 'not.allowed' } })
  expect(await till.pushBytes(gzipSync(Buffer.alloc(PUSH_BYTES_MAX + 1)))).toMatchObject({ status: 413, body: { code: 'batch.too_large' } })
  expect(await till.pushBytes(zstdCompressSync(Buffer.alloc(PUSH_BYTES_MAX + 1)))).toMatchObject({ status: 413, body: { code: 'batch.too_large' } })
  expect(await till.pushBytes(zstdCompressSync(pushBody(till.device, till.rows)).subarray(0, -9))).toMatchObject({ status: 400, body: { code: 'batch.malformed' } })
  expect(await till.pushBytes(Buffer.alloc(PUSH_BYTES_MAX + 1))).toMatchObject({ status: 413, body: { code: 'batch.too_large' } })
  till.token = other.till.token
  expect(await till.push()).toMatchObject({ status: 401, body: { code: 'signature.invalid' } })
  expect(await other.till.state()).toMatchObject({ body: { ack: 0 } })
})

test('rows of before the pairing, under the ledger\'s own shop, belong to the shop now', async () => {
  const { shop, till } = await openShop(cloud)
  till.shop = till.ledgerShop
  till.sell({ good: randomUUID() })
  till.record('shop.changed', { shop: till.ledgerShop, set: { about: '三十年老店', site: 'https://evil.example' }, hlc: '7000000000000000-a' })
  till.shop = shop
  till.record('device.paired', { from: till.ledgerShop, shop, till: '01', cloud: cloud.url })
  till.sell({ good: randomUUID() })
  till.shop = randomUUID()
  till.sell({ good: randomUUID() })
  expect((await till.push()).body).toMatchObject({ ack: 5, flags: [{ seq: 5, code: 'shop.foreign' }] })
  expect(await summaryOf(shop)).toMatchObject({ sales: 2 })
  const profile = (await till.changes()).changes.find(({ kind }) => kind === 'shop')
  expect(profile?.doc).toMatchObject({ about: '三十年老店', site: cloud.url })
})

test('row security denies what the service did not ask for, and the journal can not be changed', async () => {
  const one = await openShop(cloud)
  const two = await openShop(cloud)
  one.till.sell({ good: randomUUID() })
  await one.till.push()
  const client = new pg.Client({ connectionString: cloud.databaseUrl, options: '-c role=xiaopu_service' })
  await client.connect()
  const count = async (table: string): Promise<number> => Number((await client.query<{ n: string }>(`select count(*) as n from ${table} where shop_id = $1`, [one.shop])).rows[0]!.n)
  try {
    for (const table of ['journal', 'sale', 'stock', 'balance', 'reference', 'device', 'shop', 'counter', 'credit_code', 'edit']) {
      expect(await count(table)).toBe(0)
      await client.query(`begin; set local app.shop_id = '${two.shop}'`)
      expect(await count(table)).toBe(0)
      await client.query(`rollback; begin; set local app.shop_id = '${one.shop}'`)
      expect(await count(table)).toBeGreaterThan(0)
      await client.query('rollback')
    }
    await client.query(`begin; set local app.shop_id = '${two.shop}'`)
    await expect(client.query('insert into balance values ($1, $2, $3, 1)', [one.shop, one.till.device, 'drawer'])).rejects.toThrow(/row-level security/)
    await client.query(`rollback; begin; set local app.shop_id = '${one.shop}'`)
    await expect(client.query("update journal set text = ''")).rejects.toThrow(/permission denied/)
    await client.query(`rollback; begin; set local app.shop_id = '${one.shop}'`)
    await expect(client.query('delete from journal')).rejects.toThrow(/permission denied/)
  } finally {
    await client.end()
  }
})

test('sales are read page by page, and those of one millisecond fall between no two pages', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  for (let i = 0; i < 7; i++) till.sell({ good, at: 1_795_000_000_000 + Math.floor(i / 4) })
  await till.push()
  const seen: string[] = []
  for (let next = ''; ;) {
    const { body } = await cloud.call('GET', `/api/shops/${shop}/sales?limit=3${next}`)
    const sales = body.sales as { id: string; at: number }[]
    const last = sales.at(-1)
    if (!last) break
    seen.push(...sales.map(({ id }) => id))
    next = `&before=${last.at}&beforeId=${last.id}`
  }
  expect(seen).toHaveLength(7)
  expect(new Set(seen).size).toBe(7)
})

test('nobody unknown is listened to for long', async () => {
  const { shop } = await openShop(cloud)
  const ask = (path: string, bytes: number): Promise<number> => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(cloud.url)
    const asking = request({ hostname, port, path, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': bytes } }, (answer) => {
      resolve(answer.statusCode ?? 0)
      asking.destroy()
    })
    asking.on('error', reject).flushHeaders()
  })
  expect(await ask('/api/sync/push', PUSH_BYTES_MAX)).toBe(401)
  expect(await ask(`/api/shops/${shop}/goods`, 10_000_000)).toBe(401)
  expect(await ask('/api/pair', 10_000)).toBe(413)
})
