/** Price labels on the real screen: scanned, looked at, printed; what comes out of the printer's socket is the picture, and scans. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { Bitmap } from '#printers/dots/bitmap.ts'
import { toPng } from '#printers/dots/png.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { readCodes } from '../testing/codes.ts'
import { type DemoCounter, openDemoCounter } from '../testing/counter.ts'
import { at, scan } from '../testing/screen.ts'

const pictures = process.env['XIAOPU_PICTURES']
const pieces = LAKESIDE.goods.map(({ fields }) => fields).filter(({ pricing, code }) => pricing === 'piece' && code)
let counter: DemoCounter
let page: Page
let printer: Awaited<ReturnType<typeof startPrinterSimulator>>

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true })
  printer = await startPrinterSimulator()
  counter = await openDemoCounter()
  page = counter.page
})
afterAll(async () => {
  await counter?.close()
  await printer?.close()
})
const look = async (name: string): Promise<void> => {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
  expect(await faults(page)).toEqual([])
}

it('says what is missing where there is no label printer', async () => {
  await page.locator('[data-panel="quick"]').waitFor()
  await at(page, 'fn-more').click()
  await at(page, 'open-labels').click()
  await at(page, 'label-settings').waitFor()
  await look('labels-none')
  await at(page, 'label-settings').click()
  await at(page, 'printer-address').fill(printer.address)
  await at(page, 'printer-labels').click()
  await at(page, 'media-50x30').click()
  await at(page, 'media-width').fill('500')
  await at(page, 'media-height').click()
  await expect.poll(() => at(page, 'media-width').inputValue(), { timeout: 20_000 }).toBe('108')
  await at(page, 'media-50x30').click()
  await at(page, 'printer-save').scrollIntoViewIfNeeded()
  await look('labels-settings')
  await at(page, 'printer-save').click()
  await at(page, 'notice').filter({ hasText: '打印机已保存' }).waitFor()
  const { printers } = await withTill(counter.stack.tillUrl, (till) => till.call('printer.list', {}))
  expect(printers).toMatchObject([{ receipts: false, drawer: false, label: { language: 'tspl', density: 8, size: { width: 50, height: 30 }, gap: 2 } }])
  await page.keyboard.press('Escape')
  await at(page, 'open-labels').click()
  await at(page, 'stock-find').waitFor()
})

it('prints what was scanned, as often as was said, and as the picture shows', async () => {
  const [one, other] = pieces as [typeof pieces[0], typeof pieces[0]]
  await scan(page, one.code!)
  await at(page, 'label-row').first().waitFor()
  await scan(page, other.code!)
  await at(page, 'label-row').nth(1).waitFor()
  await scan(page, one.code!)
  await expect.poll(() => at(page, 'label-copies').first().innerText(), { timeout: 20_000 }).toBe('2')
  await at(page, 'label-picture').waitFor()
  await look('labels')
  const shown = Buffer.from((await at(page, 'label-picture').getAttribute('src'))!.split(',')[1]!, 'base64')
  expect(await readCodes(shown)).toEqual([one.code])
  expect(await at(page, 'line').count()).toBe(0)

  await at(page, 'label-shelf').click()
  await expect.poll(async () => Buffer.from((await at(page, 'label-picture').getAttribute('src'))!.split(',')[1]!, 'base64').equals(shown), { timeout: 20_000 }).toBe(false)
  await at(page, 'label-price').click()
  await expect.poll(async () => Buffer.from((await at(page, 'label-picture').getAttribute('src'))!.split(',')[1]!, 'base64').equals(shown), { timeout: 20_000 }).toBe(true)
  await at(page, 'label-print').click()
  await at(page, 'notice').filter({ hasText: '3 张标签' }).waitFor()
  await printer.over(1)

  const bytes = Buffer.concat(printer.received)
  const labels = [...bytes.toString('latin1').matchAll(/BITMAP 0,0,(\d+),(\d+),0,/g)].map((match) => {
    const dots = new Bitmap(Number(match[1]) * 8, Number(match[2]))
    dots.data.set(bytes.subarray(match.index + match[0].length).subarray(0, dots.data.length).map((byte) => ~byte & 0xff))
    return toPng(dots)
  })
  expect(bytes.toString('latin1').match(/PRINT 1,\d+/g)).toEqual(['PRINT 1,2', 'PRINT 1,1'])
  expect(await Promise.all(labels.map(readCodes))).toEqual([[one.code], [other.code]])
  expect(Buffer.from(labels[0]!).equals(shown)).toBe(true)
  expect(counter.errors).toEqual([])
})
