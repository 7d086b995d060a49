/**
 * `till.scan.paint`: from a scan's last key to its line painted, in a real browser over 5,000 goods and a full set of
 * quick keys. `till.scan.work`: processor time of the page's main thread for one scan, against two frames. `till.scan.tasks`:
 * the same by the clock, so with the time for which the machine ran something else in between.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { buildRenderer } from '../build.ts'
import { LAKESIDE } from '../demo/shops.ts'
import { startStack, withTill } from '../stack.ts'
import { at, openBrowser, openPage, scan, TILL_SIZE } from '../testing/screen.ts'
import { ROOT } from '../run-command.ts'
import { type Figure, limitFigure, maxFigure, p95Figure } from './figures.ts'
import { openedTwoYears } from './two-years.ts'

const GOODS = 5000
const SCANS = 200
/** A ticket of a busy counter; then it is paid and the next begins. */
const LINES_A_TICKET = 20
const TWO_FRAMES_MS = 1000 / 60 * 2

const code = (n: number): string => { const body = `6909${String(n).padStart(8, '0')}`; return body + gtinCheckDigit(body) }

interface Measured { readonly duration: number; readonly typed: number }

/** Says how long the page's main thread has been in tasks, in ms: of its processor's time, or of the clock's. */
export async function taskTime(page: Page, timeDomain: 'threadTicks' | 'timeTicks'): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain })
  return async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
  }
}

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
      for (const { fields } of LAKESIDE.goods) if (fields.quick) await till.call('goods.put', { key: randomUUID(), good: randomUUID(), set: fields })
    })
    const { painted, worked, tasked } = await measureScans(browser, stack.tillUrl, (i) => code((i * 379) % GOODS))
    return [p95Figure('till.scan.paint', 'ms', painted), maxFigure('till.scan.work', 'ms', worked, TWO_FRAMES_MS), maxFigure('till.scan.tasks', 'ms', tasked, TWO_FRAMES_MS)]
  } finally {
    await browser.close()
    await stack.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same over 100,000 goods and two years of sales, against a frame; and its processor time against two. */
export async function scanPaint100k(): Promise<Figure[]> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const goods = (await openedTwoYears(folder)).filter(({ pricing }) => pricing === 'piece')
    const stack = await startStack({ data: folder, cloud: false })
    const browser = await openBrowser()
    try {
      const { painted, worked } = await measureScans(browser, stack.tillUrl, (i) => goods[(i * 379) % goods.length]!.code)
      return [limitFigure('till.scan.paint.100k', 'ms', painted, TWO_FRAMES_MS / 2), limitFigure('till.scan.work.100k', 'ms', worked, TWO_FRAMES_MS / 2)]
    } finally {
      await browser.close()
      await stack.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Scans at a till whose owner is at the counter, a ticket of so many lines after the other. In ms. */
async function measureScans(browser: Browser, url: string, codeOf: (i: number) => string): Promise<{ painted: number[]; worked: number[]; tasked: number[] }> {
  const context = await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' })
  const { page } = await openPage(context, url)
  await at(page, 'total').waitFor()
  const work = await taskTime(page, 'threadTicks')
  const tasks = await taskTime(page, 'timeTicks')
  const idle = (): Promise<unknown> => page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
  // As whoever signed in has touched the keyboard before.
  await page.keyboard.press('Shift')
  await idle()
  await idle()
  const painted: number[] = []
  const worked: number[] = []
  const tasked: number[] = []
  for (let i = 0; i < SCANS; i++) {
    if (i > 0 && i % LINES_A_TICKET === 0) {
      await page.keyboard.press('Enter')
      await at(page, 'cash-exact').click()
      await at(page, 'change').waitFor()
      // The sale's own work, its receipt's picture included, is not the next scan's.
      await at(page, 'receipt').waitFor()
      await idle()
    }
    // Listens rather than polls, and asks for the answer before it counts: what is measured is the page's own work.
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
    const answer = page.evaluate(() => (window as unknown as { heard: Promise<Measured> }).heard)
    const before = { tasks: await tasks(), work: await work() }
    await scan(page, codeOf(i))
    const { duration, typed } = await answer
    painted.push(duration - typed)
    worked.push(await work() - before.work)
    tasked.push(await tasks() - before.tasks)
  }
  return { painted, worked, tasked }
}
