import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shortId } from '#shared/identity/ids.ts'
import { traceLink, ownGtin } from '#shared/trace/link.ts'
import { SCANS_USUAL } from '#cloud/web/trace-page.ts'
import { effectOf } from '#cloud/projections/recalls.ts'
import { rebuild } from '#cloud/projections/rebuild.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop, saleBody, TestTill } from '#cloud/testing/till.ts'

const start = Date.parse('2026-11-23T04:00:00Z')
const hostile = `</script><img src=x onerror=alert(1)>"'&`
let cloud: TestCloud
let shop: string
let till: TestTill
let ownerKey: string
let time = start
const [good, lot, made, sale, member] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()]
let gtin: string

beforeAll(async () => {
  cloud = await startCloud({ now: () => time })
  ;({ shop, till, ownerKey } = await openShop(cloud, { slug: 'lakeside', address: '湖州市衣裳街 18 号', phone: '0572-1234567' }))
  gtin = ownGtin(shop, good)
  const hlc = (n: number): string => `019000000000000${n}-a`
  till.record('good.changed', { good, set: { name: '本地青菜', price: 600, unit: '公斤', pricing: 'weight' }, hlc: hlc(0) })
  till.record('stock.received', { no: 'SH1', order: null, supplier: '老王', note: '', lines: [{ good, quantity: 20_000, lot: { no: 'A/1', expiry: '2026-11-26' }, cost: null, average: null }], hlc: hlc(1) })
  till.record('lot.described', { lot, set: {
    good, no: 'A/1', expiry: '2026-11-26', gtin, quantity: 20_000, date: '2026-11-23', at: start, supplier: '老王', producer: hostile.slice(0, 60), origin: '余杭',
    certificate: { product: '青菜', quantity: '20 公斤', origin: '余杭', issued: '2026-11-23', promisor: '余杭某合作社', contact: '13812345678', link: '' }, tests: [{ what: '农残', result: 'passed', by: '市场检测室', date: '2026-11-23' }],
  }, hlc: hlc(2) })
  till.record('lot.labelled', { lot, prefix: 'ABCDEF', codes: 5, hlc: hlc(3) })
  till.record('lot.reissued', { good, from: [{ lot, no: 'A/1', expiry: '2026-11-26', quantity: 4000 }], to: [{ lot: made, no: 'A2', expiry: '2026-11-26', quantity: 4000 }], hlc: hlc(4) })
  till.record('lot.described', { lot: made, set: { good, no: 'A2', expiry: '2026-11-26', gtin, quantity: 4000, date: '2026-11-23', at: start + 60_000, parents: [{ lot, no: 'A/1', quantity: 4000 }] }, hlc: hlc(5) })
  const body = saleBody({ good, sale })
  till.record('sale.completed', { ...body, lines: (body['lines'] as object[]).map((line) => ({ ...line, lots: [{ no: 'A2', expiry: '2026-11-26', quantity: 600 }, { no: 'A/1', expiry: '2026-11-26', quantity: 400 }] })), member: { member, points: 0, value: 0 } })
  const record = till.recordPerson(member, { name: '张三丰', phone: '13912345678' })
  for (const { status, body: said } of [await till.push(), await till.people([record])]) if (status !== 200) throw new Error(JSON.stringify(said))
})
afterAll(() => cloud.destroy())

const path = (no: string, serial = ''): string => new URL(traceLink('https://x.cn', shop, { gtin, lot: no, serial })).pathname
async function get(at: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${cloud.url}${at}`, { redirect: 'manual', ...init })
  return { status: response.status, text: await response.text() }
}
const scans = (text: string): number => Number(/(\d+) 次/.exec(text)?.[1] ?? 0)

test('a lot\'s code says who made it, how it came, what was promised and tested; hostile words stay words, a person\'s number is masked', async () => {
  const page = await get(path('A/1'))
  expect(page.status).toBe(200)
  for (const text of ['本地青菜', 'A/1', '余杭', '老王', '到店', '农残', '合格', '余杭某合作社', '138****5678', '湖州市衣裳街 18 号', '来源可查', '2026-11-26']) expect(page.text).toContain(text)
  expect(page.text).not.toContain('<img src=x')
  expect(page.text).not.toContain('<script')
  expect(page.text).not.toContain('13812345678')
  expect((await get(`${path('A/1')}?lang=en`)).text).toContain('From producer to stall')
  // The GTIN as short as it is printed, and the shop by its other name.
  expect((await get(`/s/lakeside/01/${gtin.slice(1)}/10/A2`)).status).toBe(200)
  for (const wrong of [path('B9'), `/s/${shortId(shop)}/01/00400000000001/10/A2`, `/s/${shortId(randomUUID())}/01/${gtin}/10/A2`, `/s/lakeside/01/x/10/%00`]) expect((await get(wrong)).status).toBe(404)
})
test('a lot that was split tells of what it was made of', async () => {
  const { text } = await get(path('A2'))
  for (const each of ['分装', 'A/1 → A2', '老王', '4 公斤']) expect(text).toContain(each)
})
test('each look at an item\'s code counts once, a reload does not; many are said to be suspicious, and a serial that was never printed is no code', async () => {
  time += 10_000
  expect(scans((await get(path('A/1', 'ABCDEF1'))).text)).toBe(1)
  time += 1000
  expect(scans((await get(path('A/1', 'ABCDEF1'))).text)).toBe(1)
  await get(path('A/1', 'ABCDEF1'), { method: 'HEAD' })
  for (let n = 2; n <= SCANS_USUAL; n++) {
    time += 4000
    expect((await get(path('A/1', 'ABCDEF1'))).text).toContain('来源可查')
  }
  time += 4000
  const often = await get(path('A/1', 'ABCDEF1'))
  expect(scans(often.text)).toBe(SCANS_USUAL + 1)
  expect(often.text).toContain('扫得太多')
  expect(scans((await get(path('A/1', 'ABCDEF2'))).text)).toBe(1)
  const forged = await get(path('A/1', 'ABCDEF6'))
  expect(forged.status).toBe(404)
  expect(forged.text).toContain('查无此码')
  expect(scans(forged.text)).toBe(0)
})
test('the receipt names its lots and leads to their pages', async () => {
  const { text } = await get(`/r/${shortId(shop)}/${shortId(sale)}`)
  expect(text).toContain(`${path('A2').slice(path('A2').indexOf('/01/'))}"`)
  expect(text).toContain('A%2F1')
})

test('a recall from the owner\'s page: seen before it is begun, told to tills, each shown as reached or not, its sales and what is left found; then lifted', async () => {
  const login = await fetch(`${cloud.url}/manage/lakeside/login`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ key: ownerKey }).toString() })
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!
  const signed = (init: RequestInit = {}): RequestInit => ({ ...init, headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' } })
  const word = /name="word" value="([^"]+)"/.exec((await get('/manage/lakeside/recalls', signed())).text)![1]!
  const post = (at: string, form: Record<string, string>) => get(at, signed({ method: 'POST', body: new URLSearchParams({ word, ...form }).toString() }))
  const recalls = '/manage/lakeside/recalls'
  expect((await get(recalls)).text).toContain('name="key"')
  expect((await post(recalls, {})).text).toContain('至少填一样')
  expect((await post(recalls, { good: '没有的' })).text).toContain('没有叫这个名字')
  const look = await post(recalls, { good: '本地青菜', no: 'A/1', reason: 'test_failed', note: '农残超标' })
  // What was made of it goes with it.
  expect(look.text).toContain('2 个批次，已卖 1 单')
  const about = async (what: Record<string, string>): Promise<string> => (await post(recalls, { reason: 'other', ...what })).text
  for (const what of [{ supplier: '老王' }, { from: '2026-11-23', to: '2026-11-23' }, { no: 'A/1' }] as Record<string, string>[]) expect(await about(what)).toContain('2 个批次，已卖 1 单')
  for (const what of [{ supplier: '老赵' }, { from: '2026-11-24' }, { no: 'B9' }] as Record<string, string>[]) expect(await about(what)).toContain('0 个批次，已卖 0 单')
  expect(await about({ good: '本地青菜' })).toContain('整个商品停售：还有 19 公斤，已卖 1 单')
  expect((await till.changes()).changes.some(({ kind }) => kind === 'recall')).toBe(false)
  expect((await post(recalls, { good: '本地青菜', no: 'A/1', reason: 'test_failed', note: '农残超标', step: 'begin' })).status).toBe(303)
  const change = (await till.changes()).changes.find(({ kind }) => kind === 'recall')!
  expect(change.doc).toMatchObject({ what: { good, no: 'A/1' }, reason: 'test_failed', note: '农残超标' })
  const standing = await get(recalls, signed())
  for (const text of ['还没通知到', '15.6 公斤', '3.4 公斤', '张*', '139****5678']) expect(standing.text).toContain(text)
  till.record('lot.recall_heard', { recall: change.id, hlc: '0190000000000009-a' })
  await till.push()
  expect((await get(recalls, signed())).text).not.toContain('还没通知到')
  for (const no of ['A/1', 'A2']) expect((await get(path(no))).text).toContain('已召回')
  await rebuild(cloud.db, shop)
  expect((await get(recalls, signed())).text).toContain('卖出 1 单')
  expect((await post(`${recalls}/${change.id}/lift`, {})).status).toBe(303)
  expect((await get(path('A2'))).text).not.toContain('已召回')
  expect((await get(recalls, signed({ method: 'POST', body: new URLSearchParams({ word: 'wrong', no: 'A2', step: 'begin' }).toString() }))).status).toBe(303)
  expect((await till.changes()).changes.filter(({ kind }) => kind === 'recall')).toHaveLength(1)
})

test('a good without lots is recalled whole, with every sale of it at any till; sales that may be of a recalled lot stand apart from those that name one', async () => {
  const { shop: stall, till: one, ownerKey: key } = await openShop(cloud, { slug: 'stall' })
  const two = new TestTill(cloud)
  await two.pair(String((await cloud.call('POST', `/api/shops/${stall}/pairing-codes`)).body.code))
  const [sprouts, greens, buyer] = [randomUUID(), randomUUID(), randomUUID()]
  const hlc = '0190000000000000-a'
  for (const [id, name] of [[sprouts, '豆芽'], [greens, '青菜']] as const) one.record('good.changed', { good: id, set: { name, price: 200, unit: '包', pricing: 'piece' }, hlc })
  one.record('stock.moved', { reason: 'received', note: '', lines: [{ good: sprouts, delta: 9000 }] })
  one.record('lot.described', { lot: randomUUID(), set: { good: greens, no: 'B1', expiry: '', gtin, quantity: 5000, date: '2026-11-23', at: start, supplier: '老李' }, hlc })
  const sold = (at: TestTill, no: string, body: { good: string; quantity?: number; date?: string; named?: number; rest?: object }): void => {
    const { date = '2026-11-23', named = 0, rest = {}, ...input } = body
    const sale = saleBody(input)
    at.record('sale.completed', { ...sale, no, date, lines: (sale['lines'] as object[]).map((line) => ({ ...line, ...named > 0 && { lots: [{ no: 'B1', expiry: '', quantity: named }] } })), ...rest })
  }
  const record = two.recordPerson(buyer, { name: '李四', phone: '13912345678' })
  sold(one, 'S1', { good: sprouts })
  sold(two, 'S2', { good: sprouts, quantity: 2000, rest: { member: { member: buyer, points: 0, value: 0 } } })
  sold(one, 'G1', { good: greens, date: '2026-11-22' })
  sold(two, 'G2', { good: greens, quantity: 3000 })
  sold(one, 'G3', { good: greens, named: 1000 })
  sold(two, 'G4', { good: greens, quantity: 2000, named: 1000 })
  for (const { status, body } of [await one.push(), await two.push(), await two.people([record])]) if (status !== 200) throw new Error(JSON.stringify(body))

  const login = await fetch(`${cloud.url}/manage/stall/login`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ key }).toString() })
  const headers = { cookie: login.headers.get('set-cookie')!.split(';')[0]!, 'content-type': 'application/x-www-form-urlencoded' }
  const page = '/manage/stall/recalls'
  const word = /name="word" value="([^"]+)"/.exec((await get(page, { headers })).text)![1]!
  const post = (form: Record<string, string>) => get(page, { method: 'POST', headers, body: new URLSearchParams({ word, reason: 'authority', ...form }).toString() })
  expect((await post({ good: '豆芽' })).text).toContain('整个商品停售：还有 6 包，已卖 2 单')
  expect((await post({ supplier: '老李' })).text).toContain('1 个批次，已卖 2 单；另有 1 单没记批次，可能是这批')
  // A lot that was never booked may be in what was sold without one, since ever.
  expect((await post({ good: '青菜', no: 'X9' })).text).toContain('0 个批次，已卖 0 单；另有 3 单没记批次')
  for (const form of [{ good: '豆芽' }, { supplier: '老李' }] as Record<string, string>[]) expect((await post({ ...form, step: 'begin' })).status).toBe(303)
  const parts = (await get(page, { headers })).text.split('<section class="card" id=')
  const [whole, lots] = ['豆芽', '老李'].map((title) => parts.find((part) => part.includes(`<h2>${title}</h2>`))!)
  for (const text of ['卖出 2 单，共 3 包', 'S1', 'S2', '01 号机', '02 号机', '豆芽 2 包', '李*', '139****5678', '6 包']) expect(whole).toContain(text)
  expect(whole).not.toContain('可能是这批')
  const [named, may] = lots!.split('没记批次，可能是这批：1 单')
  for (const no of ['G3', 'G4']) expect([named!.includes(`<b>${no}</b>`), may!.includes(`<b>${no}</b>`)]).toEqual([true, false])
  expect([named!.includes('<b>G2</b>'), may!.includes('<b>G2</b>'), lots!.includes('<b>G1</b>')]).toEqual([false, true, false])
  expect(may).toContain('青菜 3 包')
  expect((await get(`${page}?lang=en`, { headers })).text).toContain('Named no lot, may be of it: 1 sales')
})

test('a date that was corrected takes the lot along, what is left and sales of before too; its code and receipts lead to it', async () => {
  const [stamp, run] = ['019000000000000b-a', randomUUID()]
  till.record('lot.corrected', { lot, good, no: 'A/1', from: { quantity: 20_000, expiry: '2026-11-26', cost: null }, to: { quantity: 19_000, expiry: '2026-12-26', cost: 300 }, hlc: stamp })
  // By itself in its push, as tills send it.
  await till.push()
  till.record('lot.labelled', { lot, prefix: 'QRSTUV', codes: 2, printed: false, hlc: '019000000000000c-a' }, { id: run })
  await till.push()
  till.record('lot.codes_printed', { lot, run, from: 1, to: 2, again: false, hlc: '0190000000000010-a' })
  expect((await till.push()).body).toMatchObject({ flags: [] })
  const recall = { what: { good: null, no: 'A/1', supplier: '', from: '', to: '' } }
  const found = async () => effectOf(cloud, shop, recall, 10)
  const wanted = { lots: [{ no: 'A/1', expiry: '2026-12-26', left: 14_600 }, { no: 'A2', left: 3400 }], total: 1 }
  const sorted = async () => { const { lots, total } = await found(); return { lots: lots.toSorted((a, b) => (a.no < b.no ? -1 : 1)), total } }
  expect(await sorted()).toMatchObject(wanted)
  await rebuild(cloud.db, shop)
  expect(await sorted()).toMatchObject(wanted)
  expect((await get(path('A/1'))).text).toContain('2026-12-26')
  expect((await get(`/r/${shortId(shop)}/${shortId(sale)}`)).text).toContain('A%2F1')
  // Made and not yet printed is a code all the same.
  expect((await get(path('A/1', 'QRSTUV2'))).status).toBe(200)
  expect((await till.changes()).changes.find(({ id }) => id === lot)!.doc).toMatchObject({ expiry: '2026-12-26', cost: 300 })
})
test('two lots that came by one number are both on its page, an item\'s serial says which it is of, and they stop together', async () => {
  const twin = randomUUID()
  till.record('lot.described', { lot: twin, set: { good, no: 'A/1', expiry: '2026-12-26', gtin, quantity: 1000, date: '2026-11-24', at: start + 90_000, supplier: '老李' }, hlc: '019000000000000d-a' })
  till.record('lot.labelled', { lot: twin, prefix: 'GHJKLM', codes: 3, hlc: '019000000000000e-a' })
  await till.push()
  const { text } = await get(path('A/1'))
  for (const said of ['登记过 2 次', '老王', '老李']) expect(text).toContain(said)
  const own = await get(path('A/1', 'GHJKLM2'))
  expect(own).toMatchObject({ status: 200 })
  expect(own.text).toContain('老李')
  expect(own.text).not.toContain('老王')
  expect((await get(path('A/1', 'ABCDEF2'))).text).not.toContain('老李')
  const recall = randomUUID()
  till.record('lot.recalled', { recall, what: { good: null, no: '', supplier: '老李', from: '', to: '' }, reason: 'by_supplier', note: '', hlc: '019000000000000f-a' }, { id: recall })
  await till.push()
  for (const at of [path('A/1'), path('A/1', 'ABCDEF2'), path('A/1', 'GHJKLM1')]) expect((await get(at)).text).toContain('已召回')
  // What was made of one of them goes too: nobody can say of which it was.
  expect((await effectOf(cloud, shop, { what: { good: null, no: '', supplier: '老李', from: '', to: '' } }, 10)).lots.map(({ no }) => no).sort()).toEqual(['A/1', 'A2'])
})

test('two lots of one number and different dates: the number alone may be of either, so one that is recalled is said; an item\'s serial is of its own', async () => {
  const [early, late, recall] = [randomUUID(), randomUUID(), randomUUID()]
  for (const [i, [id, expiry, supplier, prefix]] of ([[early, '2026-11-28', '老周', 'ABABAB'], [late, '2026-12-05', '老吴', 'CDCDCD']] as const).entries()) {
    till.record('lot.described', { lot: id, set: { good, no: 'C1', expiry, gtin, quantity: 1000, date: '2026-11-24', at: start + i, supplier }, hlc: `0190000000000011-a${i}` })
    till.record('lot.labelled', { lot: id, prefix, codes: 3, hlc: `0190000000000012-a${i}` })
  }
  till.record('lot.recalled', { recall, what: { good: null, no: '', supplier: '老吴', from: '', to: '' }, reason: 'by_supplier', note: '', hlc: '0190000000000013-a' }, { id: recall })
  expect((await till.push()).body).toMatchObject({ flags: [] })
  expect((await get(path('C1'))).text).toContain('已召回')
  expect((await get(path('C1', 'CDCDCD1'))).text).toContain('已召回')
  expect((await get(path('C1', 'ABABAB1'))).text).toContain('来源可查')
})

test('sales of before are found too: the migration reads them from the journal', async () => {
  const client = new pg.Client({ connectionString: cloud.databaseUrl })
  await client.connect()
  const rows = async (): Promise<unknown[]> => (await client.query('select * from sold_lot where shop_id = $1 order by no', [shop])).rows
  const before = await rows()
  expect(before).toHaveLength(2)
  await client.query('delete from sold_lot')
  const text = readFileSync(new URL('../../migrations/cloud/0011_sold_lots.sql', import.meta.url), 'utf8')
  await client.query(text.slice(text.indexOf('insert into sold_lot')))
  expect(await rows()).toEqual(before)
  await client.end()
})
