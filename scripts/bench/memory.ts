/**
 * `till.memory.1000`: by how much the memory of the screen's process has grown after 1,000 sales without a reload, in per
 * cent of what it was when it was warm, both after collections, against twenty; `…heap`: the same of what its scripts hold.
 * `…screen` and `…host`: what the two processes take in the end (resident), in MB. Linux only.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { startStack } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan, untilAttribute } from '../testing/screen.ts'
import { type Figure, maxFigure, valueFigure } from './figures.ts'
import { openedTwoYears } from './two-years.ts'

const SALES = 1000
/** By then everything was loaded and compiled. */
const WARM = 100
const GROWTH_MAX = 20
const COLLECTIONS = 3

/** Megabytes that a process has in memory. */
function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

export async function memory1000(): Promise<Figure[]> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const goods = (await openedTwoYears(folder)).filter(({ pricing }) => pricing === 'piece')
    const stack = await startStack({ data: folder, cloud: false })
    const browser = await openBrowser()
    try {
      const { page } = await openPage(await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' }), stack.tillUrl)
      await at(page, 'total').waitFor()
      const devtools = await page.context().newCDPSession(page)
      const system = await browser.newBrowserCDPSession()
      const measure = async (): Promise<{ heap: number; screen: number }> => {
        // A collection frees elements whose last holders it has just freed only the next time, and ten thousand may wait for it.
        for (let round = 0; round < COLLECTIONS; round++) {
          await devtools.send('HeapProfiler.collectGarbage')
          await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(resolve) }))
        }
        const { usedSize } = await devtools.send('Runtime.getHeapUsage')
        const { processInfo } = await system.send('SystemInfo.getProcessInfo')
        // The largest: a spare one waits beside it.
        const screen = Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMb(id)))
        return { heap: usedSize / 1024 / 1024, screen }
      }
      let before = { heap: Number.NaN, screen: Number.NaN }
      for (let sale = 0; sale < SALES + WARM; sale++) {
        if (sale === WARM) before = await measure()
        const [one, other] = [goods[(sale * 379) % goods.length]!, goods[(sale * 379 + 1) % goods.length]!]
        await scan(page, one.code)
        await scan(page, other.code)
        await untilAttribute(page, 'total', 'data-fen', String(one.price + other.price))
        await page.keyboard.press('Enter')
        await at(page, 'cash-exact').click()
        await at(page, 'change').waitFor()
        await at(page, 'receipt').waitFor()
      }
      const after = await measure()
      const growth = (name: 'heap' | 'screen'): number => Math.max(0, (after[name] / before[name] - 1) * 100)
      return [
        maxFigure('till.memory.1000', '%', [growth('screen')], GROWTH_MAX), maxFigure('till.memory.1000.heap', '%', [growth('heap')], GROWTH_MAX),
        valueFigure('till.memory.1000.screen', 'MB', [after.screen]), valueFigure('till.memory.1000.host', 'MB', [residentMb(stack.till().child.pid!)]),
      ]
    } finally {
      await browser.close()
      await stack.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
