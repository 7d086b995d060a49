/** Counted stock and members from a file: what is good comes in at once, every bad row has its place and reason. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { CASHIER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { CallInput } from '#shared/host/contract.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const input = (kind: 'stock' | 'members', text: string): Omit<CallInput<'import.bring'>, 'key'> => ({ kind, name: `${kind}.csv`, data: Buffer.from(text).toString('base64') })

test('stock becomes what the file counted; what can\'t be is named by row, column and reason', async () => {
  await till.run('shift.open', { float: 0 })
  const cola = await till.addGood({ name: '可乐', code: '101', codes: ['111'] })
  const salt = await till.addGood({ name: '盐', code: '' })
  await till.sell([{ good: cola, quantity: 3000 }])
  const text = '商品条码,品名,实盘数量\n101,,24\n,盐,1.5\n999,,2\n111,,9\n,糖,1\n101,,\n,,4\n101,,x\n'
  const file = input('stock', text)
  const preview = await till.run('import.preview', file)
  expect(preview).toMatchObject({ mapping: { code: '商品条码', name: '品名', quantity: '实盘数量' }, must: ['quantity'], rows: 8, good: 2, badTotal: 6 })
  expect(preview.bad.map(({ row, column, value, code }) => [row, column, value, code])).toEqual([
    [4, '商品条码', '999', 'import.good_unknown'], [5, '商品条码', '111', 'import.duplicate_code'], [6, '品名', '糖', 'import.good_unknown'],
    [7, '实盘数量', '', 'import.no_quantity'], [8, '品名', '', 'import.no_name'], [9, '实盘数量', 'x', 'import.stock_unreadable'],
  ])
  const key = randomUUID()
  const [first, second] = await Promise.all([till.run('import.bring', { key, ...file }), till.run('import.bring', { key, ...file })])
  expect(first).toMatchObject({ import: key, rows: 8, done: 2, refused: 6, bad: preview.bad })
  expect(second).toEqual({ ...first, bad: [] })
  expect([cola, salt].map(({ id }) => till.store.good(id)!.stock)).toEqual([24_000, 1500])
  const head = till.store.head()
  await till.run('import.bring', { key, ...file })
  expect(till.store.head()).toEqual(head)
  expect(await till.refusal('import.bring', { key, ...input('members', 'phone\n13812345678\n') })).toMatchObject({ code: 'key.reused' })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test.each([7, 10])('a count of %d from a file stands when an import of before it is undone', async (counted) => {
  const { import: id } = await till.run('goods.import', { name: 'x.csv', data: Buffer.from('条码,名称,零售价,库存\n101,茶,3.50,10\n').toString('base64') })
  await till.run('import.bring', input('stock', `条码,数量\n101,${counted}\n`))
  expect(await till.run('import.undo', { import: id })).toMatchObject({ off: 1, stock: 0, stood: [{ what: 'stock', why: 'counted' }] })
  expect(till.store.goodByCode('101')).toMatchObject({ on: false, stock: counted * 1000 })
})

test('a good that never moved has none of it where the file counts none', async () => {
  const good = await till.addGood({ code: '101' })
  expect(good.stock).toBe(null)
  await till.run('import.bring', input('stock', '条码,数量\n101,0\n'))
  expect(till.store.good(good.id)!.stock).toBe(0)
})

test('members join, each number once; nothing personal is in the journal or in the file of the till', async () => {
  await till.run('member.join', { set: { phone: '13800000001' } })
  const text = '会员姓名,手机号码,生日,积分\n张小花,138 1234 5678,1990/5/2,10\n李四,+86 13900000000,5月20日,\n王五,12,,\n,,,\n赵六,13812345678,,\n钱七,13800000001,,\n孙八,13700000000,某天,\n周九,13600000000,,\n'
  const file = input('members', text)
  const preview = await till.run('import.preview', file)
  expect(preview.mapping).toEqual({ phone: '手机号码', name: '会员姓名', birthday: '生日' })
  expect(preview.bad.map(({ row, column, code }) => [row, column, code])).toEqual([
    [4, '手机号码', 'import.phone_bad'], [6, '手机号码', 'import.duplicate_phone'], [7, '手机号码', 'import.phone_taken'], [8, '生日', 'import.birthday_bad'],
  ])
  const done = await till.run('import.bring', file)
  expect(done).toMatchObject({ rows: 7, done: 3, refused: 4 })
  const [found] = (await till.run('member.find', { text: '13812345678' })).members
  expect(await till.run('member.get', { member: found!.member })).toMatchObject({ name: '张小花', birthday: '1990-05-02' })
  const [other] = (await till.run('member.find', { text: '13900000000' })).members
  expect(await till.run('member.get', { member: other!.member })).toMatchObject({ name: '李四', birthday: '05-20' })
  // The same file again brings nobody twice.
  expect(await till.run('import.bring', file)).toMatchObject({ done: 0, refused: 7 })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  await till.close()
  const bytes = ['till.db', 'till.db-wal'].flatMap((name) => { try { return [readFileSync(join(till.folder, name))] } catch { return [] } })
  expect(bytes.length).toBeGreaterThan(0)
  for (const each of bytes) for (const word of ['张小花', '13812345678', '李四', '王五']) expect(each.includes(Buffer.from(word))).toBe(false)
})

test('columns that say nothing are mapped by hand; each kind has its right', async () => {
  await till.addGood({ code: '101' })
  const odd = input('stock', '甲,乙\n101,5\n')
  expect(await till.refusal('import.preview', odd)).toMatchObject({ code: 'import.columns_missing', detail: { columns: ['甲', '乙'], missing: ['quantity', 'code'], fields: ['code', 'name', 'quantity', 'lot', 'expiry', 'made', 'shelf', 'cost'] } })
  expect(await till.run('import.bring', { ...odd, mapping: { code: '甲', quantity: '乙' } })).toMatchObject({ done: 1 })
  expect(till.store.goodByCode('101')!.stock).toBe(5000)
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  for (const kind of ['stock', 'members'] as const) {
    expect(await till.refusal('import.bring', input(kind, 'phone\n1\n'))).toMatchObject({ code: 'staff.not_allowed' })
    expect(await till.refusal('import.preview', input(kind, 'phone\n1\n'))).toMatchObject({ code: 'staff.not_allowed' })
  }
})
