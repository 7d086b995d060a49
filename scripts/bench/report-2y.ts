/**
 * `report.2y.RANGE`: ms of a report of a day, a week, a month, a year and both years at a till with two years of sales,
 * against what feels like no wait; `….cpu`: its processor time, which
 * says the same of a machine that others use too. `report.2y.gap`: the longest that the counter had to wait meanwhile,
 * against what a cashier would feel.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { composeTill } from '#desktop/loopback/compose.ts'
import { businessDate } from '#shared/ledger/business-date.ts'
import { addDays } from '#shared/sales/report.ts'
import { OWNER } from '../demo/history.ts'
import { ROOT } from '../run-command.ts'
import { id } from './counter.ts'
import { type Figure, limitFigure } from './figures.ts'
import { copyTwoYears } from './two-years.ts'

const RANGES = { day: 1, week: 7, month: 30, year: 365, both: 730 } as const
const RUNS = 10
/** ms: an answer within a tenth of a second feels like none was waited for; what is asked for once a year may take a breath. */
const LIMITS = { day: 100, week: 100, month: 250, year: 1000, both: 1000 } as const
const GAP_MAX = 50

export async function report2y(): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    await copyTwoYears(join(folder, 'till'))
    const { dispatcher, store, close } = composeTill({ folder: join(folder, 'till'), version: 'bench', log: () => undefined })
    try {
      await dispatcher.run('staff.signIn', { ...OWNER, key: id() })
      const to = businessDate(store.listSales({ limit: 1 })[0]!.at, store.shop().zone)
      const figures: Figure[] = []
      const gaps: number[] = []
      for (const [name, days] of Object.entries(RANGES)) {
        const ms: number[] = []
        const cpu: number[] = []
        for (let run = 0; run < RUNS; run++) {
          // The days before these: what was read once is not the whole answer to the next.
          const end = days <= 30 ? addDays(to, -run) : to
          let [last, gap, isOver] = [performance.now(), 0, false]
          const turn = (): void => {
            const now = performance.now()
            gap = Math.max(gap, now - last)
            last = now
            if (!isOver) setImmediate(turn)
          }
          setImmediate(turn)
          const used = process.cpuUsage()
          const began = performance.now()
          await dispatcher.run('report.sales', { from: addDays(end, 1 - days), to: end })
          ms.push(performance.now() - began)
          const { user, system } = process.cpuUsage(used)
          cpu.push((user + system) / 1000)
          isOver = true
          await new Promise((resolve) => { setImmediate(resolve) })
          gaps.push(gap)
        }
        const limit = LIMITS[name as keyof typeof LIMITS]
        figures.push(limitFigure(`report.2y.${name}`, 'ms', ms, limit), limitFigure(`report.2y.${name}.cpu`, 'ms', cpu, limit))
      }
      return [...figures, limitFigure('report.2y.gap', 'ms', gaps, GAP_MAX)]
    } finally {
      await close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
