/** The drawer's shifts: float, blind count, difference, and what a cashier may know before counting. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const balances = async (shift: string) => [...till.store.balances(shift)].sort()

test('opens with a float from the safe, closes with a count; what is missing has an account', async () => {
  const opened = await till.run('shift.open', { float: 10_000 })
  expect(opened).toMatchObject({ float: 10_000, expected: 10_000, sales: 0, closedAt: null, staffNo: '01', date: '2026-11-23' })
  const good = await till.addGood({ price: 350 })
  await till.sell([{ good, quantity: 2000 }], 1000)
  await till.sell([{ good, quantity: -1000 }])
  expect(await till.run('shift.report', {})).toMatchObject({ expected: 10_350, sales: 2, returns: 1, gross: 350, discount: 0, net: 350 })
  till.clock.pass(3_600_000)
  const closed = await till.run('shift.close', { counted: 10_300 })
  expect(closed).toMatchObject({ shift: opened.shift, expected: 10_350, counted: 10_300, difference: -50, closedAt: till.clock.now(), net: 350 })
  expect(await balances(opened.shift)).toEqual([['cash_difference', 50], ['drawer', 0], ['safe', 300], ['sales', -350]])
  expect((await till.run('till.snapshot', {})).shift).toBeNull()
  expect(await till.run('shift.report', { shift: opened.shift })).toEqual(closed)
})

test('one at a time, and nothing is sold outside of one', async () => {
  const good = await till.addGood()
  expect(await till.refusal('shift.close', { counted: 0 })).toMatchObject({ code: 'shift.none' })
  expect(await till.refusal('shift.report', {})).toMatchObject({ code: 'shift.none' })
  expect(await till.refusal('shift.report', { shift: randomUUID() })).toMatchObject({ code: 'shift.not_found' })
  expect(await till.refusal('drawer.open', { reason: '' })).toMatchObject({ code: 'shift.none' })
  await expect(till.sell([{ good }])).rejects.toMatchObject({ code: 'shift.none' })
  await till.run('shift.open', { float: 0 })
  expect(await till.refusal('shift.open', { float: 0 })).toMatchObject({ code: 'shift.open' })
})

test('an absurd float or count is refused at the door, and a shift can always be closed', async () => {
  for (const float of [-1, 0.5, 1_000_000_001, 6_901_234_567_892, Number.MAX_SAFE_INTEGER + 1, Number.NaN]) {
    expect(await till.refusal('shift.open', { float })).toMatchObject({ code: 'call.invalid', detail: { field: 'float' } })
  }
  await till.run('shift.open', { float: 1_000_000_000 })
  expect(await till.refusal('shift.close', { counted: 1e12 })).toMatchObject({ code: 'call.invalid', detail: { field: 'counted' } })
  expect(await till.run('shift.close', { counted: 0 })).toMatchObject({ difference: -1_000_000_000 })
})

test('every call twice with one key: one row, the same answer; another call with it is refused', async () => {
  const [open, kick, close] = [randomUUID(), randomUUID(), randomUUID()]
  const twice = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const first = await call()
    const head = till.store.head()
    expect(await call()).toEqual(first)
    expect(till.store.head()).toEqual(head)
    return first
  }
  await twice(() => till.run('shift.open', { key: open, float: 500 }))
  expect(await till.refusal('shift.open', { key: open, float: 600 })).toMatchObject({ code: 'key.reused' })
  await twice(() => till.run('drawer.open', { key: kick, reason: '换零钱' }))
  expect(await till.refusal('drawer.open', { key: open, reason: '换零钱' })).toMatchObject({ code: 'key.reused' })
  await twice(() => till.run('shift.close', { key: close, counted: 500 }))
  expect(await till.refusal('shift.close', { key: kick, counted: 500 })).toMatchObject({ code: 'key.reused' })
  expect(await till.refusal('shift.close', { key: close, counted: 400 })).toMatchObject({ code: 'key.reused' })
  await till.run('shift.open', { float: 0 })
  // A retry of yesterday's closing closes nothing today.
  await till.run('shift.close', { key: close, counted: 500 })
  expect((await till.run('till.snapshot', {})).shift).not.toBeNull()
})

describe('a blind count', () => {
  /** Whatever answers to a cashier before the count. */
  async function toldBefore(shift: string): Promise<string> {
    const told: unknown[] = []
    for (const [name, input] of [['shift.report', {}], ['shift.report', { shift }], ['shift.open', { key: shift, float: 7 }], ['ledger.balances', {}], ['till.snapshot', {}]] as const) {
      told.push(await till.run(name, input as never).catch((error: unknown) => ({ refused: (error as { code: string }).code })))
    }
    return JSON.stringify(told)
  }
  beforeEach(async () => { await till.addStaff('02', 'cashier') })

  test('a cashier learns what should be there only by counting; owner and manager may look', async () => {
    await till.addStaff('03', 'manager')
    const good = await till.addGood({ price: 54_321 })
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    const { shift, expected } = await till.run('shift.open', { float: 7 })
    expect(expected).toBeNull()
    await till.sell([{ good }, { good }])
    const [drawer, net] = [String(7 + 2 * 54_321), String(2 * 54_321)]
    expect(await till.run('shift.report', {})).toMatchObject({ sales: 1, gross: null, discount: null, net: null, balances: [], expected: null })
    const told = await toldBefore(shift)
    await till.run('staff.signOut', {})
    for (const each of [told, await toldBefore(shift)]) {
      expect(each).not.toContain(drawer)
      expect(each).not.toContain(net)
    }
    for (const [no, pin] of [['01', OWNER_PIN], ['03', CASHIER_PIN]] as const) {
      await till.run('staff.signIn', { no, pin })
      expect(await till.run('shift.report', {})).toMatchObject({ expected: Number(drawer) })
      expect((await till.run('ledger.balances', {})).balances).toContainEqual({ account: 'drawer', fen: Number(drawer) })
    }
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    expect(await till.run('shift.close', { counted: 5 })).toMatchObject({ expected: Number(drawer), difference: 5 - Number(drawer) })
    expect(await till.run('shift.report', { shift })).toMatchObject({ expected: Number(drawer), net: Number(net) })
    // Nothing is in a drawer outside of a shift: then the sums are anybody's.
    expect((await till.run('ledger.balances', {})).sales).toBe(1)
  })
})
