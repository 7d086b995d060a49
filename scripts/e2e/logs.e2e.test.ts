/** What both processes log, at their most talkative, of a day with people in it: lines of JSON, and nobody in them. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectEmbedded } from '#cloud/storage/base-backup.ts'
import { saleBody, TestTill } from '#cloud/testing/till.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { connectTill, openTransport } from '../connect.ts'
import { makeShop } from '../demo/seed.ts'
import { startStack, type Stack } from '../stack.ts'

/** Each stands for something that a person wrote, is called, pays with or keeps to themselves. */
const MARKS = {
  shop: '独一处烧麦店', street: '鼓楼东街廿七号', phone: '13911112222', owner: '钱多多', cashier: 'Ottilie Quux', good: '驴打滚Zwieback', code: '6901028009998',
  pin: '864213', wrongPin: '975310', reason: 'Grandmother', search: 'Kumquat', kept: '糖葫芦Mangosteen', hostile: 'Bartholomew', idNumber: '11010519491231002X',
} as const
const marked = (): string[] => [...Object.values(MARKS), ...secrets]
const secrets: string[] = []
const lines: string[] = []
let data: string
let stack: Stack

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'xiaopu-logs-'))
  process.env['XIAOPU_LOG_LEVEL'] = 'trace'
  stack = await startStack({ data, log: (line) => lines.push(line) })
})
afterAll(async () => {
  delete process.env['XIAOPU_LOG_LEVEL']
  await stack?.stop()
  rmSync(data, { recursive: true, force: true })
})

const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${stack.cloudUrl}${path}`, init)
const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
const operator = (): Record<string, string> => ({ authorization: `Bearer ${stack.operatorKey}` })

test('a day at the till', async () => {
  const { shop, code, ownerKey } = await makeShop({ url: stack.cloudUrl!, operatorKey: stack.operatorKey! }, { name: MARKS.shop, kind: 'shop', address: MARKS.street, phone: MARKS.phone })
  secrets.push(code, ownerKey, stack.operatorKey!, new URL(stack.tillUrl).searchParams.get('token')!)
  const till = await connectTill(stack.tillUrl)
  const no = (work: Promise<unknown>): Promise<void> => work.then(() => { throw new Error('not refused') }, () => undefined)
  await no(till.call('till.pair', { key: randomUUID(), cloud: stack.cloudUrl!, code: 'WRNG2345' }))
  await till.call('till.pair', { key: randomUUID(), cloud: stack.cloudUrl!, code })
  await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: MARKS.owner }, pin: MARKS.pin })
  await till.call('staff.put', { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: MARKS.cashier, role: 'cashier' }, pin: '1357' })
  await no(till.call('staff.signIn', { key: randomUUID(), no: '02', pin: MARKS.wrongPin }))
  await till.call('shift.open', { key: randomUUID(), float: 0 })
  const good = await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: MARKS.good, code: MARKS.code, price: fen(350) } })
  await till.call('goods.import', { key: randomUUID(), name: `${MARKS.kept}.csv`, data: Buffer.from(`名称,售价\n${MARKS.kept},\n`).toString('base64') })
  await till.call('goods.search', { text: MARKS.search })
  await till.call('drawer.open', { key: randomUUID(), reason: MARKS.reason })
  const ticket = addGood(emptyTicket(randomUUID(), 0), randomUUID(), good, milli(1000))
  await till.call('sale.complete', { key: ticket.id, ticket, total: priceTicket(ticket.lines).total, given: fen(1000) })
  await no(till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: MARKS.hostile } }))
  await no(till.call('goods.search', { text: MARKS.hostile.repeat(50) }))
  await expect.poll(async () => (await till.call('sync.status', {})).unsent, { timeout: 40_000 }).toBe(0)
  await expect.poll(async () => (await till.call('till.snapshot', {})).credit?.token ?? '', { timeout: 40_000 }).not.toBe('')
  const credit = (await till.call('till.snapshot', {})).credit!
  secrets.push(credit.token)
  for (const path of [new URL(credit.url).pathname, `/s/${shop}?q=${encodeURIComponent(MARKS.search)}`, new URL((await till.call('sale.get', { sale: ticket.id })).url!).pathname]) await ask(path)
  till.close()
  const db = new Sqlite(join(data, 'till', 'till.db'), { readonly: true })
  const { token } = JSON.parse(db.prepare<[], { value: string }>("SELECT value FROM setting WHERE key = 'pairing'").get()!.value) as { token: string }
  const { privateKey } = JSON.parse(db.prepare<[], { value: string }>("SELECT value FROM setting WHERE key = 'identity'").get()!.value) as { privateKey: string }
  db.close()
  secrets.push(token, privateKey)
  await ask('/api/sync/state', { headers: { authorization: `Bearer ${token}` } })
})

test('what can\'t be read is not repeated, neither in the log nor in the answer', async () => {
  const answers = await Promise.all([
    ask('/api/shops', json(`{"name":"${MARKS.hostile}" ${MARKS.idNumber}`, operator())),
    ask('/api/shops', json(JSON.stringify({ name: 5, kind: MARKS.hostile, phone: [MARKS.idNumber] }), operator())),
    ask('/api/pair', json(`${MARKS.hostile} is no JSON`)),
    ask(`/api/shops/${MARKS.hostile}/goods`, { headers: { authorization: `Bearer xpo_${MARKS.hostile}` } }),
    ask('/api/sync/push', { method: 'POST', body: MARKS.hostile, headers: { authorization: `Bearer ${MARKS.hostile}` } }),
    ask(`/c/${MARKS.hostile}.${MARKS.idNumber}.x`),
    ask(`/nowhere/${MARKS.hostile}?name=${encodeURIComponent(MARKS.owner)}`),
    ask(`/manage/${MARKS.hostile}/login`, { method: 'POST', body: new URLSearchParams({ key: MARKS.hostile }) }),
  ])
  for (const answer of answers) {
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await answer.text()).not.toContain(MARKS.hostile)
  }
  const line = await openTransport(stack.tillUrl)
  const replies: string[] = []
  line.onFrame((frame) => replies.push(frame))
  for (const frame of [MARKS.hostile, `{"call":{"id":1,"name":"${MARKS.hostile}","input":{}}}`, `{"call":{"id":2,"name":"staff.signIn","input":{"no":"${MARKS.hostile}","pin":7}}}`]) line.send(frame)
  await expect.poll(() => replies.length).toBe(3)
  line.close()
})

test('rows that are malformed, and a database that refuses, are told by code', async () => {
  const { shop, code } = await makeShop({ url: stack.cloudUrl!, operatorKey: stack.operatorKey! }, { name: MARKS.shop, kind: 'shop' })
  secrets.push(code)
  const till = new TestTill({ url: stack.cloudUrl! })
  await till.pair(code)
  secrets.push(till.token)
  till.append({ seq: 1, hash: '0'.repeat(64), text: `{"name":"${MARKS.hostile}" ${MARKS.phone}` })
  till.record(`of.${MARKS.hostile.toLowerCase()}`, {})
  till.record('good.changed', { good: randomUUID(), set: { name: 5, [MARKS.hostile]: 1 }, hlc: MARKS.hostile })
  expect(await till.push()).toMatchObject({ status: 200, body: { ack: 3 } })
  const client = await connectEmbedded(join(data, 'cloud'))
  await client.query('alter table sale add constraint told check (lines < 0) not valid')
  till.record('sale.completed', saleBody({ good: randomUUID(), name: MARKS.good }))
  expect(await till.push()).toMatchObject({ status: 500, body: { code: 'server.failed' } })
  await client.query('alter table sale drop constraint told')
  await client.query('alter table directory alter column kind type int using 0')
  expect((await ask('/api/shops', json(JSON.stringify({ name: MARKS.shop, kind: 'stall' }), operator()))).status).toBe(500)
  await client.query("alter table directory alter column kind type text using 'shop'")
  await client.end()
  expect(await till.push()).toMatchObject({ status: 200, body: { ack: 4 } })
  expect((await ask(`/s/${shop}`)).status).toBe(200)
})

test('every line is JSON, says when and how grave, and none holds a mark', async () => {
  await stack.stop()
  expect(lines.length).toBeGreaterThan(40)
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  for (const line of parsed) {
    expect(line).toHaveProperty('level')
    expect(line).toHaveProperty('time')
  }
  const text = lines.join('\n').toLowerCase()
  for (const mark of marked()) expect(text).not.toContain(mark.toLowerCase())
  // It was not silent about what matters.
  expect(parsed.some(({ msg, route, status }) => msg === 'answered' && route === '/api/sync/push' && status === 200)).toBe(true)
  expect(parsed.some(({ part, code }) => part === 'till' && code === 'till.opened')).toBe(true)
  const failed = parsed.filter(({ msg }) => msg === 'failed')
  expect(failed.map(({ route }) => route)).toEqual(expect.arrayContaining(['/api/sync/push', '/api/shops']))
  expect(failed.every(({ err }) => (err as { stack?: string }).stack !== '')).toBe(true)
  expect(failed.map(({ err }) => (err as { code?: string }).code)).toEqual(expect.arrayContaining(['23514', '22P02']))
  expect(parsed.some(({ part }) => part === 'postgres')).toBe(true)
})
