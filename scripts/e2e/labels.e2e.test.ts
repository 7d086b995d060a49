/** Price labels on the real screen: scanned, looked at, printed; what comes out of the printer's socket is the picture, and scans. */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { type TsplLabel, readTspl } from '#printers/testing/read-tspl.ts'
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

async function dotsOf(png: Buffer): Promise<number[]> {
  const image = await loadImage(png)
  const pen = createCanvas(image.width, image.height).getContext('2d')
  pen.drawImage(image, 0, 0)
  const { data } = pen.getImageData(0, 0, image.width, image.height)
  return Array.from({ length: image.width * image.height }, (_, i) => (data[i * 4]! < 128 ? 1 : 0))
}
const codesOn = (labels: readonly TsplLabel[]): Promise<string[][]> => Promise.all(labels.map(({ dots, width, height }) => {
  const canvas = createCanvas(width, height)
  const pen = canvas.getContext('2d')
  const image = pen.createImageData(width, height)
  dots.forEach((dot, i) => { image.data.set(dot ? [0, 0, 0, 255] : [255, 255, 255, 255], i * 4) })
  pen.putImageData(image, 0, 0)
  return readCodes(canvas.toBuffer('image/png'))
}))

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

  const labels = readTspl(Buffer.concat(printer.received), 8)
  expect(labels.map(({ copies }) => copies)).toEqual([2, 1])
  expect(await codesOn(labels)).toEqual([[one.code], [other.code]])
  expect(await dotsOf(shown)).toEqual([...labels[0]!.dots])
  expect(counter.errors).toEqual([])
})

const CHAT = '收件甲，138-1234-5678，湖州市吴兴区爱山街道红旗路88号3幢502室'
const shownLabel = async (): Promise<Buffer> => Buffer.from((await at(page, 'label-picture').getAttribute('src'))!.split(',')[1]!, 'base64')
async function paste(text: string): Promise<void> {
  await at(page, 'parcel-paste').evaluate((field, said) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', said)
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)
}
const fields = async (): Promise<string[]> => Promise.all(['to', 'phone', 'address', 'note', 'no'].map((field) => at(page, `parcel-${field}`).inputValue()))

it('labels a parcel of three with what was pasted from a chat, when the printer is there again', async () => {
  await at(page, 'label-parcel').click()
  await at(page, 'parcel-form').waitFor()
  expect(await at(page, 'parcel-print').isDisabled()).toBe(true)
  await paste(CHAT)
  expect(await fields()).toEqual(['收件甲', '138-1234-5678', '湖州市吴兴区爱山街道红旗路88号3幢502室', '', ''])
  await at(page, 'parcel-note').fill('放门口')
  await scan(page, 'D-0042')
  await expect.poll(() => at(page, 'parcel-no').inputValue(), { timeout: 20_000 }).toBe('D-0042')
  for (let n = 0; n < 2; n++) await at(page, 'parcel-more').click()
  expect(await at(page, 'parcel-count').innerText()).toBe('3')
  // What the screen shows follows what is typed: it is there when it is what the till draws of all of it.
  const typed = { no: 'D-0042', to: '收件甲', phone: '138-1234-5678', address: '湖州市吴兴区爱山街道红旗路88号3幢502室', note: '放门口', fullPhone: false, parcels: 3 }
  const masked = await withTill(counter.stack.tillUrl, async (till) => {
    const [on] = (await till.call('printer.list', {})).printers
    return Buffer.from((await till.call('parcel.preview', { parcel: typed, printer: on!.id })).png.split(',')[1]!, 'base64')
  })
  await expect.poll(async () => (await shownLabel()).equals(masked), { timeout: 20_000 }).toBe(true)
  expect(await readCodes(masked)).toEqual(['D-0042'])
  await look('parcel')
  await at(page, 'parcel-full-phone').click()
  await expect.poll(async () => (await shownLabel()).equals(masked), { timeout: 20_000 }).toBe(false)
  await at(page, 'parcel-full-phone').click()
  await expect.poll(async () => (await shownLabel()).equals(masked), { timeout: 20_000 }).toBe(true)

  const before = printer.received.length
  await printer.switchOff()
  await at(page, 'parcel-print').click()
  await at(page, 'notice').filter({ hasText: '3 张标签' }).waitFor()
  await expect.poll(fields, { timeout: 20_000 }).toEqual(['', '', '', '', ''])
  await look('parcel-sent')
  await at(page, 'printer-state').filter({ hasText: '在等' }).waitFor()
  await printer.switchOn()
  await printer.over(before + 1)
  const labels = readTspl(Buffer.concat(printer.received.slice(before)), 8)
  expect(labels.map(({ copies }) => copies)).toEqual([1, 1, 1])
  expect(await codesOn(labels)).toEqual([['D-0042'], ['D-0042'], ['D-0042']])
  expect(await dotsOf(masked)).toEqual([...labels[0]!.dots])
  expect(counter.errors).toEqual([])
})

it('takes number, name and telephone from the receipt of a member, for who may know them', async () => {
  const person = { name: '会员乙', phone: '13900002222' }
  for (let n = 0; n < 4 && await page.locator('[data-panel="quick"]').count() === 0; n++) await page.keyboard.press('Escape')
  await at(page, 'fn-members').click()
  await at(page, 'member-phone').fill(person.phone)
  await at(page, 'member-find').click()
  await at(page, 'member-name').fill(person.name)
  await at(page, 'member-join').click()
  await at(page, 'member-sell').click()
  await scan(page, pieces[0]!.code!)
  await at(page, 'line').waitFor()
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('[data-panel="quick"]').waitFor()
  await at(page, 'fn-receipts').click()
  await at(page, 'sale').first().waitFor()
  await at(page, 'receipt-parcel').click()
  await at(page, 'parcel-form').waitFor()
  await expect.poll(fields, { timeout: 20_000 }).toEqual([person.name, person.phone, '', '', expect.stringMatching(/^\d{8}-\d\d-\d{4}$/)])
  await at(page, 'label-picture').waitFor()
  await look('parcel-receipt')
  expect(counter.errors).toEqual([])
})

it('keeps them from a cashier, and what was typed from whoever signs in next', async () => {
  const cashier = LAKESIDE.staff.find(({ fields: { role } }) => role === 'cashier')!
  await at(page, 'parcel-address').fill('红旗路 88 号')
  await withTill(counter.stack.tillUrl, (till) => till.call('staff.signIn', { key: randomUUID(), no: cashier.fields.no!, pin: cashier.pin }))
  await expect.poll(async () => (await at(page, 'parcel-form').count()) > 0 ? fields() : ['', '', '', '', ''], { timeout: 20_000 }).toEqual(['', '', '', '', ''])
  for (let n = 0; n < 4 && await page.locator('[data-panel="quick"]').count() === 0; n++) await page.keyboard.press('Escape')
  await at(page, 'fn-receipts').click()
  await at(page, 'sale').first().waitFor()
  await at(page, 'receipt-parcel').click()
  await at(page, 'parcel-hidden').waitFor()
  expect((await fields()).slice(0, 4)).toEqual(['', '', '', ''])
  expect(await at(page, 'parcel-no').inputValue()).not.toBe('')
  await look('parcel-cashier')
  expect(counter.errors).toEqual([])
})
