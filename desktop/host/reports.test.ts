/** Reports of sales: every fen of the journal in every table, the week before, margins, and who may see them. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import readXlsxFile from 'read-excel-file/node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { MIGRATIONS } from '#desktop/storage/open.ts'
import { SUMMED } from '#desktop/storage/reads/sales-sums.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { play, stepArbitrary } from '#desktop/testing/history.ts'
import { CASHIER_PIN, OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { REPORT_WORDS } from '#shared/documents/report-words.ts'
import { formatYuan } from '#shared/money/money.ts'
import { addDays, daysOf } from '#shared/sales/report.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import { businessDate } from '#shared/ledger/business-date.ts'

const DAY_MS = 86_400_000
const TODAY = '2026-11-23'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 0 })
})
const report = (from = TODAY, to = from) => till.run('report.sales', { from, to })

test('a day: what was sold, when, by whom, of what and how it was paid', async () => {
  const cola = await till.addGood({ name: '可乐', price: 300, cost: 190, category: '饮料' })
  const greens = await till.addGood({ name: '青菜', price: 400, cost: 250, category: '蔬菜', pricing: 'weight', unit: '斤' })
  const bag = await till.addGood({ name: '袋子', price: 50 })
  await till.sell([{ good: cola, quantity: 2000 }, { good: greens, quantity: 750 }])
  await till.addStaff('02', 'manager')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  till.clock.pass(3 * 3_600_000)
  await till.sell([{ good: cola, quantity: -1000 }, { good: bag, quantity: 3000, discount: 10 }])
  const day = await report()
  expect(day).toMatchObject({
    from: TODAY, to: TODAY, beforeFrom: '2026-11-16', beforeTo: '2026-11-16', goodsTotal: 3,
    total: { sales: 2, returns: 1, gross: 1050, discount: 10, net: 1040, back: -300, cost: 190 * 2 - 190 + 375, unknown: 140 },
    before: { sales: 0, net: 0 },
    days: [{ date: TODAY, sales: 2, net: 1040, before: 0 }],
    categories: [{ category: '蔬菜', net: 600, cost: 375 }, { category: '饮料', net: 300, cost: 190 }, { category: '', net: 140, cost: 0, unknown: 140 }],
    goods: [{ name: '青菜', quantity: 750, net: 600, cost: 375 }, { name: '可乐', quantity: 1000, net: 300, cost: 190 }, { name: '袋子', quantity: 3000, gross: 150, net: 140, unknown: 140 }],
    cashiers: [{ staffNo: '01', sales: 1, returns: 0, net: 1200 }, { staffNo: '02', name: '员工02', sales: 1, returns: 1, net: -160 }],
    tenders: [{ channel: 'cash', tenders: 2, fen: 1040 }],
  })
  expect(day.hours.filter(({ sales }) => sales > 0)).toEqual([{ hour: 10, sales: 1, net: 1200, before: 0 }, { hour: 13, sales: 1, net: -160, before: 0 }])
  expect((await till.run('report.sales', { from: TODAY, to: TODAY, limit: 1 }))).toMatchObject({ goodsTotal: 3, goods: [{ name: '青菜' }] })
})

test('beside the same days a week before', async () => {
  const cola = await till.addGood({ price: 300, category: '饮料' })
  const old = await till.addGood({ name: '月饼', price: 1000, category: '节令' })
  await till.sell([{ good: cola }, { good: old }])
  till.clock.pass(7 * DAY_MS)
  await till.sell([{ good: cola, quantity: 4000 }])
  const day = await report(addDays(TODAY, 7))
  expect(day).toMatchObject({
    total: { sales: 1, net: 1200 }, before: { sales: 1, net: 1300 }, days: [{ net: 1200, before: 1300 }],
    categories: [{ category: '饮料', net: 1200, before: 300 }, { category: '节令', net: 0, before: 1000 }],
    goods: [{ net: 1200, before: 300 }], goodsTotal: 1, cashiers: [{ net: 1200, before: 1300 }], tenders: [{ fen: 1200, before: 1300 }],
  })
  expect(day.hours[10]).toEqual({ hour: 10, sales: 1, net: 1200, before: 1300 })
  // Both ends count, and a longer range has days of both.
  expect(await report(TODAY, addDays(TODAY, 7))).toMatchObject({ total: { sales: 2, net: 2500 }, before: { sales: 1, net: 1300 } })
})

test('a margin keeps the cost of the day it was sold; where none was known then, today\'s will do', async () => {
  const cola = await till.addGood({ price: 300, cost: 190 })
  const bag = await till.addGood({ price: 50 })
  await till.sell([{ good: cola }, { good: bag }])
  await till.run('goods.put', { good: cola.id, set: { cost: 250 } })
  expect((await report()).total).toMatchObject({ cost: 190, unknown: 50 })
  await till.sell([{ good: cola }])
  await till.run('goods.put', { good: bag.id, set: { cost: 20 } })
  expect((await report()).total).toMatchObject({ cost: 190 + 250 + 20, unknown: 0 })
})

test('is for managers and owners, and of a range that makes sense', async () => {
  for (const [from, to] of [['2026-11-24', '2026-11-23'], ['2026-02-29', '2026-03-01'], ['1990-01-01', '2026-11-23']] as const) {
    expect(await till.refusal('report.sales', { from, to })).toMatchObject({ code: 'report.range' })
  }
  expect((await till.refusal('report.sales', { from: 'today', to: TODAY })).code).toBe('call.invalid')
  await till.addStaff('02', 'cashier')
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('report.sales', { from: TODAY, to: TODAY })).toMatchObject({ code: 'staff.not_allowed', detail: { right: 'report.read' } })
  await till.run('staff.signOut', {})
  expect((await till.refusal('report.sales', { from: TODAY, to: TODAY })).code).toBe('staff.none')
  await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
  expect(await report('2025-01-01', '2027-01-31')).toMatchObject({ total: { sales: 0 }, hours: { length: 24 }, days: { length: 761 } })
})

test('two years are read while the counter sells, and no sale is counted half', async () => {
  const cola = await till.addGood({ price: 300 })
  for (let month = 0; month < 24; month++) {
    await till.sell([{ good: cola }])
    till.clock.pass(30 * DAY_MS)
  }
  let [selling, sold] = [true, 24]
  const counter = (async () => {
    while (selling) {
      await till.sell([{ good: cola }])
      sold += 1
      await new Promise((resolve) => { setImmediate(resolve) })
    }
  })()
  const two = await report(TODAY, businessDate(till.clock.now(), 'Asia/Shanghai'))
  selling = false
  await counter
  expect(two.total.sales).toBeGreaterThanOrEqual(24)
  expect(sold).toBeGreaterThan(24)
  expect(two.total.net).toBe(two.total.sales * 300)
  for (const list of [two.days, two.hours, two.cashiers, two.goods]) expect(list.reduce((sum, { net }) => sum + net, 0)).toBe(two.total.net)
  expect(two.tenders).toMatchObject([{ tenders: two.total.sales, fen: two.total.net }])
})

describe('histories made up at random', () => {
  test('every table of every range sums to the journal\'s sales of those days, and rebuilt equals live', async () => {
    await fc.assert(fc.asyncProperty(fc.array(stepArbitrary(false), { minLength: 10, maxLength: 40 }), fc.nat(12), fc.nat(12), async (steps, after, more) => {
      const fresh = openTill({ outlives: true })
      await fresh.setUp()
      const { till: played } = await play(fresh, steps)
      const from = addDays(TODAY, after - 6)
      const range = { from, to: addDays(from, more) }
      const read = await played.run('report.sales', range)
      const sales = played.store.rows(0, 10_000).map(({ text }) => JSON.parse(text)).filter(({ type }) => type === SaleCompleted.type).map(({ body }) => SaleCompleted.body.parse(body))
      const within = (first: string, last: string): typeof sales => sales.filter(({ date }) => date >= first && date <= last)
      const now = within(range.from, range.to)
      const before = within(read.beforeFrom, read.beforeTo)
      const net = (some: typeof sales): number => some.reduce((sum, { total }) => sum + total, 0)
      expect(read.total).toMatchObject({ sales: now.length, net: net(now), gross: now.reduce((sum, { gross }) => sum + gross, 0), discount: now.reduce((sum, { discount }) => sum + discount, 0) })
      expect(read.total.back).toBe(now.flatMap(({ lines }) => lines).reduce((sum, line) => sum + (line.quantity < 0 ? line.net : 0), 0))
      for (const list of [read.days, read.hours, read.categories, read.goods, read.cashiers]) expect(list.reduce((sum, { net: part }) => sum + part, 0)).toBe(net(now))
      for (const list of [read.days, read.hours, read.categories, read.cashiers, read.tenders]) expect(list.reduce((sum, { before: part }) => sum + part, 0)).toBe(net(before))
      expect(read.tenders.reduce((sum, tender) => sum + tender.fen, 0)).toBe(net(now))
      expect(read.days.length).toBe(daysOf(range))
      for (const good of read.goods) expect(good.quantity).toBe(now.flatMap(({ lines }) => lines).reduce((sum, line) => sum + (line.good === good.good ? line.quantity : 0), 0))
      expect(await played.run('ledger.verify', {})).toMatchObject({ ok: true })
      await played.close()
    }), { numRuns: 10 })
  })
})

test('a ledger from before there were reports has its sums from the first start on', async () => {
  const cola = await till.addGood({ price: 300, category: '饮料' })
  const bag = await till.addGood({ price: 50 })
  await till.sell([{ good: bag }, { good: cola, quantity: 2000 }, { good: bag }])
  till.clock.pass(DAY_MS)
  await till.sell([{ good: cola, quantity: -1000 }, { good: bag, quantity: 3000, discount: 10 }])
  const live = await report(TODAY, addDays(TODAY, 1))
  await till.close()
  tamper(till.folder, (db) => {
    // What came by which code is younger, and has a migration and a test of its own.
    for (const table of Object.keys(SUMMED).filter((name) => name !== 'shift_code')) db.exec(`DROP TABLE ${table}`)
    db.exec(readFileSync(join(MIGRATIONS, '0008_reports.sql'), 'utf8'))
  })
  till = await till.restart()
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  expect({ ...await report(TODAY, addDays(TODAY, 1)), at: live.at }).toEqual(live)
})

describe('on paper and in a file', () => {
  /** A week's sales of two goods, one with an odd name. */
  async function week(): Promise<void> {
    const cola = await till.addGood({ name: '可乐\u0007=1+1', price: 333, cost: 190, category: '饮料' })
    const greens = await till.addGood({ name: '青菜', price: 401, pricing: 'weight', unit: '斤', category: '蔬菜' })
    for (let day = 0; day < 8; day++) {
      await till.sell([{ good: cola, quantity: 3000 }, { good: greens, quantity: 250 * (day + 1) }])
      till.clock.pass(DAY_MS)
    }
    await till.sell([{ good: cola, quantity: -1000 }])
  }
  const range = { from: addDays(TODAY, 2), to: addDays(TODAY, 8) }

  test.each(['zh', 'en'] as const)('the workbook says what the report says, in real numbers and dates (%s)', async (language) => {
    await week()
    const read = await till.run('report.sales', range)
    const { name, data } = await till.run('report.export', { ...range, language })
    expect(name).toMatch(/-2026-11-25-2026-12-01\.xlsx$/)
    const sheets = await readXlsxFile(Buffer.from(data, 'base64'))
    const [summary, days, hours, categories, goods, cashiers, tenders] = sheets.map((sheet) => sheet.data)
    const yuan = (fen: number): number => fen / 100
    const facts = new Map(summary!.map(([label, value]) => [label, value]))
    const words = REPORT_WORDS[language]
    expect([words.sales, words.net, words.cost, words.unknown, words.margin].map((word) => facts.get(word)))
      .toEqual([read.total.sales, ...[read.total.net, read.total.cost, read.total.unknown, read.total.net - read.total.unknown - read.total.cost].map(yuan)])
    expect(facts.get(words.date)).toEqual(new Date('2026-11-25'))
    expect(days!.slice(1).map(([date, sales, net, before]) => [date, sales, net, before])).toEqual(read.days.map((day) => [new Date(day.date), day.sales, yuan(day.net), yuan(day.before)]))
    expect(hours!.slice(1).map((row) => row[2])).toEqual(read.hours.map(({ net }) => yuan(net)))
    expect(categories!.slice(1).map(([category, net]) => [category, net])).toEqual(read.categories.map(({ category, net }) => [category, yuan(net)]))
    expect(goods!.slice(1).map((row) => [row[0], row[3], row[5]])).toEqual(read.goods.map((good) => [good.name.replace('\u0007', ' '), good.quantity / (good.unit === '斤' ? 500 : 1000), yuan(good.net)]))
    expect(cashiers!.slice(1).map((row) => [row[0], row[2], row[4]])).toEqual(read.cashiers.map(({ staffNo, sales, net }) => [staffNo, sales, yuan(net)]))
    expect(tenders!.slice(1).map((row) => [row[1], row[2]])).toEqual(read.tenders.map((tender) => [tender.tenders, yuan(tender.fen)]))
  })

  test('the paper is queued once however often it is asked for, and printed with the figures of its moment', async () => {
    const printer = await startPrinterSimulator()
    onTestFinished(() => printer.close())
    await till.run('printer.put', { printer: { id: randomUUID(), name: '前台', profile: 'generic-80', address: printer.address, receipts: false, drawer: false } })
    await week()
    const [put] = (await till.run('printer.list', {})).printers
    await till.run('printer.put', { printer: { ...put!, receipts: true } })
    const key = randomUUID()
    for (let i = 0; i < 3; i++) await till.run('report.print', { ...range, key })
    const { total } = await till.run('report.sales', range)
    await printer.read(1)
    const { lines } = await decodeEscpos(printer.received[0]!, 48)
    const said = lines.map(({ text }) => text.trim())
    expect(said).toContain('营业报表')
    expect(said.some((line) => /^日期 2026-11-25 至 2026-12-01 +机号 00$/.test(line))).toBe(true)
    expect(said.find((line) => line.startsWith('实收') && line.endsWith(`￥${formatYuan(total.net)}`))).toBeDefined()
    expect((await till.run('print.jobs', {})).jobs).toMatchObject([{ kind: 'report' }])
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    for (const call of ['report.print', 'report.export'] as const) expect((await till.refusal(call, range)).code).toBe('staff.not_allowed')
  })
})
