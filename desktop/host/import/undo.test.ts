/** Taking an import back: what nobody has touched since goes back, what somebody did stands and is named. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 0 })
})
const bring = (text: string, name = 'goods.csv') => till.run('goods.import', { name, data: Buffer.from(text).toString('base64') })
const byCode = (code: string): GoodView => till.store.goodByCode(code)!
const FILE = '条码,名称,零售价,库存\n101,茶,3.50,10\n102,盐,2.00,5\n103,糖,x,5\n'

test('new goods go off sale, changed fields and stock go back, rows that waited are dropped; once, however often it is sent', async () => {
  const salt = await till.addGood({ name: '粗盐', code: '102', price: 150, category: '调料' })
  await till.run('stock.move', { reason: 'received', lines: [{ good: salt.id, delta: 8000 }] })
  const before = await till.run('goods.get', { good: salt.id })
  const { import: id } = await bring(FILE)
  expect(await till.run('goods.get', { good: salt.id })).toMatchObject({ name: '盐', price: 200, stock: 5000 })
  expect(await till.run('import.list', {})).toMatchObject({ imports: [{ import: id, file: 'goods.csv', added: 1, updated: 1, refused: 1, undone: null, can: true }] })
  const key = randomUUID()
  const undone = await till.run('import.undo', { key, import: id })
  expect(undone).toEqual({ import: id, off: 1, changed: 1, stock: 2, stood: [], stoodTotal: 0, history: null })
  const head = till.store.head()
  expect(await till.run('import.undo', { key, import: id })).toEqual(undone)
  expect(await till.run('import.undo', { import: id })).toEqual(undone)
  expect(till.store.head()).toEqual(head)
  expect(await till.run('goods.get', { good: salt.id })).toEqual(before)
  expect(byCode('101')).toMatchObject({ on: false, stock: 0 })
  expect((await till.run('goods.search', { text: '茶' })).goods).toEqual([])
  expect((await till.run('import.rows', {})).total).toBe(0)
  expect((await till.run('import.list', {})).imports[0]).toMatchObject({ can: false, undone: till.clock.now() })
  expect(till.store.event(key)).toMatchObject({ type: 'goods.import_undone', body: { import: id, file: 'goods.csv' } })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  expect(await till.refusal('import.undo', { key, import: randomUUID() })).toMatchObject({ code: 'key.reused' })
  expect(await till.refusal('import.undo', { import: randomUUID() })).toMatchObject({ code: 'import.not_found' })
})

test('what was edited, counted or re-coded since stands and is named; what was sold stays sold', async () => {
  const salt = await till.addGood({ name: '粗盐', code: '102', codes: ['112'], price: 150 })
  const oil = await till.addGood({ name: '油', code: '104', price: 900 })
  const { import: id } = await bring('条码,名称,零售价,库存\n101,茶,3.50,10\n112,盐,2.00,5\n104,花生油,9.50,7\n105,醋,4.00,3\n')
  await till.run('goods.put', { good: oil.id, set: { price: 1000 } })
  await till.run('goods.put', { good: byCode('105').id, set: { category: '调料' } })
  await till.sell([{ good: byCode('101'), quantity: 2000 }])
  await till.addGood({ name: '新来的', code: '102' })
  const { count } = await till.run('count.begin', {})
  await till.run('count.scan', { count, good: salt.id, quantity: 5000 as never })
  await till.run('count.end', { count })
  const { off, changed, stock, stood } = await till.run('import.undo', { import: id })
  expect({ off, changed, stock }).toEqual({ off: 1, changed: 2, stock: 2 })
  const named = (good: string, name: string, what: string, why: string) => ({ good, name, what, why })
  expect(new Set(stood)).toEqual(new Set([
    named(oil.id, '油', 'price', 'edited'), named(byCode('105').id, '醋', 'good', 'edited'),
    named(salt.id, '粗盐', 'code', 'code_taken'), named(salt.id, '粗盐', 'stock', 'counted'),
  ]))
  expect(till.store.good(oil.id)).toMatchObject({ name: '油', price: 1000, stock: 0 })
  expect(byCode('105')).toMatchObject({ on: true, stock: 3000 })
  expect(till.store.good(salt.id)).toMatchObject({ name: '粗盐', price: 150, stock: 5000 })
  expect(byCode('101')).toMatchObject({ on: false, stock: -2000 })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('the mended file brings the goods back on sale, and those that the owner took off stay off', async () => {
  await till.addGood({ name: '酒', code: '109', price: 100, on: false })
  const { import: id } = await bring(`${FILE}109,酒,1.00,\n`)
  await till.run('import.undo', { import: id })
  const again = await bring(`${FILE.replace('3.50', '4.50')}109,酒,2.00,\n`)
  expect(again).toMatchObject({ added: 0, updated: 3 })
  expect([byCode('101'), byCode('102'), byCode('109')].map(({ on, price, stock }) => [on, price, stock])).toEqual([[true, 450, 10_000], [true, 200, 5000], [false, 200, null]])
  await till.run('import.undo', { import: again.import })
  expect([byCode('101'), byCode('102')].map(({ on, stock }) => [on, stock])).toEqual([[false, 0], [false, 0]])
})

test('two imports one after the other are taken back in either order, and a restart between makes no difference', async () => {
  const salt = await till.addGood({ name: '盐', code: '102', price: 150 })
  const first = await bring(FILE)
  const second = await bring(FILE.replace('2.00,5', '2.50,9'))
  // Later work stands until it is taken back itself.
  till = await till.restart()
  await till.run('import.undo', { import: second.import })
  expect(till.store.good(salt.id)).toMatchObject({ price: 200, stock: 5000 })
  const undone = await till.run('import.undo', { import: first.import })
  expect(undone.stood).toEqual([])
  expect(till.store.good(salt.id)).toMatchObject({ price: 150, stock: 0 })
  expect(byCode('101').on).toBe(false)
  const third = await bring(FILE)
  await bring(FILE.replace('2.00,5', '2.50,9'))
  expect((await till.run('import.undo', { import: third.import })).stood).toMatchObject([{ what: 'price', why: 'edited' }, { what: 'stock', why: 'counted' }])
  expect(till.store.good(salt.id)).toMatchObject({ price: 250, stock: 9000 })
})

test('is not for cashiers, and not for imports that left no record of what they made', async () => {
  const body = { file: 'old.csv', rows: 1, added: 1, updated: 0, refused: 0 }
  const id = randomUUID()
  till.store.commit({ events: [{ id, type: 'goods.imported', v: 1, body }], prints: [] }, till.clock.now(), null)
  expect(await till.run('import.list', {})).toMatchObject({ imports: [{ can: false, undone: null }] })
  expect(await till.refusal('import.undo', { import: id })).toMatchObject({ code: 'import.too_old' })
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('import.undo', { import: id })).toMatchObject({ code: 'staff.not_allowed' })
  expect(await till.refusal('import.list', {})).toMatchObject({ code: 'staff.not_allowed' })
})

const CODES = ['101', '102', '103', '104', '105', '106']
const FIELDS = ['price', 'category', 'name', 'on'] as const
test('whatever was edited between: an edit made since stands, everything else is as it was', async () => {
  const edit = fc.record({ code: fc.constantFrom(...CODES), field: fc.constantFrom(...FIELDS, 'stock'), value: fc.integer({ min: 1, max: 900 }) })
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...CODES), { maxLength: 4 }), fc.uniqueArray(fc.constantFrom(...CODES), { minLength: 1 }), fc.array(edit, { maxLength: 8 }), async (there, inFile, edits) => {
    till = openTill()
    await till.setUp()
    for (const code of there) {
      const good = await till.addGood({ name: `货${code}`, code, price: Number(code), category: '旧' })
      await till.run('stock.move', { reason: 'received', lines: [{ good: good.id, delta: 1000 as never }] })
    }
    const was = new Map(there.map((code) => [code, byCode(code)]))
    const { import: id } = await bring(`条码,名称,零售价,分类,库存\n${inFile.map((code) => `${code},新${code},${code}.00,新,7`).join('\n')}\n`)
    const touched = new Map<string, Record<string, unknown>>()
    const moved = new Map<string, number>()
    for (const { code, field, value } of edits) {
      const good = till.store.goodByCode(code)
      if (!good) continue
      if (field === 'stock') {
        await till.run('stock.move', { reason: 'wasted', lines: [{ good: good.id, delta: -value as never }] })
        moved.set(code, (moved.get(code) ?? 0) - value)
      } else {
        const set = { [field]: field === 'price' ? value : field === 'on' ? value % 2 === 0 : `改${value}` }
        await till.run('goods.put', { good: good.id, set })
        touched.set(code, { ...touched.get(code), ...set })
      }
    }
    const after = new Map(CODES.map((code) => [code, till.store.goodByCode(code)]))
    const { off, stoodTotal } = await till.run('import.undo', { import: id })
    const isNew = (code: string): boolean => inFile.includes(code) && !was.has(code)
    for (const code of CODES) {
      const now = till.store.goodByCode(code)
      if (!inFile.includes(code)) expect(now).toEqual(after.get(code))
      else if (isNew(code)) expect(now).toEqual(touched.has(code) ? after.get(code) : { ...after.get(code), on: false, stock: moved.get(code) ?? 0 })
      else expect(now).toEqual({ ...was.get(code), ...touched.get(code), stock: 1000 + (moved.get(code) ?? 0) })
    }
    expect(off).toBe(inFile.filter((code) => isNew(code) && !touched.has(code)).length)
    const stands = (code: string): number => (isNew(code) ? 1 : Object.keys(touched.get(code) ?? {}).filter((field) => field !== 'on').length)
    expect(stoodTotal).toBe(inFile.filter((code) => touched.has(code)).reduce((sum, code) => sum + stands(code), 0))
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  }), { numRuns: 25 })
})
