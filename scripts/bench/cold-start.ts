/** `till.cold.start`: seconds from starting the host, then a browser that was never there, to the first scanned good on the ticket: 100,000 goods and two years of sales in the till, against two seconds. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { startStack } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage, scan } from '../testing/screen.ts'
import { type Figure, limitFigure } from './figures.ts'
import { openedTwoYears } from './two-years.ts'

const RUNS = 7
const SECONDS_MAX = 2

export async function coldStart(): Promise<Figure[]> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const goods = (await openedTwoYears(folder)).filter(({ pricing }) => pricing === 'piece')
    const seconds: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const began = performance.now()
      const stack = await startStack({ data: folder, cloud: false })
      const browser = await openBrowser()
      try {
        const { page } = await openPage(await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' }), stack.tillUrl)
        await at(page, 'total').waitFor()
        await scan(page, goods[run]!.code)
        await at(page, 'line').first().waitFor()
        seconds.push((performance.now() - began) / 1000)
      } finally {
        await browser.close()
        await stack.stop()
      }
    }
    return [limitFigure('till.cold.start', 's', seconds, SECONDS_MAX)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
