/** One shop's flood beside another shop's ordinary business: counted, not timed. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'
import type { Id } from '#shared/identity/ids.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

/** What a lane lets run and lets wait: see turns.ts. */
const RUNNING = 2
const WAITING = 100
const FLOOD = 160
const SOON = { timeout: 25_000, interval: 5 }

async function joinTill(shop: Id): Promise<TestTill> {
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  const till = new TestTill(cloud)
  await till.pair(String(body.code))
  return till
}

/** Holds what `statement` locks until the returned function is called. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: cloud.databaseUrl })
  await client.connect()
  await client.query(`begin; ${statement}`)
  return () => client.end()
}

/** Three requests of a shop's day: a sale goes up, changes come down, a neighbour looks at its page. */
async function ordinaryRound(till: TestTill, done: () => void): Promise<void> {
  const { seq } = till.sell({ good: randomUUID() })
  expect(await till.push(till.rows.slice(-1))).toMatchObject({ status: 200, body: { ack: seq } })
  done()
  expect((await till.changes()).rev).toBeGreaterThan(0)
  done()
  expect((await fetch(`${cloud.url}/s/${till.shop}`)).status).toBe(200)
  done()
}

test('while nothing of a flooding shop gets done, another shop does all its business', async () => {
  const flood = await openShop(cloud)
  const other = await openShop(cloud)
  flood.till.sell({ good: randomUUID() })
  // Each batch of the flood waits for its shop's counter, and has its connection for as long.
  const release = await hold(`select from counter where shop_id = '${flood.shop}' for update`)
  const answers: { status: number; code: unknown; retryAfterMs: number }[] = []
  const sent = Array.from({ length: FLOOD }, async () => {
    const { status, body } = await flood.till.push()
    answers.push({ status, code: body.code, retryAfterMs: Number((body.detail as { retryAfterMs?: number } | undefined)?.retryAfterMs) })
  })
  await expect.poll(() => answers.length, SOON).toBe(FLOOD - RUNNING - WAITING)
  expect(answers.every(({ status, code, retryAfterMs }) => status === 429 && code === 'rate.limited' && retryAfterMs > 0)).toBe(true)
  const response = await fetch(`${cloud.url}/api/sync/state`, { headers: { authorization: `Bearer ${flood.till.token}` } })
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)

  for (let i = 0; i < 5; i++) await ordinaryRound(other.till, () => expect(answers).toHaveLength(FLOOD - RUNNING - WAITING))

  await release()
  await Promise.all(sent)
  // Those who were let wait are answered, those who were told to come back lose nothing by it, and nothing is doubled.
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(RUNNING + WAITING)
  expect(await flood.till.push()).toMatchObject({ status: 200, body: { ack: 1 } })
  expect((await cloud.call('GET', `/api/shops/${flood.shop}/summary`)).body).toMatchObject({ sales: 1, flagCount: 0 })
  expect((await cloud.call('GET', `/api/shops/${other.shop}/summary`)).body).toMatchObject({ sales: 5, flagCount: 0 })
})

test('beside a flood that goes on, each request of another shop waits for a few of the flood and no more', async ({ annotate }) => {
  const LINES_PER_TILL = 9
  /** What a shop may run, for each of a request's two turns (its token, its work), and as much again for a busy machine; in one line for all it would be the whole flood. */
  const BETWEEN_MAX = 8 * RUNNING
  const flood = await openShop(cloud)
  const tills = [flood.till]
  while (tills.length < 10) tills.push(await joinTill(flood.shop))
  const other = await openShop(cloud)
  let stored = 0
  let isOver = false
  const lines = tills.flatMap((till) => {
    for (let i = 0; i < 20; i++) till.sell({ good: randomUUID() })
    return Array.from({ length: LINES_PER_TILL }, async () => {
      while (!isOver) {
        expect((await till.push()).status).toBe(200)
        stored += 1
      }
    })
  })
  await expect.poll(() => stored, SOON).toBeGreaterThan(20)
  const between: number[] = []
  for (let i = 0; i < 5; i++) {
    let before = stored
    await ordinaryRound(other.till, () => {
      between.push(stored - before)
      before = stored
    })
  }
  isOver = true
  await Promise.all(lines)
  await annotate(`beside ${lines.length} lines that push without a pause, of which ${stored} pushes were stored, a request of another shop saw at most ${Math.max(...between)} of them answered before it`)
  expect(Math.max(...between)).toBeLessThanOrEqual(BETWEEN_MAX)
  expect((await cloud.call('GET', `/api/shops/${flood.shop}/summary`)).body).toMatchObject({ sales: 200, flagCount: 0 })
})

test('tills behind one address are counted each by itself', async () => {
  const { shop, till } = await openShop(cloud)
  const second = await joinTill(shop)
  const left = async ({ token }: TestTill): Promise<number> => {
    const response = await fetch(`${cloud.url}/api/sync/state`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(200)
    return Number(response.headers.get('x-ratelimit-remaining'))
  }
  await left(till)
  const first = await left(till)
  for (let i = 0; i < 5; i++) await left(second)
  expect(await left(till)).toBe(first - 1)
})

test('wrong tokens wait in the line of their address, never in that of the shop they name', async () => {
  const { shop, till } = await openShop(cloud)
  expect((await till.state()).status).toBe(200)
  const forged = (): string => `xpt_${shop.replaceAll('-', '')}_${`${randomUUID()}${randomUUID()}`.replaceAll('-', '').slice(0, 43)}`
  const release = await hold('lock table device in access exclusive mode')
  const answers: number[] = []
  const sent = Array.from({ length: FLOOD }, async () => {
    answers.push((await fetch(`${cloud.url}/api/sync/state`, { headers: { authorization: `Bearer ${forged()}` } })).status)
  })
  await expect.poll(() => answers.length, SOON).toBe(FLOOD - RUNNING - WAITING)
  expect(new Set(answers)).toEqual(new Set([429]))
  const own = till.state()
  await release()
  expect((await own).status).toBe(200)
  await Promise.all(sent)
  expect(new Set(answers)).toEqual(new Set([401, 429]))
})
