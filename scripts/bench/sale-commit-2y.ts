/** `till.sale.commit.2y`: ms of a sale of five lines committed at a till with two years of sales, against the same at a till of no sales, in turn, on the same disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { composeTill } from '#desktop/loopback/compose.ts'
import { OWNER } from '../demo/history.ts'
import { ROOT } from '../run-command.ts'
import { id, openCounter, saleOf } from './counter.ts'
import { type Figure, valueFigure } from './figures.ts'
import { copyTwoYears } from './two-years.ts'

const SALES = 1500
/** Sold before anything is measured, so that both have read what they need. */
const WARM = 200
const LINES = 5

export async function saleCommit2y(): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    await copyTwoYears(join(folder, 'old'))
    const empty = await openCounter(join(folder, 'empty'))
    const old = composeTill({ folder: join(folder, 'old'), version: 'bench', log: () => undefined })
    await old.dispatcher.run('staff.signIn', { ...OWNER, key: id() })
    await old.dispatcher.run('shift.open', { key: id(), float: 0 })
    const { goods } = await old.dispatcher.run('goods.list', { limit: empty.goods.length })
    const tills = [{ dispatcher: old.dispatcher, goods, ms: [] as number[] }, { dispatcher: empty.till.dispatcher, goods: empty.goods, ms: [] as number[] }]
    for (let i = 0; i < SALES + WARM; i++) {
      for (const till of i % 2 ? tills : tills.toReversed()) {
        const input = saleOf(till.goods, i, LINES)
        const began = performance.now()
        await till.dispatcher.run('sale.complete', input)
        if (i >= WARM) till.ms.push(performance.now() - began)
        await new Promise((resolve) => { setImmediate(resolve) })
      }
    }
    await Promise.all([old.close(), empty.till.close()])
    return [valueFigure('till.sale.commit.2y', 'ms', tills[0]!.ms, tills[1]!.ms)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
