/** Who is at the till: first run, PINs, rights. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'

let till: TestTill
beforeEach(() => { till = openTill() })

const owner = { no: '01', name: '店主' }
const signIn = (no: string, pin: string) => till.run('staff.signIn', { no, pin })
const typesOf = (): string[] => till.store.rows(0, 1000).map((row) => (JSON.parse(row.text) as { type: string }).type)

describe('first run', () => {
  test('an empty till says so, and its ledger has begun', async () => {
    expect(await till.run('till.snapshot', {})).toMatchObject({ empty: true, staff: null, shift: null, goods: 0, till: '00' })
    expect(typesOf()).toEqual(['device.begun'])
    for (const call of [till.refusal('shift.open', { float: 0 }), till.refusal('goods.put', { good: randomUUID(), set: { name: '茶', price: 1 } })]) {
      expect(await call).toMatchObject({ code: 'staff.none' })
    }
  })

  test('the first owner names the shop and is signed in', async () => {
    const snapshot = await till.run('till.setup', { shop: { name: '湖边小铺', kind: 'stall' }, owner, pin: '1234' })
    expect(snapshot).toMatchObject({ empty: false, shop: { name: '湖边小铺', kind: 'stall' }, staff: { no: '01', name: '店主', role: 'owner' } })
    expect(typesOf()).toEqual(['device.begun', 'shop.changed', 'staff.changed', 'staff.signed_in'])
    expect(JSON.stringify(till.store.rows(0, 100))).not.toContain('1234')
  })

  test('is done once: the same call again gives the same, another is refused', async () => {
    const key = randomUUID()
    const setup = { key, shop: { name: '湖边小铺' }, owner, pin: '1234' }
    await Promise.all([till.run('till.setup', setup), till.run('till.setup', setup)])
    const head = till.store.head()
    expect((await till.run('till.setup', setup)).staff).toMatchObject(owner)
    expect(await till.refusal('till.setup', { ...setup, key: randomUUID() })).toMatchObject({ code: 'till.not_empty' })
    expect(till.store.head()).toEqual(head)
    expect(till.store.listStaff()).toHaveLength(1)
  })

  test('by two people at the same moment: one of them is the owner', async () => {
    const both = await Promise.allSettled(['01', '02'].map((no) => till.run('till.setup', { shop: {}, owner: { no, name: '甲' }, pin: '1234' })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(till.store.listStaff()).toHaveLength(1)
  })

  test('at a shop that has staff already: the owner by their number, nobody by a cashier\'s', async () => {
    const [boss, helper] = [randomUUID(), randomUUID()]
    const clock = '0193000000000000-cloud'
    const person = (id: string, no: string, role: string) => ({ kind: 'staff', id, rev: 1, doc: { no, name: '甲', role, active: true }, clocks: { no: clock, name: clock, role: clock, active: clock } })
    till.store.applyChanges([person(boss, '01', 'owner'), person(helper, '02', 'cashier')], 1)
    expect(await till.refusal('till.setup', { shop: {}, owner: { no: '02', name: '乙' }, pin: '1234' })).toMatchObject({ code: 'staff.no_taken' })
    const setup = { key: randomUUID(), shop: {}, owner, pin: '1234' }
    expect((await till.run('till.setup', setup)).staff).toMatchObject({ id: boss, name: '甲', role: 'owner' })
    const head = till.store.head()
    expect((await till.run('till.setup', setup)).staff?.id).toBe(boss)
    expect(await till.refusal('till.setup', { ...setup, owner: { no: '02', name: '乙' } })).toMatchObject({ code: 'key.reused' })
    expect(till.store.head()).toEqual(head)
    expect(typesOf()).toEqual(['device.begun', 'staff.signed_in'])
    expect(till.store.staff(helper)?.role).toBe('cashier')
    expect((await till.run('till.setup', { shop: {}, owner, pin: '1234' }).catch((error: unknown) => error))).toMatchObject({ code: 'till.not_empty' })
  })
})

describe('signing in', () => {
  beforeEach(() => till.setUp())

  test('by number and PIN; who is signed in outlives a restart', async () => {
    const cashier = await till.addStaff('02', 'cashier')
    expect(await signIn('02', CASHIER_PIN)).toMatchObject({ id: cashier, role: 'cashier' })
    till = await till.restart()
    expect((await till.run('till.snapshot', {})).staff?.id).toBe(cashier)
    await till.run('staff.signOut', {})
    expect((await till.run('till.snapshot', {})).staff).toBeNull()
    expect(await till.refusal('staff.signOut', {})).toMatchObject({ code: 'staff.none' })
  })

  test('a wrong PIN, a wrong number, somebody who left: all the same answer', async () => {
    const gone = await till.addStaff('03', 'cashier')
    await till.run('staff.put', { staff: gone, set: { active: false } })
    for (const [no, pin] of [['01', '0000'], ['77', OWNER_PIN], ['03', CASHIER_PIN], ['01', ''], ['', '']] as const) {
      expect(await till.refusal('staff.signIn', { no, pin })).toMatchObject({ code: 'staff.wrong_pin' })
    }
  })

  test('somebody without a PIN can\'t sign in', async () => {
    await till.run('staff.put', { staff: randomUUID(), set: { no: '04', name: '新人', role: 'cashier' } })
    expect(await till.refusal('staff.signIn', { no: '04', pin: '' })).toMatchObject({ code: 'staff.wrong_pin' })
  })

  test('five wrong PINs lock a number for half a minute, each more for twice as long; a right one forgives', async () => {
    const wrong = () => till.refusal('staff.signIn', { no: '01', pin: '9999' })
    for (let i = 0; i < 5; i++) expect(await wrong()).toMatchObject({ code: 'staff.wrong_pin' })
    expect(await till.refusal('staff.signIn', { no: '01', pin: OWNER_PIN })).toEqual({ code: 'staff.locked_out', detail: { seconds: 30 } })
    till.clock.pass(29_500)
    expect(await wrong()).toEqual({ code: 'staff.locked_out', detail: { seconds: 1 } })
    till.clock.pass(500)
    expect(await wrong()).toMatchObject({ code: 'staff.wrong_pin' })
    expect(await wrong()).toEqual({ code: 'staff.locked_out', detail: { seconds: 60 } })
    await till.addStaff('02', 'cashier')
    await signIn('02', CASHIER_PIN)
    till.clock.pass(60_000)
    await signIn('01', OWNER_PIN)
    expect(await wrong()).toMatchObject({ code: 'staff.wrong_pin' })
    await signIn('01', OWNER_PIN)
  })

  test('a hundred tries at once are not a hundred tries', { timeout: 30_000 }, async () => {
    const tried = await Promise.all(Array.from({ length: 100 }, (_, i) => till.refusal('staff.signIn', { no: '01', pin: String(2000 + i) })))
    expect(tried.filter(({ code }) => code === 'staff.wrong_pin')).toHaveLength(5)
    expect(tried.filter(({ code }) => code === 'staff.locked_out')).toHaveLength(95)
  })

  test('the same key again signs nobody in twice; for somebody else it is refused', async () => {
    await till.addStaff('02', 'cashier')
    const key = randomUUID()
    await till.run('staff.signIn', { key, no: '01', pin: OWNER_PIN })
    const head = till.store.head()
    await till.run('staff.signIn', { key, no: '01', pin: OWNER_PIN })
    expect(till.store.head()).toEqual(head)
    expect(await till.refusal('staff.signIn', { key, no: '02', pin: CASHIER_PIN })).toMatchObject({ code: 'key.reused' })
  })
})

describe('staff', () => {
  beforeEach(() => till.setUp())

  test('a new one needs number, name and role; numbers are one person\'s', async () => {
    expect(await till.refusal('staff.put', { staff: randomUUID(), set: { no: '02', name: '王' } })).toMatchObject({ code: 'call.invalid' })
    expect(await till.refusal('staff.put', { staff: randomUUID(), set: { no: '01', name: '王', role: 'cashier' } })).toMatchObject({ code: 'staff.no_taken' })
    for (const set of [{ no: '1' }, { no: '1234567' }, { no: 'ab' }, { name: ' ' }]) expect(await till.refusal('staff.put', { staff: randomUUID(), set })).toMatchObject({ code: 'call.invalid' })
    for (const pin of ['123', '123456789', 'abcd', '']) expect(await till.refusal('staff.put', { staff: randomUUID(), set: { no: '05', name: '王', role: 'cashier' }, pin })).toMatchObject({ code: 'call.invalid' })
  })

  test('the last owner stays an owner', async () => {
    const { staff } = await till.run('till.snapshot', {})
    for (const set of [{ role: 'cashier' as const }, { active: false }]) expect(await till.refusal('staff.put', { staff: staff!.id, set })).toMatchObject({ code: 'staff.last_owner' })
    await till.addStaff('02', 'owner')
    expect(await till.run('staff.put', { staff: staff!.id, set: { role: 'manager' } })).toMatchObject({ role: 'manager' })
  })

  test('made twice with one key there is one, and one row', async () => {
    const call = { key: randomUUID(), staff: randomUUID(), set: { no: '02', name: '王', role: 'cashier' as const }, pin: '5678' }
    const first = await till.run('staff.put', call)
    const head = till.store.head()
    expect(await till.run('staff.put', call)).toEqual(first)
    expect(till.store.head()).toEqual(head)
    expect(await till.refusal('staff.put', { ...call, staff: randomUUID() })).toMatchObject({ code: 'key.reused' })
  })

  test('who was dismissed, here or at the cloud, is out at once', async () => {
    const cashier = await till.addStaff('02', 'cashier')
    await signIn('02', CASHIER_PIN)
    till.store.applyChanges([{ kind: 'staff', id: cashier, rev: 1, doc: { active: false }, clocks: { active: 'ffffffffffff0000-cloud' } }], 1)
    expect((await till.run('till.snapshot', {})).staff).toBeNull()
    expect(await till.refusal('shift.open', { float: 0 })).toMatchObject({ code: 'staff.none' })
  })

  test('who loses the right while the PIN is being hashed has lost it', async () => {
    await till.addStaff('02', 'cashier')
    const making = till.refusal('staff.put', { staff: randomUUID(), set: { no: '06', name: '王', role: 'owner' }, pin: '5678' })
    await till.run('staff.signOut', {})
    expect(await making).toMatchObject({ code: 'staff.none' })
  })
})

describe('rights', () => {
  const good = randomUUID()
  const calls = {
    'goods.put': () => till.refusal('goods.put', { good, set: { name: '茶', price: 1 } }),
    'stock.move': () => till.refusal('stock.move', { reason: 'received', lines: [{ good, delta: 1 }] }),
    'goods.import': () => till.refusal('goods.import', { name: 'a.csv', data: 'eA==' }),
    'import.mend': () => till.refusal('import.mend', { import: good, row: 2, set: {} }),
    'staff.put': () => till.refusal('staff.put', { staff: good, set: {} }),
    'shop.put': () => till.refusal('shop.put', { set: { name: '别人的店' } }),
    'printer.put': () => till.refusal('printer.put', { printer: { id: good, name: '机', profile: 'nothing', address: 'tcp://127.0.0.1:1', receipts: true, drawer: true } }),
    'printer.remove': () => till.refusal('printer.remove', { printer: good }),
    'till.pair': () => till.refusal('till.pair', { cloud: 'http://127.0.0.1:1', code: 'x' }),
    'printer.test': () => till.refusal('printer.test', { printer: good }),
    'print.retry': () => till.refusal('print.retry', { printer: good }),
    'sale.reprint': () => till.refusal('sale.reprint', { sale: good }),
    'drawer.open': () => till.refusal('drawer.open', { reason: '' }),
    'shift.open': () => till.refusal('shift.close', { counted: 0 }),
  }
  const refusedTo = async (): Promise<string[]> => {
    const refused: string[] = []
    for (const [name, call] of Object.entries(calls)) {
      const outcome = await call().catch(() => ({ code: 'went ahead' }))
      if (outcome.code === 'staff.not_allowed' || outcome.code === 'staff.none') refused.push(name)
    }
    return refused
  }

  test('a cashier rings up and no more, a manager keeps the goods, an owner the till, nobody nothing', async () => {
    await till.setUp()
    await till.addStaff('02', 'cashier')
    await till.addStaff('03', 'manager')
    await signIn('02', CASHIER_PIN)
    const office = ['staff.put', 'shop.put', 'printer.put', 'printer.remove', 'till.pair']
    expect(await refusedTo()).toEqual(['goods.put', 'stock.move', 'goods.import', 'import.mend', ...office])
    await signIn('03', CASHIER_PIN)
    expect(await refusedTo()).toEqual(office)
    await signIn('01', OWNER_PIN)
    expect(await refusedTo()).toEqual([])
    await till.run('staff.signOut', {})
    expect(await refusedTo()).toEqual(Object.keys(calls))
  })
})
