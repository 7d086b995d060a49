/** A wrong file is brought in and taken back, and everything is taken out as one file: on the real screens. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAKESIDE } from '../demo/shops.ts'
import { type Stack, withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { type DemoCounter, openDemoCounter } from '../testing/counter.ts'
import { at, scan, untilAttribute } from '../testing/screen.ts'

/** Where pictures of the panels go, for whoever wants to look at them. */
const pictures = process.env['XIAOPU_PICTURES']
let counter: DemoCounter
let stack: Stack
let page: Page
let errors: string[]
const known = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields

async function look(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  expect(await faults(page)).toEqual([])
}
const find = (text: string) => withTill(stack.tillUrl, async (till) => (await till.call('goods.search', { text })).goods)

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true })
  counter = await openDemoCounter()
  ;({ stack, page, errors } = counter)
  await withTill(stack.tillUrl, (client) => client.call('member.join', { key: randomUUID(), set: { name: '张小花', phone: '13812345678' } }))
  await at(page, 'total').waitFor()
})
afterAll(() => counter?.close())

describe('files in and out', () => {
  it('an import is taken back after it was asked about, and what somebody changed since stands', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-import').click()
    const text = `条码,名称,零售价,库存\n${known.code},${known.name},99.00,12\n20990011,试卖汽水,3.50,24\n20990012,试卖饼干,6.00,10\n20990013,没价的,,1\n`
    await at(page, 'import-file').setInputFiles({ name: '供应商报价.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await at(page, 'import-go').click()
    await at(page, 'import-report').waitFor()
    expect((await find('试卖')).length).toBe(2)
    const biscuit = (await find('试卖饼干'))[0]!
    await withTill(stack.tillUrl, (till) => till.call('goods.put', { key: randomUUID(), good: biscuit.id, set: { price: 650 } }))
    await page.keyboard.press('Escape')
    await at(page, 'past-import').waitFor()
    await look('import-home')
    await at(page, 'undo-import').click()
    await at(page, 'undo-ask').waitFor()
    await look('import-undo-ask')
    await at(page, 'undo-go').click()
    await untilAttribute(page, 'undo-report', 'data-stood', '1')
    await untilAttribute(page, 'past-import', 'data-undone', 'true')
    expect(await at(page, 'stood').innerText()).toMatch(/试卖饼干.*整个商品.*导入以后有人改过/s)
    expect(await at(page, 'kept-row').count()).toBe(0)
    await look('import-undone')
    expect((await find('试卖')).map(({ name, price }) => [name, price])).toEqual([['试卖饼干', 650]])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
    await scan(page, known.code!)
    await untilAttribute(page, 'total', 'data-fen', String(known.price))
  })

  it('counted stock and members come in from files, bad rows are named', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-import').click()
    await at(page, 'import-file-stock').setInputFiles({ name: '盘点.csv', mimeType: 'text/csv', buffer: Buffer.from(`条码,甲,乙\n${known.code},盘,41\n000,盘,1\n`) })
    await at(page, 'map-quantity').waitFor()
    await look('import-stock-map')
    await at(page, 'map-code').selectOption('条码')
    await at(page, 'map-quantity').selectOption('乙')
    await at(page, 'bad-row').waitFor()
    await look('import-stock')
    await at(page, 'rows-go').click()
    await untilAttribute(page, 'rows-report', 'data-done', '1')
    await look('import-stock-done')
    expect((await find(known.code!))[0]!.stock).toBe(41_000)
    // The bad row waits: mended, it is counted too.
    const biscuit = (await find('试卖饼干'))[0]!
    await at(page, 'kept-row').locator('input').fill(biscuit.code)
    await at(page, 'kept-row').locator('.btn-green').click()
    await page.locator('text=第 3 行进来了').first().waitFor()
    expect((await find('试卖饼干'))[0]!.stock).toBe(1000)
    await page.keyboard.press('Escape')
    const lots = `条码,批号,有效期,数量,进价\n${known.code},B1,2027-06-30,30,1.20\n${known.code},B2,2027-03-31,9,1.20\n${known.code},,,2,\n${known.code},B9,某天,1,\n`
    await at(page, 'import-file-stock').setInputFiles({ name: '批次盘点.csv', mimeType: 'text/csv', buffer: Buffer.from(lots) })
    await at(page, 'bad-row').waitFor()
    await look('import-lots')
    await at(page, 'rows-go').click()
    await untilAttribute(page, 'rows-report', 'data-done', '3')
    await look('import-lots-done')
    const good = (await find(known.code!))[0]!
    expect(good.stock).toBe(41_000)
    const { lots: left } = await withTill(stack.tillUrl, (till) => till.call('stock.lots', { good: good.id }))
    expect(left.map(({ no, expiry, quantity }) => [no, expiry, quantity])).toEqual([['B2', '2027-03-31', 9000], ['B1', '2027-06-30', 30_000]])
    await page.keyboard.press('Escape')
    await at(page, 'import-file-members').setInputFiles({ name: '会员.csv', mimeType: 'text/csv', buffer: Buffer.from('姓名,手机号,生日\n李四,13900000000,5月20日\n张小花,13812345678,\n') })
    await at(page, 'bad-row').waitFor()
    await look('import-members')
    await at(page, 'rows-go').click()
    await untilAttribute(page, 'rows-report', 'data-done', '1')
    expect((await withTill(stack.tillUrl, (till) => till.call('member.find', { text: '13900000000' }))).members).toHaveLength(1)
    // Nothing of a person is kept here: what is to be mended goes with whoever brought it.
    expect(await at(page, 'kept-row').count()).toBe(0)
    await look('import-members-done')
    const coming = page.waitForEvent('download')
    await at(page, 'bad-save').click()
    const file = await coming
    expect(file.suggestedFilename()).toBe('会员-要改的行.csv')
    expect(readFileSync(await file.path(), 'utf8')).toBe('\ufeff姓名,手机号,生日,行,原因\r\n张小花,13812345678,,3,手机号 这个电话已经是会员')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-panel="quick"]').waitFor()
  })

  it('everything is saved as one file, with stars for members or, where it is wanted, in full', async () => {
    await at(page, 'fn-more').click()
    await at(page, 'open-import').click()
    for (const [isClear, member] of [[false, ['张*', '138****5678']], [true, ['张小花', '13812345678']]] as const) {
      if (isClear) await at(page, 'export-clear').click()
      const download = page.waitForEvent('download')
      await at(page, 'export-go').click()
      const file = await download
      expect(file.suggestedFilename()).toMatch(/^全部数据-\d{4}-\d\d-\d\d\.xlsx$/)
      const sheets = Object.fromEntries((await readXlsxFile(readFileSync(await file.path()))).map(({ sheet, data }) => [sheet, data]))
      expect(sheets['会员']!.map((row) => row.slice(0, 2))).toContainEqual([...member])
      expect(sheets['商品']!.some((row) => row[1] === '试卖饼干' && row[2] === 6.5 && row[9] === 1 && row[12] === '是')).toBe(true)
      expect(sheets['商品']!.some((row) => row[1] === '试卖汽水' && row[12] === '否')).toBe(true)
      await page.locator('text=已存为 全部数据').first().waitFor()
    }
    await look('exported')
    expect(errors).toEqual([])
  })
})
