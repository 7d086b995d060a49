import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openTill } from '#desktop/testing/till.ts'
import { MORNING, manualClock } from '#shared/testing/clock-and-ids.ts'
import { makeHistory, OWNER } from './history.ts'

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const WISH = { goods: 200, days: 15, salesADay: 12, until: MORNING }

test('a made-up history is a till like any other: it verifies, sells on, and its reports say what was sold', { timeout: 60_000 }, async () => {
  const made = await makeHistory(join(temporary(), 'till'), WISH)
  const till = openTill({ folder: made.folder, clock: manualClock(MORNING) })
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, sales: made.sales, salesFen: made.totalFen })
  await till.run('staff.signIn', OWNER)
  const report = await till.run('report.sales', { from: made.from, to: made.to, limit: 1000 })
  expect(report.total).toMatchObject({ sales: made.sales, net: made.totalFen })
  expect(report.days.every(({ sales }) => sales > 0)).toBe(true)
  expect(report.categories.length).toBeGreaterThan(5)
  const busiest = report.goods[0]!
  expect((await till.run('goods.search', { text: busiest.name })).goods[0]).toMatchObject({ id: busiest.good })
  await till.run('shift.open', { float: 0 })
  expect((await till.sell([{ good: made.goods[0]! as never }])).no).toMatch(/^20261123-00-\d{4}$/)
})

test('the same wish makes the same days', { timeout: 60_000 }, async () => {
  const wish = { ...WISH, days: 3 }
  const [one, other] = [await makeHistory(join(temporary(), 'till'), wish), await makeHistory(join(temporary(), 'till'), wish)]
  expect({ ...one, folder: '' }).toEqual({ ...other, folder: '' })
})
