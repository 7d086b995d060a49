/** The drawer's shifts: float, blind count, difference, and what a cashier may know before counting. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const addPrinter = () => till.run('printer.put', { printer: { id: randomUUID(), name: '前台', profile: 'generic-58', address: 'tcp://127.0.0.1:9', receipts: true, drawer: true } })
/** What was printed, in order. */
const slips = async () => till.store.printJobs(100).toSorted((a, b) => a.id - b.id)
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

describe('cash without a sale', () => {
  const move = (way: 'in' | 'out', amount: number, reason: string, note = '') => till.run('cash.move', { way, amount, reason, note } as never)

  test('changes what should be in the drawer, each reason with its account; the report says so and a slip is printed', async () => {
    await addPrinter()
    const { shift } = await till.run('shift.open', { float: 10_000 })
    await move('in', 5_000, 'change', '一元硬币')
    await move('out', 12_000, 'supplier', '青菜三箱')
    await move('out', 300, 'supplier')
    const accounts = [['cash_in:change', -5_000], ['cash_out:supplier', 12_300], ['drawer', 2_700], ['safe', -10_000]]
    expect(await balances(shift)).toEqual(accounts)
    expect(await till.run('shift.report', {})).toMatchObject({ expected: 2_700, sales: 0, net: 0, z: null })
    expect((await slips()).filter(({ kind }) => kind === 'cash')).toHaveLength(3)
    const closed = await till.run('shift.close', { counted: 2_700 })
    expect(closed).toMatchObject({ difference: 0, z: 1 })
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })

  test('needs an open shift, an amount and a reason of its way; twice with one key it is one', async () => {
    expect(await till.refusal('cash.move', { way: 'in', amount: 100, reason: 'change', note: '' })).toMatchObject({ code: 'shift.none' })
    const { shift } = await till.run('shift.open', { float: 0 })
    for (const amount of [0, -1, 0.5, 1e12]) expect(await till.refusal('cash.move', { way: 'in', amount, reason: 'change', note: '' })).toMatchObject({ code: 'call.invalid' })
    expect(await till.refusal('cash.move', { way: 'in', amount: 100, reason: 'supplier', note: '' })).toMatchObject({ code: 'call.invalid', detail: { field: 'reason' } })
    const key = randomUUID()
    const input = { key, way: 'in', amount: 100, reason: 'change', note: '' } as const
    await till.run('cash.move', input)
    await till.run('cash.move', input)
    expect(await till.refusal('cash.move', { ...input, way: 'out', reason: 'other' })).toMatchObject({ code: 'key.reused' })
    expect(till.store.balances(shift).get('drawer')).toBe(100)
  })

  test('a cashier needs a manager\'s PIN for it', async () => {
    await till.addStaff('02', 'cashier')
    await till.addStaff('03', 'manager', '8642')
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    const { shift } = await till.run('shift.open', { float: 10_000 })
    const input = { key: randomUUID(), way: 'out', amount: 2_000, reason: 'deposit', note: '' } as const
    expect(await till.refusal('cash.move', input)).toMatchObject({ code: 'staff.not_allowed' })
    await till.run('staff.approve', { no: '03', pin: '8642', rights: ['cash.move'], for: input.key })
    await till.run('cash.move', input)
    expect(till.store.balances(shift).get('drawer')).toBe(8_000)
  })
})

test('shifts that were can be listed, the latest first, and printed again; Z numbers count what was closed', async () => {
  await addPrinter()
  const opened: string[] = []
  for (let n = 0; n < 3; n++) {
    opened.unshift((await till.run('shift.open', { float: n * 100 })).shift)
    till.clock.pass(3_600_000)
    await till.run('shift.close', { counted: n * 100 })
  }
  const now = await till.run('shift.open', { float: 0 })
  const { shifts } = await till.run('shift.list', {})
  expect(shifts.map(({ shift }) => shift)).toEqual([now.shift, ...opened])
  expect(shifts.map(({ z }) => z)).toEqual([null, 3, 2, 1])
  expect((await till.run('shift.list', { before: shifts[1]!.openedAt, limit: 1 })).shifts.map(({ z }) => z)).toEqual([2])
  const printed = (await slips()).length
  await till.run('shift.print', { shift: opened[0]! })
  await till.run('shift.print', { shift: now.shift })
  expect((await slips()).slice(printed).map(({ ref, copy }) => [ref, Boolean(copy)])).toEqual([[opened[0], true], [now.shift, false]])
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('shift.list', {})).toMatchObject({ code: 'staff.not_allowed' })
  expect(await till.refusal('shift.print', { shift: now.shift })).toMatchObject({ code: 'staff.not_allowed' })
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
