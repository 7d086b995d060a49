/**
 * The report as a manager reads it: sales rung up on the real screen are in its figures to the fen, beside a week that
 * the till sold before; charts with their tables, the workbook read back, the paper at a printer, nothing for a cashier.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Browser, Page } from '@playwright/test'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { marginOf } from '#shared/documents/report.ts'
import type { SalesReport } from '#shared/host/report-schemas.ts'
import { formatYuan } from '#shared/money/money.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { addDays } from '#shared/sales/report.ts'
import { buildRenderer } from '../build.ts'
import { type History, makeHistory, OWNER } from '../demo/history.ts'
import { type Stack, startStack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'

let folder: string
let history: History
let stack: Stack
let browser: Browser
let page: Page
let errors: string[]
let printer: PrinterSimulator
/** Where the pictures go that somebody looks at; none are kept otherwise. */
const shots = process.env['XIAOPU_PICTURES']
const shot = async (name: string): Promise<void> => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`) }) }

const reportOf = (from: string, to: string): Promise<SalesReport> => withTill(stack.tillUrl, (till) => till.call('report.sales', { from, to }))
const untilRange = (from: string, to: string): Promise<void> => page.locator(`[data-testid="report"] .body[data-from="${from}"][data-to="${to}"]`).waitFor()
const fen = async (testid: string): Promise<number> => Number(await at(page, testid).getAttribute('data-fen'))
const column = (testid: string): Promise<number[]> => page.locator(`[data-testid="${testid}"] [data-fen]`).evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset['fen'])))
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

beforeAll(async () => {
  await buildRenderer({ quiet: true })
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-report-'))
  history = await makeHistory(join(folder, 'till'), { goods: 150, days: 10, salesADay: 40, until: Date.now() })
  printer = await startPrinterSimulator()
  stack = await startStack({ data: folder, cloud: false })
  await withTill(stack.tillUrl, async (till) => {
    await till.call('staff.signIn', { ...OWNER, key: randomUUID() })
    await till.call('shift.open', { key: randomUUID(), float: 0 })
  })
  browser = await openBrowser()
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN', reducedMotion: 'reduce', acceptDownloads: true })
  context.setDefaultTimeout(20_000)
  ;({ page, errors } = await openPage(context, stack.tillUrl))
  await at(page, 'total').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  await printer?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('reports', () => {
  it('count a sale of the screen at once, to the fen, beside the week before', async () => {
    const before = await reportOf(history.to, history.to)
    await at(page, 'fn-more').click()
    await at(page, 'open-report').click()
    await untilRange(history.to, history.to)
    expect(await fen('report-net')).toBe(before.total.net)
    expect(await fen('report-margin')).toBe(marginOf(before.total))
    const [good] = history.goods.filter(({ pricing }) => pricing === 'piece')
    await scan(page, good!.code)
    await untilAttribute(page, 'total', 'data-fen', String(good!.price))
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
    await page.keyboard.press('Enter')
    await at(page, 'cash-exact').click()
    await at(page, 'change').waitFor()
    await at(page, 'fn-more').click()
    await at(page, 'open-report').click()
    await untilAttribute(page, 'report-net', 'data-fen', String(before.total.net + good!.price))
    expect(Number(await at(page, 'report-sales').innerText())).toBe(before.total.sales + 1)
    expect(sum(await column('report-times'))).toBe(before.total.net + good!.price)
    expect(sum(await column('report-categories'))).toBe(before.total.net + good!.price)
    // Somebody sells at this till while it is looked at: the figures follow.
    await scan(page, good!.code)
    await untilAttribute(page, 'total', 'data-fen', String(good!.price))
    expect(await at(page, 'report-chart').count()).toBe(2)
    await shot('report-day')
    expect(await faults(page)).toEqual([])
  })

  it('are of any days, by hour, good, cashier and tender', async () => {
    await at(page, 'report-week').click()
    const range = { from: addDays(history.to, -6), to: history.to }
    await untilRange(range.from, range.to)
    const read = await reportOf(range.from, range.to)
    expect(read.before.sales).toBeGreaterThan(0)
    expect(await fen('report-net')).toBe(read.total.net)
    expect(await column('report-times')).toEqual(read.days.map(({ net }) => net).toReversed())
    await shot('report-week')
    for (const [name, values] of [['hours', read.hours.map(({ net }) => net)], ['goods', read.goods.map(({ net }) => net)], ['cashiers', read.cashiers.map(({ net }) => net)], ['tenders', read.tenders.map((tender) => tender.fen)]] as const) {
      await at(page, `report-page-${name}`).click()
      await at(page, `report-${name}`).waitFor()
      const shown = await column(`report-${name}`)
      if (name === 'hours') expect(sum(shown)).toBe(read.total.net)
      else expect(shown).toEqual(values)
      await shot(`report-${name}`)
      expect(await faults(page)).toEqual([])
    }
    await at(page, 'report-from').fill(history.from)
    await untilRange(history.from, history.to)
    await at(page, 'report-page-overview').click()
    expect(await fen('report-net')).toBe((await reportOf(history.from, history.to)).total.net)
    await page.evaluate(() => { document.documentElement.dataset['theme'] = 'contrast' })
    await shot('report-contrast')
    expect(await faults(page)).toEqual([])
    await page.evaluate(() => { document.documentElement.dataset['theme'] = 'light' })
  })

  it('come as a workbook that says the same', async () => {
    await at(page, 'report-week').click()
    await untilRange(addDays(history.to, -6), history.to)
    const read = await withTill(stack.tillUrl, (till) => till.call('report.sales', { from: addDays(history.to, -6), to: history.to, limit: 1000 }))
    const download = page.waitForEvent('download')
    await at(page, 'report-export').click()
    const file = await download
    expect(file.suggestedFilename()).toBe(`营业报表-${read.from}-${read.to}.xlsx`)
    const sheets = await readXlsxFile(readFileSync(await file.path()))
    const goods = sheets.find(({ sheet }) => sheet === '商品')!.data
    expect(goods.slice(1).map((row) => [row[0], row[5]])).toEqual(read.goods.map(({ name, net }) => [name, net / 100]))
    const days = sheets.find(({ sheet }) => sheet === '日期')!.data
    expect(days.slice(1).map(([date, , net]) => [date, net])).toEqual(read.days.map(({ date, net }) => [new Date(date), net / 100]))
  })

  it('come on receipt paper, and say so where there is no printer', async () => {
    await at(page, 'report-print').click()
    await page.locator('text=没接打印机，没有打出来').first().waitFor()
    await withTill(stack.tillUrl, (till) => till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '前台', profile: 'generic-58', address: printer.address, receipts: true, drawer: false } }))
    await page.locator('text=打印机正常').first().waitFor()
    await at(page, 'report-print').click()
    await printer.read(1)
    const read = await reportOf(addDays(history.to, -6), history.to)
    const { lines, faults: wrong } = await decodeEscpos(printer.received[0]!, 32)
    expect(wrong).toEqual([])
    expect(lines.map(({ text }) => text).some((text) => text.startsWith('实收') && text.endsWith(`￥${formatYuan(read.total.net)}`))).toBe(true)
    expect(errors).toEqual([])
  })

  it('are not for cashiers, and go where one signs in', async () => {
    await withTill(stack.tillUrl, (till) => till.call('staff.signIn', { key: randomUUID(), no: '02', pin: '2345' }))
    await page.locator('[data-panel="quick"]').waitFor()
    await at(page, 'fn-more').click()
    await at(page, 'open-settings').waitFor()
    expect(await at(page, 'open-report').count()).toBe(0)
  })
})
