/** The shop arranges its receipts on the real screen: the picture follows each change, and the next paper comes out like it. */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { withTill } from '../stack.ts'
import { faults } from '../testing/axe.ts'
import { type DemoCounter, openDemoCounter } from '../testing/counter.ts'
import { at, receiptSvg, scan, untilAttribute } from '../testing/screen.ts'

const pictures = process.env['XIAOPU_PICTURES']
const piece = LAKESIDE.goods.find(({ fields }) => fields.pricing === 'piece')!.fields
let counter: DemoCounter
let page: Page
let printer: Awaited<ReturnType<typeof startPrinterSimulator>>

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true })
  printer = await startPrinterSimulator()
  counter = await openDemoCounter()
  page = counter.page
  await withTill(counter.stack.tillUrl, (till) => till.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: '前台', profile: 'generic-58', address: printer.address, receipts: true, drawer: false } }))
})
afterAll(async () => {
  await counter?.close()
  await printer?.close()
})

/** Larger than paper, with greys in it. */
function logo(): Buffer {
  const canvas = createCanvas(1280, 480)
  const pen = canvas.getContext('2d')
  const grey = pen.createLinearGradient(0, 0, 1280, 0)
  grey.addColorStop(0, '#000')
  grey.addColorStop(1, '#fff')
  pen.fillStyle = grey
  pen.fillRect(0, 0, 1280, 480)
  return canvas.toBuffer('image/png')
}

/** The words in the picture beside the form. */
const shown = async (): Promise<string> => (await receiptSvg(page)).replaceAll(/<[^>]*>|&#xa0;/g, '')
async function untilShown(isSo: (text: string) => boolean): Promise<void> {
  await expect.poll(async () => isSo(await shown()), { timeout: 20_000 }).toBe(true)
}

it('follows each change, and the next receipt is like it', async () => {
  await page.locator('[data-panel="quick"]').waitFor()
  await at(page, 'fn-more').click()
  await at(page, 'open-settings').click()
  await at(page, 'settings-paper').click()
  await at(page, 'paper-header').fill('西湖边上的老邻居')
  await untilShown((text) => text.includes('西湖边上的老邻居'))
  await at(page, 'paper-phone').fill('0572-8765432')
  await untilShown((text) => text.includes('0572-8765432'))
  await at(page, 'paper-phone').fill('0572-8765432 找老板娘')
  await at(page, 'paper-address').fill('湖州市吴兴区衣裳街 8 号')
  await at(page, 'paper-part-till').click()
  await untilShown((text) => !text.includes('机号') && text.includes('找老板娘'))
  await at(page, 'paper-logo').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: logo() })
  await at(page, 'paper-no-logo').waitFor()
  await expect.poll(() => receiptSvg(page), { timeout: 20_000 }).toContain('<image')
  await at(page, 'paper-bars').click()
  if (pictures) await page.screenshot({ path: join(pictures, 'paper.png') })
  expect(await faults(page)).toEqual([])

  await at(page, 'paper-logo').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') })
  await at(page, 'notice').waitFor()
  await at(page, 'paper-name').fill('')
  await at(page, 'paper-save').click()
  await at(page, 'notice').filter({ hasText: '店名不能空' }).waitFor()
  await at(page, 'paper-name').fill('湖畔便利店')
  await at(page, 'paper-save').click()
  await at(page, 'notice').filter({ hasText: '小票样式已保存' }).waitFor()

  while (await page.locator('[data-panel="quick"].away, .quick-place.away').count() > 0) await page.keyboard.press('Escape')
  await scan(page, piece.code!)
  await untilAttribute(page, 'total', 'data-fen', String(piece.price))
  await page.keyboard.press('Enter')
  await at(page, 'cash-exact').click()
  await at(page, 'change').waitFor()
  await printer.over(1)
  const { lines, images, codes, faults: spoiled } = await decodeEscpos(Buffer.concat(printer.received), 32)
  expect(spoiled).toEqual([])
  expect([images[0]!.width, images[0]!.height]).toEqual([384, 144])
  const { sales: [sale] } = await withTill(counter.stack.tillUrl, (till) => till.call('sale.list', {}))
  expect(codes[0]).toBe(sale!.no)
  const text = lines.map((line) => line.text.trim())
  expect(text).toContain('西湖边上的老邻居')
  expect(text.join('\n')).toContain('找老板娘')
  expect(text.join('\n')).not.toContain('机号')
  expect(counter.errors).toEqual([])
})
