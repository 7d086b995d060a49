/** Another till's sales from a file: in the reports, and nowhere else; taken out again; each file and each receipt once. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { HISTORY } from '#desktop/storage/reads/history-sums.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { recoverTill } from '#desktop/storage/ledger/recover.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { CASHIER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { SheetCell } from '#shared/documents/report-sheets.ts'
import type { CallInput, CallResult } from '#shared/host/contract.ts'
import { formatYuan } from '#shared/money/money.ts'
import { workbookOf } from '../export/workbook.ts'
import { openHistory } from './history-thread.ts'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const input = (text: string, name = 'sales.csv'): Omit<CallInput<'import.bring'>, 'key'> => ({ kind: 'history', name, data: Buffer.from(text).toString('base64') })
const bring = (text: string, name?: string): Promise<CallResult<'import.bring'>> => till.run('import.bring', input(text, name))
const report = (from: string, to = from) => till.run('report.sales', { from, to })

const FILE = `小票号,销售时间,条码,商品名称,数量,单价,实收金额,支付方式,收银员
A1,2026-05-01 09:05:00,101,可乐,2,3.50,7.00,现金,01
A1,2026-05-01 09:05:00,102,青菜(散),1.5,4.00,5.50,现金,01
A2,2026-05-01 18:20,,老冰棍,3,1.00,3.00,微信,王阿姨
A3,2026/5/2,101,可乐,-1,3.50,-3.50,,
A4,昨天,101,可乐,1,3.50,3.50,现金,01
A5,2027-01-01,101,可乐,1,3.50,3.50,现金,01
A6,2026-05-02 10:00,101,可乐,2,3.50,9.00,支付宝,01
,2026-05-02 11:00,101,可乐,0,3.50,0,现金,01
合计,,,,,,24.50,,
`

describe('a file of sales', () => {
  test('is seen before: what comes in, what can\'t and why, what the shop does not have', async () => {
    await till.addGood({ name: '可乐', code: '101', price: 350 })
    const preview = await till.run('import.preview', input(FILE))
    expect(preview.mapping).toEqual({ receipt: '小票号', time: '销售时间', code: '条码', name: '商品名称', quantity: '数量', price: '单价', amount: '实收金额', tender: '支付方式', cashier: '收银员' })
    expect(preview).toMatchObject({ rows: 9, good: 5, refused: 4, must: ['time', 'name', 'amount'], history: { sales: 4, net: 2100, from: '2026-05-01', to: '2026-05-02', known: 0, unknown: ['青菜(散)', '老冰棍'], unknownTotal: 2 } })
    expect(preview.bad.map(({ row, column, value, code }) => [row, column, value, code])).toEqual([
      [6, '销售时间', '昨天', 'import.date_unreadable'], [7, '销售时间', '2027-01-01', 'import.date_future'], [9, '数量', '0', 'import.quantity_zero'], [10, '小票号', '合计', 'import.total_row'],
    ])
    expect(preview.noted.map(({ row, code }) => [row, code])).toEqual([[8, 'import.amount_differs'], [3, 'import.amount_differs']].sort((a, b) => Number(a[0]) - Number(b[0])))
  })

  test('is in the reports, and in nothing else of the till', async () => {
    await till.run('shift.open', { float: 1000 })
    const cola = await till.addGood({ name: '可口可乐', code: '101', price: 350, cost: 200, category: '饮料' })
    const before = { shift: await till.run('shift.report', {}), balances: await till.run('ledger.balances', {}), cola: await till.run('goods.get', { good: cola.id }), sales: await till.run('sale.list', {}), found: await till.run('sale.find', { text: 'A1' }), papers: await till.run('stock.papers', {}) }
    const done = await bring(FILE)
    expect(done).toMatchObject({ rows: 9, done: 5, refused: 4, history: { sales: 4, net: 2100 } })
    const both = await report('2026-05-01', '2026-05-02')
    expect(both).toMatchObject({
      total: { sales: 4, returns: 1, net: 2100, back: -350, cost: 600 }, imported: { sales: 4, net: 2100, before: 0 },
      days: [{ date: '2026-05-01', sales: 2, net: 1550, imported: 1550 }, { date: '2026-05-02', sales: 2, net: 550, imported: 550 }],
      categories: [{ category: '饮料', net: 1250, cost: 600 }, { category: '', net: 850, unknown: 850 }],
      goods: [{ good: cola.id, name: '可口可乐', quantity: 3000, net: 1250 }, { name: '青菜(散)', quantity: 1500, gross: 600, net: 550 }, { name: '老冰棍', quantity: 3000, net: 300 }],
      cashiers: [{ staffNo: '01', sales: 2, net: 2150 }, { staff: null, staffNo: '', sales: 2, net: -50 }],
      tenders: [{ channel: 'cash', tenders: 1, fen: 1250 }, { channel: '支付宝', fen: 900 }, { channel: '微信', tenders: 1, fen: 300 }, { channel: 'unsaid', fen: -350 }],
    })
    // A return without a time of day is in no hour.
    expect(both.hours.filter(({ sales }) => sales > 0)).toEqual([{ hour: 9, sales: 1, net: 1250, before: 0 }, { hour: 10, sales: 1, net: 900, before: 0 }, { hour: 18, sales: 1, net: 300, before: 0 }])
    expect(await report('2026-05-08')).toMatchObject({ total: { sales: 0 }, before: { net: 1550 }, imported: { net: 0, before: 1550 } })
    expect({ shift: await till.run('shift.report', {}), balances: await till.run('ledger.balances', {}), cola: await till.run('goods.get', { good: cola.id }), sales: await till.run('sale.list', {}), found: await till.run('sale.find', { text: 'A1' }), papers: await till.run('stock.papers', {}) }).toEqual(before)
    const { no } = await till.sell([{ good: cola }])
    expect(no).toMatch(/-0*1$/)
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, sales: 1, salesFen: 350 })
  })

  test('puts what was sold often first, until it is taken back', async () => {
    const [tea, juice] = [await till.addGood({ name: '冰红茶', code: '201', price: 300 }), await till.addGood({ name: '冰果汁', code: '202', price: 300 })]
    const order = async () => (await till.run('goods.search', { text: '冰' })).goods.map(({ id }) => id)
    expect(await order()).toEqual([tea.id, juice.id])
    const { import: id } = await bring('日期,条码,金额\n2026-05-01,202,3\n2026-05-01,202,3\n2026-05-01,201,3\n')
    expect(await order()).toEqual([juice.id, tea.id])
    await till.run('import.undo', { import: id })
    expect(await order()).toEqual([tea.id, juice.id])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('is taken back once, and may come in again after that', async () => {
    const { import: id } = await bring(FILE)
    expect((await till.run('import.rows', {})).total).toBe(4)
    expect(await till.run('import.list', {})).toMatchObject({ imports: [{ import: id, file: 'sales.csv', can: true, undone: null, history: { sales: 4, net: 2100 } }] })
    const key = randomUUID()
    const undone = await till.run('import.undo', { key, import: id })
    expect(undone).toMatchObject({ import: id, history: { sales: 4, net: 2100 } })
    const head = till.store.head()
    expect(await till.run('import.undo', { key, import: id })).toEqual(undone)
    expect(await till.run('import.undo', { import: id })).toEqual(undone)
    expect(till.store.head()).toEqual(head)
    expect(await report('2026-05-01', '2026-05-02')).toMatchObject({ total: { sales: 0, net: 0 }, imported: { sales: 0 }, goods: [], tenders: [], cashiers: [] })
    expect((await till.run('import.rows', {})).total).toBe(0)
    expect((await till.run('import.list', {})).imports[0]).toMatchObject({ can: false, undone: till.clock.now() })
    // Of the file's pieces nobody is told, of the file everybody.
    const told = (await till.run('audit.list', {})).rows.map(({ type }) => type)
    expect(told.slice(0, 2)).toEqual(['history.import_undone', 'history.imported'])
    expect(told).not.toContain('history.sold')
    expect((await till.run('audit.list', { types: ['history.sold'] })).rows).toHaveLength(1)
    await bring(FILE)
    expect(await report('2026-05-01', '2026-05-02')).toMatchObject({ total: { sales: 4, net: 2100 } })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('is refused a second time, whoever sends it; of another file only new receipts come in', async () => {
    const key = randomUUID()
    const [first, second] = await Promise.all([till.run('import.bring', { key, ...input(FILE) }), till.run('import.bring', { key, ...input(FILE) })])
    expect({ ...second, bad: first.bad }).toEqual(first)
    for (const name of ['import.preview', 'import.bring'] as const) expect(await till.refusal(name, input(FILE, 'again.csv'))).toMatchObject({ code: 'import.history_again', detail: { at: till.clock.now() } })
    const more = FILE.replace('A6,', 'A7,').replace('合计', '总计')
    expect((await till.run('import.preview', input(more))).history).toMatchObject({ sales: 1, known: 4 })
    expect(await bring(more)).toMatchObject({ done: 1, history: { sales: 1, net: 900, known: 4 } })
    expect(await report('2026-05-01', '2026-05-02')).toMatchObject({ total: { sales: 5, net: 3000 } })
    expect(await till.refusal('import.bring', input(`${FILE}\n`))).toMatchObject({ code: 'import.nothing_new', detail: { known: 5 } })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('keeps its bad rows, which join the import when they are mended and leave with it', async () => {
    await till.addGood({ name: '可乐', code: '101' })
    const { import: id } = await bring(FILE)
    const { rows } = await till.run('import.rows', { import: id })
    expect(rows[0]).toMatchObject({ kind: 'history', row: 6, file: 'sales.csv', cells: { 小票号: 'A4', 销售时间: '昨天' } })
    expect((await till.run('import.mend', { import: id, row: 6, set: { time: '前天' } })).bad).toMatchObject([{ value: '前天', code: 'import.date_unreadable' }])
    const key = randomUUID()
    const mend = { key, import: id, row: 6, set: { time: '2026-05-01 09:05:00', receipt: 'A1' } }
    expect(await till.run('import.mend', mend)).toEqual({ bad: [], left: 3 })
    expect(await till.run('import.mend', mend)).toEqual({ bad: [], left: 3 })
    // A line more of a receipt that is there.
    expect(await report('2026-05-01')).toMatchObject({ total: { sales: 2, net: 1900 } })
    expect(await till.run('import.mend', { import: id, row: 9, set: {}, drop: true })).toEqual({ bad: [], left: 2 })
    expect(await till.run('import.mend', { import: id, row: 7, set: { time: '2026-05-01' } })).toEqual({ bad: [], left: 1 })
    expect(await report('2026-05-01')).toMatchObject({ total: { sales: 3, net: 2250 } })
    await till.run('import.undo', { import: id })
    expect(await report('2026-05-01')).toMatchObject({ total: { sales: 0, net: 0 } })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('whose import a new beginning of the ledger left behind has rows that can\'t be mended any more, and says so', async () => {
    const { import: id } = await bring(FILE)
    const { rows: [kept] } = await till.run('import.rows', { import: id })
    const gone = randomUUID()
    till.store.keepRows([{ ...kept!, import: gone }])
    expect(await till.refusal('import.mend', { import: gone, row: 6, set: { time: '2026-05-01' } })).toMatchObject({ code: 'import.not_found' })
    expect((await till.run('import.mend', { import: gone, row: 6, set: {}, drop: true })).bad).toEqual([])
    // It counts nowhere: what joined it would neither.
    const imported = till.store.event(id)!
    const half = randomUUID()
    till.store.commit({ events: [{ id: half, type: imported.type, v: 1, body: { ...imported.body, batch: randomUUID() } }], prints: [] }, till.clock.now(), null)
    till.store.keepRows([{ ...kept!, import: half }])
    expect(await till.refusal('import.mend', { import: half, row: 6, set: { time: '2026-05-01' } })).toMatchObject({ code: 'import.not_found' })
  })

  test('may be one of an order a row, and a column nobody chose is kept nowhere', async () => {
    const { import: id } = await bring('order_no,device_id,amount_due,amount_paid,item_name,paid_at,phone\nD1,E,4.5,4.0,巧克力派,2026-01-01 00:53:00,13812345678\nD2,E,3.0,,玉米肠,2026-01-01 01:33:00,13812345678\nD3,E,3.3000000000000003,3.3000000000000003,玉米肠,x,13812345678\n')
    expect(await report('2026-01-01')).toMatchObject({ total: { sales: 2, gross: 750, discount: 50, net: 700 } })
    expect(JSON.stringify(await till.run('import.rows', { import: id }))).not.toContain('13812345678')
    expect(till.store.rows(0, 1000).map(({ text }) => text).join('')).not.toContain('13812345678')
  })

  test('is for those who may edit goods', async () => {
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    for (const name of ['import.preview', 'import.bring'] as const) expect(await till.refusal(name, input(FILE))).toMatchObject({ code: 'staff.not_allowed' })
  })

  test('whose writing ended half-way counts nowhere, and comes in whole the next time', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => `B${i},2026-05-03 12:00,货${i % 50},1,1.00,1.00`).join('\n')
    const text = `小票号,日期,品名,数量,单价,金额\n${rows}\n`
    let pieces = 0
    const commit = till.store.commit.bind(till.store)
    const broken = Object.assign(till.store, {
      commit: (...input: Parameters<typeof commit>) => {
        if (input[0].events.some(({ type }) => type === 'history.sold') && ++pieces === 3) throw new Error('the plug was pulled')
        return commit(...input)
      },
    })
    await expect(bring(text)).rejects.toThrow('plug')
    expect(await report('2026-05-03')).toMatchObject({ total: { sales: 0 } })
    broken.commit = commit
    till = await till.restart()
    expect(await bring(text)).toMatchObject({ done: 900, history: { sales: 900, known: 0 } })
    expect(await report('2026-05-03')).toMatchObject({ total: { sales: 900, net: 90_000 }, goodsTotal: 50 })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('while which the ledger is begun anew is broken off, and never called done', async () => {
    const text = `小票号,日期,品名,数量,单价,金额\n${Array.from({ length: 900 }, (_, i) => `B${i},2026-05-03 12:00,货${i % 50},1,1.00,1.00`).join('\n')}\n`
    const { commit, identity } = till.store
    let pieces = 0
    Object.assign(till.store, {
      commit: (...input: Parameters<typeof commit>) => {
        if (input[0].events.some(({ type }) => type === 'history.sold')) pieces += 1
        return commit(...input)
      },
      identity: () => ({ ...identity(), ...pieces >= 2 && { device: randomUUID() } }),
    })
    expect(await till.refusal('import.bring', input(text))).toMatchObject({ code: 'import.broken_off' })
    Object.assign(till.store, { commit, identity })
    expect((await till.run('import.list', {})).imports).toEqual([])
    expect(await bring(text)).toMatchObject({ done: 900 })
    expect(await report('2026-05-03')).toMatchObject({ total: { sales: 900, net: 90_000 } })
  })

  test('of which a new beginning of the ledger left out the first rows counts nowhere, and can come in again', async () => {
    const { import: id } = await bring(FILE)
    const imported = till.store.event(id)!
    const [batch, again] = [randomUUID(), randomUUID()]
    till.store.commit({ events: [{ id: again, type: imported.type, v: 1, body: { ...imported.body, batch } }], prints: [] }, till.clock.now(), null)
    const chunk = till.store.rows(0, 1000).map(({ text }) => JSON.parse(text) as { type: string; body: object }).find(({ type }) => type === 'history.sold')!
    const half = randomUUID()
    till.store.commit({ events: [{ id: randomUUID(), type: chunk.type, v: 1, body: { ...chunk.body, batch: half } }, { id: randomUUID(), type: imported.type, v: 1, body: { ...imported.body, batch: half, chunks: 2 } }], prints: [] }, till.clock.now(), null)
    expect(await report('2026-05-01', '2026-05-02')).toMatchObject({ total: { sales: 4, net: 2100 } })
    expect((await till.run('import.list', {})).imports.map(({ can }) => can).sort()).toEqual([false, false, true])
    expect(await till.refusal('import.undo', { import: again })).toMatchObject({ code: 'import.too_old' })
    await till.run('import.undo', { import: id })
    expect(await bring(FILE)).toMatchObject({ done: 5 })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('is there again after a recovery from the journal alone', async () => {
    const { import: id } = await bring(FILE)
    await bring('日期,品名,金额\n2026-05-01,豆腐,2\n', 'other.csv')
    await till.run('import.undo', { import: id })
    const before = await report('2026-05-01', '2026-05-02')
    await till.close()
    expect(recoverTill(till.folder, sha256, new Date(0), { key: 'restored', value: '1' })).toMatchObject({ goesOn: true, missing: undefined })
    const again = openTill({ folder: till.folder, clock: till.clock })
    expect(await again.run('report.sales', { from: '2026-05-01', to: '2026-05-02' })).toEqual(before)
    expect(await again.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('whose sums somebody changed in the file is found out, table by table', async () => {
    await till.addGood({ name: '可乐', code: '101' })
    await bring(FILE)
    await till.close()
    const found = (): string[] => {
      const db = openForReading(join(till.folder, LEDGER_FILE))
      try {
        return verifyLedger(db, sha256).faults.map(({ code, reason }) => `${code} ${reason.split(' ')[0]}`)
      } finally {
        db.close()
      }
    }
    expect(found()).toEqual([])
    for (const table of Object.keys(HISTORY)) {
      let before: unknown[] = []
      tamper(till.folder, (db) => {
        before = db.prepare(`SELECT * FROM ${table}`).raw().all()
        db.exec(`DELETE FROM ${table}`)
      })
      expect(before.length).toBeGreaterThan(0)
      expect(found()).toContain(`projection.differs ${table}`)
      tamper(till.folder, (db) => { for (const row of before as unknown[][]) db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`).run(...row) })
    }
    expect(found()).toEqual([])
  })

  test('may be a workbook with times that are times, and numbers that are numbers', async () => {
    const time = (text: string): SheetCell => ({ kind: 'time', text })
    const [text, yuan] = [(value: string): SheetCell => ({ kind: 'text', text: value }), (fen: number): SheetCell => ({ kind: 'yuan', fen })]
    const rows = [['单号', '时间', '品名', '金额'].map(text), [text('A1'), time('2026-05-01 10:00'), text('茶'), yuan(330)], [text('A2'), time('2026-05-01 11:00'), text('茶'), yuan(670)]]
    const data = Buffer.from(workbookOf([{ name: '明细', widths: [], rows }])).toString('base64')
    await till.run('import.bring', { kind: 'history', name: '明细.xlsx', data })
    const { hours, total } = await report('2026-05-01')
    expect(total).toMatchObject({ sales: 2, net: 1000 })
    expect(hours.filter(({ sales }) => sales > 0).map(({ hour, net }) => [hour, net])).toEqual([[10, 330], [11, 670]])
  })

  test('is refused by the thread that reads a large one as it is for a small one, and the till goes on', async () => {
    const large = `甲,乙\n${'x,1\n'.repeat(30_000)}`
    for (const text of [large, '甲,乙\nx,1\n']) {
      expect(await till.refusal('import.preview', input(text))).toMatchObject({ code: 'import.columns_missing', detail: { columns: ['甲', '乙'], missing: ['time', 'name', 'amount'] } })
    }
    expect(await till.run('import.preview', { ...input(large), mapping: { name: '甲', amount: '乙', time: '乙' } })).toMatchObject({ rows: 30_000, good: 0, refused: 30_000, badTotal: 30_000, history: { sales: 0 } })
    expect(await till.refusal('import.bring', { ...input(large), mapping: { name: '甲', amount: '乙', time: '乙' } })).toMatchObject({ code: 'import.nothing_new' })
    expect((await till.run('import.rows', {})).total).toBe(0)
  })

  test('that is more than its thread may hold is too large, and nothing else is harmed', async () => {
    const text = `日期,品名,金额\n${Array.from({ length: 150_000 }, (_, i) => `2026-05-03 12:00,货${i},1.00`).join('\n')}\n`
    await expect(openHistory({ name: 'large.csv', bytes: Buffer.from(text), mapping: undefined, today: '2026-06-01' }, 48)).rejects.toMatchObject({ code: 'file.too_large' })
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })

  test('selling goes on while it comes in', async () => {
    await till.run('shift.open', { float: 0 })
    const cola = await till.addGood({ price: 350 })
    const rows = Array.from({ length: 5000 }, (_, i) => `2026-05-03 12:00,货${i % 500},1,1.00`).join('\n')
    let isThrough = false
    const coming = bring(`日期,品名,数量,金额\n${rows}\n`).finally(() => { isThrough = true })
    let sold = 0
    let inBetween = 0
    while (!isThrough) {
      await till.sell([{ good: cola }])
      sold += 1
      if (till.store.rows(till.store.head().seq - 2, 2).some(({ text }) => text.includes('history.sold'))) inBetween += 1
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    expect(await coming).toMatchObject({ done: 5000 })
    expect(inBetween).toBeGreaterThan(3)
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, sales: sold })
  })
})

const row = fc.record({
  receipt: fc.constantFrom('', 'R1', 'R2', 'R3'), day: fc.integer({ min: 1, max: 9 }), good: fc.constantFrom('茶', '盐', '糖', '油'),
  pieces: fc.integer({ min: 1, max: 5000 }), fen: fc.integer({ min: 0, max: 100_000 }), isBack: fc.boolean(), tender: fc.constantFrom('现金', '微信', ''),
})
test('whatever the rows, every report sums to them to the fen; and to nothing once it is undone', async () => {
  const files = new Set<string>()
  await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
    const text = `单号,日期,品名,数量,金额,付款方式\n${rows.map(({ receipt, day, good, pieces, fen, isBack, tender }) => `${receipt},2026-03-0${day},${good},${(isBack ? -1 : 1) * pieces / 1000},${isBack && fen > 0 ? '-' : ''}${formatYuan(fen)},${tender}`).join('\n')}\n`
    files.add(text)
    const { import: id } = await bring(text)
    const { total, days, goods, tenders, cashiers, categories, imported } = await report('2026-03-01', '2026-03-09')
    const net = rows.reduce((sum, { fen, isBack }) => sum + (isBack ? -fen : fen), 0)
    const sum = (parts: readonly { net: number }[]): number => parts.reduce((all, part) => all + part.net, 0)
    const receipts = new Set(rows.map(({ receipt, day }, i) => (receipt === '' ? `#${i}` : `${receipt} ${day}`)))
    expect({ net: total.net, sales: total.sales, imported: imported.net, days: sum(days), goods: sum(goods), cashiers: sum(cashiers), categories: sum(categories), tenders: tenders.reduce((all, { fen }) => all + fen, 0) })
      .toEqual({ net, sales: receipts.size, imported: net, days: net, goods: net, cashiers: net, categories: net, tenders: net })
    expect(goods.reduce((all, { quantity }) => all + quantity, 0)).toBe(rows.reduce((all, { pieces, isBack }) => all + (isBack ? -pieces : pieces), 0))
    await till.run('import.undo', { import: id })
    expect((await report('2026-03-01', '2026-03-09')).total).toMatchObject({ sales: 0, net: 0 })
  }), { numRuns: 15 })
  expect(files.size).toBeGreaterThan(5)
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})
