/** Two cloud processes on one database, behind one address: whatever begins at one goes on at the other. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { newPlatformKeyPem } from '#cloud/identity/platform-key.ts'
import { administer, databaseUrl } from '#cloud/testing/postgres.ts'
import { TestTill } from '#cloud/testing/till.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { connectTill } from '../connect.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { startStack } from '../stack.ts'
import { roundRobin, type RoundRobin } from '../testing/round-robin.ts'

const SOON = { timeout: 40_000, interval: 50 }
const operatorKey = `xpk_${randomBytes(32).toString('base64url')}`
const name = `xiaopu_two_${randomBytes(6).toString('hex')}`
let folder: string
let balancer: RoundRobin
const parts: (Part | undefined)[] = []
const ring = (): string => JSON.stringify(keysInMemory().ring())
const env = { XIAOPU_OPERATOR_KEY: operatorKey, XIAOPU_PLATFORM_KEY: newPlatformKeyPem(), XIAOPU_PERSONAL_KEYS: ring() }

async function startCloud(index: number, change: Record<string, string> = {}): Promise<void> {
  const args = ['--data', join(folder, `cloud-${index}`), '--port', '0', '--site', balancer.url]
  parts[index] = await startPart({ script: 'cloud/main.ts', args, env: { ...env, DATABASE_URL: databaseUrl(inject('cloudServerUrl'), name), ...change }, log: () => undefined })
}
const at = (index: number): { url: string; operatorKey: string } => ({ url: parts[index]!.ready['url']!, operatorKey })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-two-'))
  await administer(inject('cloudServerUrl'), `create database ${name}`)
  balancer = await roundRobin(() => parts.flatMap((part) => part?.ready['url'] ?? []))
  // Both find an empty database, at the same moment.
  await Promise.all([startCloud(0), startCloud(1)])
})
afterAll(async () => {
  await Promise.all(parts.map((part) => part?.stop()))
  await balancer.stop()
  await administer(inject('cloudServerUrl'), `drop database if exists ${name} with (force)`)
  rmSync(folder, { recursive: true, force: true })
})

interface Summary { sales: number; totalFen: number; flagCount: number; byDevice: { device: string; ack: number }[]; balances: { account: string; fen: number }[] }
const summary = (index: number, shop: string): Promise<Summary> => operate<Summary>(at(index), 'GET', `/api/shops/${shop}/summary`)
/** A till that speaks the protocol to one process now and to the other then. */
async function joinedTill(code: string, index: number): Promise<TestTill & { turnTo(index: number): void }> {
  const place = { url: at(index).url }
  const till = new TestTill(place)
  expect((await till.pair(code)).status).toBe(200)
  return Object.assign(till, { turnTo: (next: number) => { place.url = at(next).url } })
}

test('both are well, on one schema', async () => {
  for (const index of [0, 1]) expect(await (await fetch(`${at(index).url}/health`)).json()).toMatchObject({ ok: true })
})

test('a code of one pairs at the other; rows, changes, wake-ups and withdrawal go across', async () => {
  const { shop, code } = await makeShop(at(0), { name: '两地小铺', kind: 'shop' })
  const till = await joinedTill(code, 1)
  till.sell({ good: randomUUID() })
  till.turnTo(0)
  expect(await till.push()).toMatchObject({ status: 200, body: { ack: 1 } })
  till.turnTo(1)
  expect(await till.state()).toMatchObject({ body: { ack: 1, head: till.rows[0]!.hash } })
  // The same rows again, at the other one: there already.
  expect(await till.push()).toMatchObject({ status: 200, body: { ack: 1, flags: [] } })
  expect(await summary(1, shop)).toMatchObject({ sales: 1, flagCount: 0 })

  // It listens at one while the price changes at the other.
  const stream = till.stream(AbortSignal.timeout(60_000))
  const { value: before } = await stream.next()
  const [good] = (await operate<{ goods: { id: string }[] }>(at(0), 'POST', `/api/shops/${shop}/goods`, { goods: [{ name: '可乐', price: 350 }] })).goods
  const { value: rev } = await stream.next()
  expect(rev).toBeGreaterThan(Number(before))
  expect((await till.changes(Number(before))).changes).toMatchObject([{ kind: 'good', id: good!.id, rev }])

  await operate(at(0), 'POST', `/api/shops/${shop}/devices/${till.device}/revoke`)
  expect(await stream.next()).toMatchObject({ done: true })
  expect(await till.push()).toMatchObject({ status: 401, body: { code: 'device.revoked' } })
})

test('an owner signs in at one and works at the other', async () => {
  const { shop, ownerKey } = await operate<{ id: string; ownerKey: string }>(at(0), 'POST', '/api/shops', { name: '掌柜的店', kind: 'stall' }).then(({ id, ownerKey: key }) => ({ shop: id, ownerKey: key }))
  await operate(at(0), 'POST', `/api/shops/${shop}/goods`, { goods: [{ name: '青菜', price: 450 }] })
  const form = (index: number, path: string, fields: Record<string, string>, cookie = ''): Promise<Response> =>
    fetch(`${at(index).url}${path}`, { method: 'POST', redirect: 'manual', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields) })
  const login = await form(0, `/manage/${shop}/login`, { key: ownerKey })
  expect(login.status).toBe(303)
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!
  const page = await (await fetch(`${at(1).url}/manage/${shop}`, { headers: { cookie } })).text()
  expect(page).toContain('青菜')
  const word = /name="word" value="([^"]+)"/.exec(page)![1]!
  const action = /action="(\/manage\/[^"]+\/goods\/[^"?]+)/.exec(page)![1]!
  const saved = await form(0, action, { word, yuan: '5.20' }, cookie)
  expect(saved.headers.get('location')).toContain('said=saved')
  expect((await operate<{ goods: { price: number }[] }>(at(1), 'GET', `/api/shops/${shop}/goods`)).goods).toMatchObject([{ price: 520 }])
})

test('a credit code of one is good at the other, until either withdraws it', async () => {
  const { shop } = await makeShop(at(1), { name: '信用小铺', kind: 'shop' })
  const { url } = await operate<{ url: string }>(at(0), 'POST', `/api/shops/${shop}/credit-code/rotate`)
  expect(url.startsWith(balancer.url)).toBe(true)
  const judged = async (index: number): Promise<string> => (await fetch(`${at(index).url}${new URL(url).pathname}?lang=en`)).text()
  for (const index of [0, 1]) expect(await judged(index)).toContain('was issued by this platform, has not been altered, and is valid now')
  await operate(at(1), 'POST', `/api/shops/${shop}/credit-code/revoke`)
  for (const index of [0, 1]) expect(await judged(index)).toContain('has been withdrawn')
})

test('a process that is killed in the middle of a till\'s push loses nothing and doubles nothing', async () => {
  const { shop, code } = await makeShop(at(0), { name: '断一半小铺', kind: 'shop' })
  const stack = await startStack({ data: join(folder, 'till'), cloud: false })
  const till = await connectTill(stack.tillUrl)
  try {
    await till.call('till.pair', { key: randomUUID(), cloud: balancer.url, code })
    await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '2580' })
    await till.call('shift.open', { key: randomUUID(), float: fen(0) })
    const good = await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: '可乐', code: '6901234567892', price: fen(350) } })
    const sell = async (): Promise<void> => {
      const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), good, milli(1000))
      const { total } = priceTicket(ticket.lines)
      await till.call('sale.complete', { key: ticket.id, ticket, total, given: total })
    }
    const victims: number[] = []
    let pushes = 0
    balancer.sent = (server, { url }) => {
      // Each process once, with a batch in its hands that it has not answered.
      if (url !== '/api/sync/push' || ++pushes % 5 !== 0 || victims.includes(server)) return
      victims.push(server)
      const part = parts[server]!
      part.child.kill('SIGKILL')
      void part.ended.then(() => startCloud(server))
    }
    for (let i = 0; i < 200 || victims.length < 2; i++) await sell()
    await expect.poll(async () => { const { state, unsent } = await till.call('sync.status', {}); return { state, unsent } }, SOON).toEqual({ state: 'online', unsent: 0 })
    balancer.sent = undefined
    expect(victims.toSorted()).toEqual([0, 1])
    // The killed one is up again, and both say the same.
    await expect.poll(() => summary(0, shop).then(() => true, () => false), SOON).toBe(true)
    await expect.poll(() => summary(1, shop).then(() => true, () => false), SOON).toBe(true)
    const { sales } = await till.call('ledger.balances', {})
    const verified = await till.call('ledger.verify', {})
    expect(verified.faults).toEqual([])
    for (const index of [0, 1]) {
      expect(await summary(index, shop)).toMatchObject({ sales, totalFen: verified.salesFen, flagCount: 0, byDevice: [{ ack: verified.rows }] })
    }
    expect(balancer.counts.every((count) => count > 10)).toBe(true)
  } finally {
    till.close()
    await stack.stop()
  }
}, 180_000)

test('a process with another platform key stays out, and says why', async () => {
  await expect(startCloud(2, { XIAOPU_PLATFORM_KEY: newPlatformKeyPem() })).rejects.toMatchObject({ code: 'platform_key.differs' })
})

test('nor does one that seals with other keys, which would read nobody and be read by nobody', async () => {
  await expect(startCloud(2, { XIAOPU_PERSONAL_KEYS: ring() })).rejects.toMatchObject({ code: 'personal_keys.differ' })
})

test('who joins through one process is known through the other', async () => {
  const { shop, code } = await makeShop(at(0), { name: '两台云小铺', kind: 'shop' })
  const till = await joinedTill(code, 0)
  const record = till.recordPerson(randomUUID(), { phone: '13812345678' })
  await till.push()
  expect((await till.people([record])).body).toEqual({ states: ['stored'] })
  expect(await operate(at(1), 'POST', `/api/shops/${shop}/people/find`, { text: '5678' })).toMatchObject({ people: [{ person: record.person }] })
})
