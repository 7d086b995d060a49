import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, type TestTill } from '#cloud/testing/till.ts'
import { inShop } from '#cloud/storage/database.ts'
import { rebuild } from '#cloud/projections/rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const addGoods = (shop: string, count: number): Promise<{ body: Record<string, unknown> }> =>
  cloud.call('POST', `/api/shops/${shop}/goods`, { goods: Array.from({ length: count }, (_, index) => ({ name: `商品 ${index}`, price: index })) })

/** Pulls everything from `since` on, page by page. */
async function pullAll(till: TestTill, limit: number, since = 0): Promise<{ revs: number[]; rev: number }> {
  const revs: number[] = []
  for (let rev = since; ;) {
    const page = await till.changes(rev, limit)
    expect(page.changes.length).toBeLessThanOrEqual(limit)
    revs.push(...page.changes.map((change) => change.rev))
    rev = page.rev
    if (!page.more) return { revs, rev }
  }
}

test('pages of changes come in order, each once, and end at the shop\'s rev', async () => {
  const { shop, till } = await openShop(cloud)
  await addGoods(shop, 25)
  const { revs, rev } = await pullAll(till, 7)
  expect(revs).toEqual([...new Set(revs)].sort((a, b) => a - b))
  expect(revs).toHaveLength(27)
  expect((await till.state()).body.rev).toBe(rev)
  expect((await till.changes(rev)).changes).toEqual([])
  expect((await till.changes(rev + 1000)).changes).toHaveLength(27)
  expect((await cloud.call('GET', '/api/sync/changes?since=-1', undefined, till.token)).status).toBe(400)
  expect((await cloud.call('GET', '/api/sync/changes?limit=1001', undefined, till.token)).status).toBe(400)
})

test('a reader skips nothing while many writers commit', async () => {
  const { shop, till } = await openShop(cloud)
  const seen = new Set<string>()
  let writing = true
  const writers = Promise.all(Array.from({ length: 8 }, async () => {
    const ids: string[] = []
    for (let i = 0; i < 12; i++) ids.push(...((await addGoods(shop, 3)).body.goods as { id: string }[]).map(({ id }) => id))
    return ids
  })).finally(() => { writing = false })
  let rev = 0
  for (let last = false; !last;) {
    last = !writing
    const page = await till.changes(rev, 50)
    for (const { id } of page.changes) seen.add(id)
    rev = page.rev
    if (page.more) last = false
  }
  for (const id of (await writers).flat()) expect(seen.has(id)).toBe(true)
})

test('a price changed in the cloud wakes the till\'s stream, and only its own shop\'s', async () => {
  const { shop, till } = await openShop(cloud)
  const other = await openShop(cloud)
  const { body } = await addGoods(shop, 1)
  const good = (body.goods as { id: string }[])[0]!.id
  const stop = new AbortController()
  const revs = till.stream(stop.signal)
  const first = (await revs.next()).value as number
  expect(first).toBe((await till.state()).body.rev)
  await addGoods(other.shop, 1)
  const [woken] = await Promise.all([revs.next(), cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 880 })])
  expect(woken.value).toBe(first + 1)
  expect((await till.changes(first)).changes).toMatchObject([{ kind: 'good', id: good, rev: first + 1, doc: { price: 880 } }])
  await cloud.call('POST', `/api/shops/${shop}/devices/${till.device}/revoke`)
  expect((await revs.next()).done).toBe(true)
})

test('edits of one field merge by their clocks, and the loser is in the audit trail', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  const hlc = (ms: number): string => `${ms.toString(16).padStart(12, '0')}0000-till`
  till.record('good.changed', { good, set: { name: '豆腐', price: 300 }, hlc: hlc(2000) })
  await till.push()
  await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 350 })
  till.record('good.changed', { good, set: { price: 280, unit: '块' }, hlc: hlc(3000) })
  await till.push(till.rows.slice(1))
  const doc = (await till.changes()).changes.find(({ id }) => id === good)?.doc
  expect(doc).toMatchObject({ name: '豆腐', price: 350, unit: '块' })
  const lost = await inShop(cloud.db, shop, (trx) => trx.selectFrom('lost_edit').selectAll().where('shop_id', '=', shop).execute())
  expect(lost).toMatchObject([{ field: 'price', value: 280, hlc: hlc(3000), editor: till.device }])
})

test('projections made again from the facts are the same', async () => {
  const { shop, till } = await openShop(cloud)
  const good = randomUUID()
  till.record('good.changed', { good, set: { name: '米', price: 100, origin: '\0' }, hlc: '0190000000000000-a' })
  till.record('stock.moved', { reason: 'counted', note: '', lines: [{ good, delta: 9000 }] })
  till.record('shift.opened', { shift: randomUUID(), staff: randomUUID(), date: '2026-11-23', float: 500, postings: [{ account: 'drawer', fen: 500 }, { account: 'safe', fen: -500 }] })
  till.sell({ good, price: 100 })
  await till.push()
  await cloud.call('PATCH', `/api/shops/${shop}/goods/${good}`, { price: 120 })
  till.record('good.changed', { good, set: { price: 90 }, hlc: '0190000000000001-a' })
  till.record('no.such', {})
  till.append({ ...till.sell({ good, price: 100 }), hash: '1'.repeat(64) })
  till.rows.splice(-2, 1)
  till.sell({ good, price: 100, quantity: -1000 })
  await till.push(till.rows.slice(4))
  const read = (): Promise<unknown> => inShop(cloud.db, shop, async (trx) => {
    const rows: unknown[] = []
    for (const query of [
      'select * from sale order by id', 'select good_id, device_id, quantity, counted from stock order by good_id', 'select * from balance order by account',
      'select kind, id, doc, clocks from reference order by kind, id', 'select arrival, kind, id, field, value, hlc, editor, won, won_hlc from lost_edit order by arrival, field', 'select * from journal_flag order by seq, code',
    ]) rows.push((await sql.raw(query).execute(trx)).rows)
    return rows
  })
  const live = await read()
  expect(await rebuild(cloud.db, shop)).toBe(till.rows.length)
  expect(await read()).toEqual(live)
  expect(JSON.stringify(live)).toContain('event.unknown')
})
