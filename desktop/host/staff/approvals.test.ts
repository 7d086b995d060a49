/** What a manager allows by their PIN: one write, to whoever is signed in, on record. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'

const MANAGER_PIN = '8642'
let till: TestTill
let good: GoodView
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  good = await till.addGood({ price: 350 })
  await till.addStaff('02', 'cashier')
  await till.addStaff('03', 'manager', MANAGER_PIN)
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  await till.run('shift.open', { float: 10_000 })
})
const cheaper = () => {
  const ticket = ticketOf([{ good, price: 300 as never }])
  return { key: ticket.id, ticket, total: totalOf(ticket), given: 300 }
}
const approve = (write: string, rights: readonly ['price.override' | 'cash.move', ...string[]], pin = MANAGER_PIN, no = '03') =>
  till.run('staff.approve', { no, pin, rights: rights as never, for: write })

test('a price a cashier may not change is sold at once a manager has allowed it, and the journal says who did', async () => {
  const sale = cheaper()
  expect(await till.refusal('sale.complete', sale)).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'price.override' } })
  expect((await approve(sale.key, ['price.override'])).no).toBe('03')
  expect((await till.run('sale.complete', sale)).total).toBe(300)
  const [sold, allowed] = (await till.run('audit.list', { types: ['sale.completed', 'staff.approved'] }).catch(() => ({ rows: [] }))).rows
  // The trail itself is for managers.
  expect([sold, allowed]).toEqual([undefined, undefined])
  await till.run('staff.signIn', { no: '03', pin: MANAGER_PIN })
  const { rows } = await till.run('audit.list', { types: ['sale.completed', 'staff.approved'] })
  expect(rows.map(({ type, staffNo }) => [type, staffNo])).toEqual([['sale.completed', '02'], ['staff.approved', '02']])
  expect(rows[1]!.body).toMatchObject({ staff: till.store.staffByNo('03')!.id, rights: ['price.override'], for: sale.key })
  expect((await till.run('ledger.verify', {})).ok).toBe(true)
})

test('it allows that one write: no other ticket, no other right, and not what a manager may not do', async () => {
  const [first, second] = [cheaper(), cheaper()]
  await approve(first.key, ['price.override'])
  expect(await till.refusal('sale.complete', second)).toMatchObject({ code: 'staff.not_allowed' })
  expect(await till.refusal('cash.move', { key: first.key, way: 'out', amount: 100, reason: 'deposit', note: '' })).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'cash.move' } })
  expect(await till.refusal('staff.approve', { no: '02', pin: CASHIER_PIN, rights: ['price.override'], for: second.key })).toMatchObject({ code: 'staff.approval_weak', detail: { right: 'price.override' } })
  expect(await till.refusal('staff.approve', { no: '03', pin: MANAGER_PIN, rights: ['staff.edit' as never], for: second.key })).toMatchObject({ code: 'call.invalid' })
})

test('a wrong PIN allows nothing, and too many of them lock that number out here too', async () => {
  const sale = cheaper()
  for (let n = 0; n < 5; n++) expect((await till.refusal('staff.approve', { no: '03', pin: '0001', rights: ['price.override'], for: sale.key })).code).toBe('staff.wrong_pin')
  expect((await till.refusal('staff.approve', { no: '03', pin: MANAGER_PIN, rights: ['price.override'], for: sale.key })).code).toBe('staff.locked_out')
  expect((await till.refusal('sale.complete', sale)).code).toBe('staff.not_allowed')
})

test('asked twice with one key it is one row; after a restart it is asked anew, and what was sold is not', async () => {
  const [sold, open] = [cheaper(), cheaper()]
  const key = randomUUID()
  await till.run('staff.approve', { key, no: '03', pin: MANAGER_PIN, rights: ['price.override'], for: sold.key })
  const head = till.store.head()
  await till.run('staff.approve', { key, no: '03', pin: MANAGER_PIN, rights: ['price.override'], for: sold.key })
  expect(till.store.head()).toEqual(head)
  expect((await till.refusal('staff.approve', { key, no: '03', pin: MANAGER_PIN, rights: ['price.override'], for: open.key })).code).toBe('key.reused')
  const { no } = await till.run('sale.complete', sold)
  await approve(open.key, ['price.override'])
  const again = await till.restart()
  expect((await again.run('sale.complete', sold)).no).toBe(no)
  expect((await again.refusal('sale.complete', open)).code).toBe('staff.not_allowed')
})
