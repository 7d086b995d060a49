/** The audit trail: the journal, searched by what, who, when and any word; nobody can change it. */
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'
import { tamper } from '#desktop/storage/testing/store.ts'

const DAY_MS = 86_400_000
let till: TestTill
let cashier: string
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  cashier = await till.addStaff('02', 'cashier')
  const [tea, cola] = [await till.addGood({ name: '龙井茶', price: 8800 }), await till.addGood({ name: '可乐', price: 350 })]
  await till.run('shift.open', { float: 0 })
  await till.sell([{ good: tea }])
  till.clock.pass(DAY_MS)
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  await till.sell([{ good: cola }])
  await till.run('drawer.open', { reason: '换零钱' })
  await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
})
const find = async (asked: Parameters<typeof till.run<'audit.list'>>[1]) => (await till.run('audit.list', asked)).rows

test('newest first, by kind, by who, by day, by any word in it, and all of them together', async () => {
  const all = await find({ limit: 200 })
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => till.store.head().seq - n))
  expect(all.at(-1)).toMatchObject({ type: 'device.begun', actor: null, staffNo: null, sent: false })
  expect((await find({ types: ['sale.completed'] })).map(({ body }) => body.total)).toEqual([350, 8800])
  expect((await find({ staff: cashier })).map(({ type }) => type)).toEqual(['drawer.opened', 'sale.completed', 'staff.signed_in'])
  const [yesterday, today] = ['2026-11-23', '2026-11-24']
  expect((await find({ types: ['sale.completed'], to: yesterday })).map(({ date }) => date)).toEqual([yesterday])
  expect((await find({ types: ['sale.completed'], from: today })).map(({ date }) => date)).toEqual([today])
  expect((await find({ text: '龙井' })).map(({ type }) => type)).toEqual(['sale.completed', 'good.changed'])
  expect((await find({ text: '零钱', staff: cashier, from: today })).map(({ type }) => type)).toEqual(['drawer.opened'])
  expect(await find({ text: '没有的' })).toEqual([])
})

test('page by page nothing is missed and nothing comes twice', async () => {
  const whole = (await find({ limit: 200 })).map(({ seq }) => seq)
  const paged: number[] = []
  for (let before: number | undefined; ;) {
    const page = await till.run('audit.list', { limit: 3, ...(before === undefined ? {} : { before }) })
    paged.push(...page.rows.map(({ seq }) => seq))
    if (page.next === null) break
    before = page.next
  }
  expect(paged).toEqual(whole)
})

test('a search of a long ledger stops after a while and says where to go on', async () => {
  const { good } = { good: await till.addGood({ price: 100 }) }
  till.store.together(() => {
    for (let n = 0; n < 5200; n++) till.store.commit({ events: [{ id: crypto.randomUUID(), type: 'drawer.opened', v: 1, body: { shift: till.store.openShift()!.shift, reason: `第${n}次` } }], prints: [] }, till.clock.now(), cashier)
  })
  const first = await till.run('audit.list', { text: good.name })
  expect(first.rows).toEqual([])
  expect(first.next).not.toBeNull()
  expect((await till.run('audit.list', { text: good.name, before: first.next! })).rows.map(({ type }) => type)).toEqual(['good.changed'])
})

test('it is for managers, and rows can\'t be changed or taken out, not even by hand', async () => {
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('audit.list', {})).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'audit.read' } })
  await till.close()
  for (const sql of ["UPDATE journal SET text = '{}' WHERE seq = 1", 'DELETE FROM journal WHERE seq = 1']) {
    tamper(till.folder, (db) => expect(() => db.exec(sql)).toThrow(/journal/))
  }
})
