/** Tickets set aside, as the cloud passes them on: the first who takes one has it, and a second is never kept quiet. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, TestTill } from '#cloud/testing/till.ts'
import { rebuild } from './rebuild.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const ticketOf = (id: string = randomUUID()) => ({
  id, openedAt: 1,
  lines: [{ id: randomUUID(), good: randomUUID(), code: '', name: '茶', unit: '个', pricing: 'piece', per: 1000, quantity: 1000, price: 350, list: 350, discount: 0 }],
})

async function openTwo(): Promise<{ shop: string; one: TestTill; two: TestTill }> {
  const { shop, till: one } = await openShop(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  const two = new TestTill(cloud)
  await two.pair(String(body.code))
  return { shop, one, two }
}
const holding = async (till: TestTill, id: string): Promise<Record<string, unknown> | undefined> =>
  (await till.changes()).changes.find((change) => change.kind === 'ticket' && change.id === id)?.doc

test('a ticket comes down to every till; taken, only that it was, and by whom', async () => {
  const { one, two } = await openTwo()
  const held = randomUUID()
  const ticket = ticketOf()
  one.record('ticket.held', { ticket, heldAt: 7 }, { id: held })
  await one.push()
  const place = { device: one.device, till: '01' }
  expect(await holding(two, held)).toEqual({ held: place, heldAt: 7, by: null, ticket })
  two.record('ticket.taken', { held, ticket: { ...ticket, id: randomUUID() } })
  expect((await two.push()).body.flags).toEqual([])
  expect(await holding(one, held)).toEqual({ held: place, heldAt: 7, by: null, ticket: null, taken: { device: two.device, till: '02' } })
})

test('who takes it second is flagged and both are told, whichever came first; a rebuild says the same', async () => {
  const { shop, one, two } = await openTwo()
  const held = randomUUID()
  const ticket = ticketOf()
  one.record('ticket.held', { ticket, heldAt: 7 }, { id: held })
  one.record('ticket.taken', { held, ticket })
  await one.push(one.rows.slice(0, 1))
  two.record('ticket.taken', { held, ticket: { ...ticket, id: randomUUID() } })
  await two.push()
  const answer = await one.push(one.rows.slice(1))
  expect(answer.body.flags).toMatchObject([{ seq: 2, code: 'ticket.taken_twice' }])
  const told = { ticket: null, taken: { device: two.device, till: '02' }, again: [{ device: one.device, till: '01' }] }
  for (const till of [one, two]) expect(await holding(till, held)).toMatchObject(told)
  expect((await cloud.call('GET', `/api/shops/${shop}/summary`)).body).toMatchObject({ flagCount: 1 })
  await rebuild(cloud.db, shop)
  expect(await holding(two, held)).toMatchObject(told)
  expect((await cloud.call('GET', `/api/shops/${shop}/summary`)).body).toMatchObject({ flagCount: 1, flags: [{ device: one.device, seq: 2, code: 'ticket.taken_twice' }] })
})

test('a taking that arrives before its holding keeps it taken', async () => {
  const { one, two } = await openTwo()
  const held = randomUUID()
  const ticket = ticketOf()
  two.record('ticket.taken', { held, ticket: { ...ticket, id: randomUUID() } })
  await two.push()
  one.record('ticket.held', { ticket, heldAt: 7 }, { id: held })
  await one.push()
  expect(await holding(one, held)).toMatchObject({ held: { till: '01' }, ticket: null, taken: { till: '02' } })
})
