/** Another till's sales come in from its file, are seen in the reports for what they are, and leave them again: on the real screens. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download, Page } from '@playwright/test'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { XlsxWriter } from '#desktop/host/export/xlsx.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { type DemoCounter, openDemoCounter } from '../testing/counter.ts'
import { at, untilAttribute } from '../testing/screen.ts'

/** Where pictures of the panels go, for whoever wants to look at them. */
const pictures = process.env['XIAOPU_PICTURES']
let counter: DemoCounter
let stack: Stack
let page: Page
let errors: string[]
const [known, weighed] = [LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields, LAKESIDE.goods.find(({ fields }) => fields.pricing === 'weight')!.fields]

async function look(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  expect(await faults(page)).toEqual([])
}
async function sheetsOf(file: Download): Promise<Record<string, readonly unknown[][]>> {
  return Object.fromEntries((await readXlsxFile(readFileSync(await file.path()))).map(({ sheet, data }) => [sheet, data]))
}
async function download(press: string): Promise<Download> {
  const coming = page.waitForEvent('download')
  await at(page, press).click()
  return coming
}
async function reportOf(from: string, to: string): Promise<void> {
  await at(page, 'report-from').fill(from)
  await at(page, 'report-to').fill(to)
  await page.locator(`[data-from="${from}"][data-to="${to}"]`).waitFor()
}
const toHome = async (): Promise<void> => {
  for (let i = 0; i < 4 && !(await page.locator('[data-panel="quick"]').isVisible()); i++) await page.keyboard.press('Escape')
  await page.locator('[data-panel="quick"]').waitFor()
}

/** A year and a bit of another till: two receipts a day, of a good of the shop's, one by weight, and one that nobody knows; and what is wrong at the end. */
const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']
const SALES = DAYS.flatMap((day, i) => [
  `M${i}1,${day} 09:1${i}:00,${known.code},${known.name},2,5.00,10.00,现金,01`,
  `M${i}1,${day} 09:1${i}:00,,${weighed.name},1.5,4.00,6.00,现金,01`,
  `M${i}2,${day} 18:3${i}:00,690999,老冰棍,3,1.00,3.00,微信,王阿姨`,
])
const TEXT = ['小票号,销售时间,条码,商品名称,数量,单价,实收,支付方式,收银员', ...SALES, 'M91,昨天下午,690999,老冰棍,1,1.00,1.00,微信,王阿姨', `M92,2026-03-05 10:00:00,${known.code},${known.name},-1,5.00,5.00,现金,01`, 'M93,2026-03-05 11:00:00,690999,老冰棍,2,1.00,1.50,微信,王阿姨', '合计,,,,,,,,'].join('\n')
const NET = 4 * 1900 + 150

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true })
  counter = await openDemoCounter()
  ;({ stack, page, errors } = counter)
  await at(page, 'total').waitFor()
})
afterAll(() => counter?.close())

describe('sales of another till', () => {
  it('are seen before they come in, and every bad row with its reason', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-import').click()
    await at(page, 'import-file-history').waitFor()
    await look('history-home')
    await at(page, 'import-file-history').setInputFiles({ name: '老收银机明细.csv', mimeType: 'text/csv', buffer: Buffer.from(TEXT) })
    await untilAttribute(page, 'history-facts', 'data-sales', '9')
    await untilAttribute(page, 'history-facts', 'data-net', String(NET))
    expect(await at(page, 'history-unknown').innerText()).toContain('老冰棍')
    expect(await at(page, 'bad-row').allInnerTexts()).toEqual([expect.stringMatching(/14\s+销售时间\s+昨天下午\s+日期看不懂/), expect.stringMatching(/15\s+实收\s+5.00\s+数量和金额一正一负/), expect.stringMatching(/17\s+小票号\s+合计\s+是合计行/)])
    expect(await at(page, 'noted-row').innerText()).toMatch(/16\s+实收\s+1.50\s+不等于数量×单价/)
    await look('history-preview')
    await at(page, 'bad-row').last().scrollIntoViewIfNeeded()
    await look('history-preview-bad')
  })

  it('come in; bad rows wait to be mended here, or as a file', async () => {
    await at(page, 'rows-go').click()
    await untilAttribute(page, 'rows-report', 'data-done', '13')
    expect(await at(page, 'kept-row').count()).toBe(3)
    await look('history-report')
    const bad = await download('kept-save')
    expect(bad.suggestedFilename()).toBe('老收银机明细-要改的行.csv')
    expect(readFileSync(await bad.path(), 'utf8').split('\r\n')[1]).toBe('M91,昨天下午,690999,老冰棍,1,1.00,1.00,微信,王阿姨,14,销售时间 日期看不懂')
    const row = at(page, 'kept-row').first()
    await row.locator('input').fill('2026-03-05 15:00')
    await row.locator('.btn-green').click()
    await page.locator('text=第 14 行进来了').first().waitFor()
    await expect.poll(() => at(page, 'kept-row').count()).toBe(2)
    await toHome()
  })

  it('are in the reports, marked as what they are, and in no shift', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-report').click()
    await reportOf('2026-03-02', '2026-03-05')
    await untilAttribute(page, 'report-net', 'data-fen', String(NET + 100))
    await untilAttribute(page, 'report-imported', 'data-fen', String(NET + 100))
    await untilAttribute(page, 'report-imported', 'data-sales', '10')
    await look('history-in-report')
    await at(page, 'report-page-goods').click()
    expect(await at(page, 'report-goods').innerText()).toContain('老冰棍')
    await look('history-report-goods')
    await at(page, 'report-page-cashiers').click()
    expect(await at(page, 'report-cashiers').innerText()).toContain('以前的收银机')
    await at(page, 'report-page-hours').click()
    await look('history-report-hours')
    const table = await sheetsOf(await download('report-export'))
    expect(table['汇总']!.find(([name]) => name === '其中导入的历史')!.slice(1, 3)).toEqual([(NET + 100) / 100, 10])
    expect(table['日期']!.slice(1).map((each) => [each[2], each.at(-1)])).toEqual([[19, 19], [19, 19], [19, 19], [21.5, 21.5]])
    expect(await withTill(stack.tillUrl, (till) => till.call('ledger.verify', {}))).toMatchObject({ ok: true, sales: 0 })
    expect(await withTill(stack.tillUrl, (till) => till.call('shift.report', {}))).toMatchObject({ sales: 0, net: 0 })
    await toHome()
  })

  it('are exported with everything, line by line', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-import').click()
    const sheets = await sheetsOf(await download('export-go'))
    const rows = sheets['导入的历史']!.slice(1)
    expect(rows).toHaveLength(14)
    expect(rows[1]!.slice(0, 1).concat(rows[1]!.slice(6, 12))).toEqual(['M01', weighed.name, weighed.category ?? null, weighed.unit, 1.5, 6, 6])
    expect(rows.reduce((sum, row) => sum + Math.round(Number(row[11]) * 100), 0)).toBe(NET + 100)
  })

  it('don\'t come in twice, as the same file or in another', async () => {
    await at(page, 'import-file-history').setInputFiles({ name: '老收银机明细.csv', mimeType: 'text/csv', buffer: Buffer.from(TEXT) })
    await page.locator('text=这个文件已经导入过了').first().waitFor()
    await at(page, 'past-import').waitFor()
    await look('history-again')
    const bytes: Uint8Array[] = []
    const file = new XlsxWriter((piece) => bytes.push(piece))
    const sheet = file.sheet('明细', [])
    for (const line of [...TEXT.split('\n').slice(0, 4), 'M94,2026-03-05 12:00:00,690999,老冰棍,1,1.00,1.00,微信,王阿姨']) sheet.row(line.split(',').map((text) => ({ kind: 'text', text })))
    sheet.end()
    file.end()
    await at(page, 'import-file-history').setInputFiles({ name: '老收银机.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: Buffer.concat(bytes) })
    await untilAttribute(page, 'history-facts', 'data-known', '3')
    await untilAttribute(page, 'history-facts', 'data-sales', '1')
    await look('history-known')
    await page.keyboard.press('Escape')
  })

  it('leave the reports when the import is taken back', async () => {
    await at(page, 'past-import').waitFor()
    expect(await at(page, 'past-import').innerText()).toMatch(/以前的销售 9 笔 77.50 元/)
    await at(page, 'undo-import').click()
    await at(page, 'undo-ask').waitFor()
    await look('history-undo')
    await at(page, 'undo-go').click()
    await untilAttribute(page, 'past-import', 'data-undone', 'true')
    expect(await at(page, 'kept-row').count()).toBe(0)
    await look('history-undone')
    await toHome()
    await at(page, 'fn-more').click()
    await at(page, 'open-report').click()
    await reportOf('2026-03-02', '2026-03-05')
    await at(page, 'report-none').waitFor()
    expect(errors).toEqual([])
  })
})
