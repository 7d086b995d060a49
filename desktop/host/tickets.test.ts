/** Tickets set aside at a till and taken up at it or at another, and what its people are told. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { Holding } from '#shared/sales/held.ts'
import type { Change } from '#shared/sync/protocol.ts'

let till: TestTill
let tea: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  tea = await till.addGood({ name: '茶', price: 350 })
})

const hold = async (id: string = randomUUID(), key: string = randomUUID()) => {
  const ticket = ticketOf([{ good: tea }], id)
  await till.run('ticket.hold', { key, ticket, heldAt: till.clock.now() })
  return { key, ticket }
}
const held = async () => (await till.run('ticket.held', {})).held
const alerts = async () => (await till.run('alert.list', {})).alerts
const sister = { device: randomUUID(), till: '02' }
const place = () => ({ device: till.store.identity().device, till: till.store.identity().till })
/** As the cloud tells it. */
const hear = (id: string, doc: Holding): boolean => {
  const change: Change = { kind: 'ticket', id, rev: 1, doc, clocks: {} }
  return till.store.applyChanges([change], till.store.rev() + 1).tickets
}

test('one set aside here is taken here once, however often it is said; under its own id where the screen has it already', async () => {
  const { key, ticket } = await hold()
  await till.run('ticket.hold', { key, ticket, heldAt: till.clock.now() })
  expect(await held()).toEqual([{ held: key, heldAt: till.clock.now(), ticket, till: '00', here: true, by: till.store.signedIn() }])
  const take = { key: randomUUID(), held: key, open: true }
  for (let i = 0; i < 2; i++) expect(await till.run('ticket.take', take)).toEqual({ ticket })
  expect(await held()).toEqual([])
  expect(await till.refusal('ticket.take', { held: key })).toMatchObject({ code: 'ticket.gone' })
  expect(await till.refusal('ticket.take', { key: take.key, held: randomUUID() })).toMatchObject({ code: 'key.reused' })
  // Set aside again it is another holding, and then it is sold.
  const again = await hold(ticket.id)
  await till.run('ticket.take', { held: again.key, open: true })
  await till.run('shift.open', { float: 0 })
  expect((await till.run('sale.complete', { key: ticket.id, ticket, total: totalOf(ticket), given: 350 })).sale).toBe(ticket.id)
  till = await till.restart()
  expect(await held()).toEqual([])
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
  expect(till.store.heldTicket(key)).toBeUndefined()
})

test('nobody need be signed in, and an empty ticket is none', async () => {
  await till.run('staff.signOut', {})
  const { key } = await hold()
  expect(await held()).toMatchObject([{ held: key, by: null }])
  expect(await till.refusal('ticket.hold', { ticket: ticketOf([]), heldAt: 1 })).toMatchObject({ code: 'call.invalid' })
})

test('one of another till is taken under a new id, the same each time it is said', async () => {
  const id = randomUUID()
  const ticket = ticketOf([{ good: tea, quantity: 2000 }])
  const doc = { held: sister, heldAt: 5, by: null, ticket }
  expect(hear(id, doc)).toBe(true)
  expect(hear(id, doc)).toBe(false)
  expect(await held()).toMatchObject([{ held: id, till: '02', here: false, ticket }])
  const take = { key: randomUUID(), held: id }
  const taken = await till.run('ticket.take', take)
  expect(taken.ticket).toEqual({ ...ticket, id: taken.ticket.id })
  expect(taken.ticket.id).not.toBe(ticket.id)
  expect(await till.run('ticket.take', take)).toEqual(taken)
  // The cloud says so once more before it has heard of the taking, and after.
  hear(id, doc)
  expect(await held()).toEqual([])
  hear(id, { ...doc, ticket: null, taken: place() })
  expect([await held(), await alerts()]).toEqual([[], []])
})

test('one that another till has taken is gone; the screen that had it open is believed all the same', async () => {
  const { key, ticket } = await hold()
  expect(hear(key, { held: place(), heldAt: 5, by: null, ticket: null, taken: sister })).toBe(true)
  expect(await held()).toEqual([])
  expect(await till.refusal('ticket.take', { held: key })).toMatchObject({ code: 'ticket.gone' })
  expect(await till.run('ticket.take', { held: key, open: true })).toEqual({ ticket })
  expect((await till.run('ledger.verify', {})).faults).toEqual([])
})

test('two tills that took the same one are both told, until somebody has read it', async () => {
  const { key } = await hold()
  const { ticket } = await till.run('ticket.take', { held: key })
  const other = randomUUID()
  expect(hear(other, { held: sister, heldAt: 1, by: null, ticket: null, taken: sister, again: [{ device: randomUUID(), till: '03' }] })).toBe(false)
  const doc = { held: place(), heldAt: 5, by: null, ticket: null, taken: sister, again: [place()] }
  expect(hear(key, doc)).toBe(true)
  expect(await alerts()).toEqual([{ id: key, at: till.clock.now(), what: { kind: 'ticket.taken_twice', ticket, tills: ['02', '00'] } }])
  await till.run('alert.dismiss', { alert: key })
  hear(key, doc)
  expect(await alerts()).toEqual([])
  // A third till is news.
  hear(key, { ...doc, again: [place(), { device: randomUUID(), till: '03' }] })
  expect(await alerts()).toMatchObject([{ id: key, what: { tills: ['02', '00', '03'] } }])
})
