/**
 * `till.scan.paint`: from a scan's last key to its line painted, in a real browser over 5,000 goods; and
 * `till.scan.work`: how long the page's main thread worked for one scan, against two frames.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { buildRenderer } from '../build.ts'
import { startStack, withTill } from '../stack.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE } from '../testing/screen.ts'
import { type Figure, maxFigure, p95Figure } from './figures.ts'

const GOODS = 5000
const SCANS = 200
/** A ticket of a busy counter; then it is paid and the next begins. */
const LINES_A_TICKET = 20
const TWO_FRAMES_MS = 1000 / 60 * 2

const code = (n: number): string => { const body = `6909${String(n).padStart(8, '0')}`; return body + gtinCheckDigit(body) }

interface Measured { readonly duration: number; readonly typed: number }

export async function scanPaint(): Promise<Figure[]> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-bench-'))
  const stack = await startStack({ data: folder, cloud: false })
  const browser = await openBrowser()
  try {
    await withTill(stack.tillUrl, async (till) => {
      await till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
      await till.call('shift.open', { key: randomUUID(), float: 0 })
      const rows = Array.from({ length: GOODS }, (_, n) => `商品甲乙丙丁${n},${code(n)},${(n % 90) + 1}.50,杂货,个`)
      const data = Buffer.from(['商品名称,条码,售价,分类,单位', ...rows].join('\n')).toString('base64')
      await till.call('goods.import', { key: randomUUID(), name: 'goods.csv', data })
    })
    const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
    const { page } = await openPage(context, stack.tillUrl)
    await at(page, 'total').waitFor()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Performance.enable')
    const worked = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
    }
    const idle = (): Promise<unknown> => page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
    // As whoever signed in has touched the keyboard before.
    await page.keyboard.press('Shift')
    await idle()
    await idle()
    const painted: number[] = []
    const work: number[] = []
    for (let i = 0; i < SCANS; i++) {
      if (i > 0 && i % LINES_A_TICKET === 0) {
        await page.keyboard.press('Enter')
        await at(page, 'cash-exact').click()
        await at(page, 'change').waitFor()
        // The sale's own work, its receipt's picture included, is not the next scan's.
        await at(page, 'receipt').waitFor()
        await idle()
      }
      // Listens rather than polls: what is measured is the page's own work.
      await page.evaluate(() => {
        const heard = new Promise((resolve) => {
          new PerformanceObserver((list, observer) => {
            const [last] = list.getEntriesByName('xiaopu:scan-paint') as PerformanceMeasure[]
            if (!last) return
            observer.disconnect()
            resolve({ duration: last.duration, typed: (last.detail as { typed: number }).typed })
          }).observe({ type: 'measure' })
        })
        Object.assign(window, { heard })
      })
      const before = await worked()
      await scan(page, code((i * 379) % GOODS))
      const { duration, typed } = await page.evaluate(() => (window as unknown as { heard: Promise<unknown> }).heard) as Measured
      painted.push(duration - typed)
      work.push(await worked() - before)
    }
    return [p95Figure('till.scan.paint', 'ms', painted), maxFigure('till.scan.work', 'ms', work, TWO_FRAMES_MS)]
  } finally {
    await browser.close()
    await stack.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
