/**
 * `npm run faults [-- --seed N] [--short]`: tills and cloud as they really run, over a line that cuts, stalls, trickles and
 * repeats; fifty tills at once; a month of sales sent after a month off-line. One line of JSON a run; fails when anything
 * does not agree.
 */
import { parseArgs } from 'node:util'
import { badLine, type FaultRun, manyTills, monthAway } from './faults/runs.ts'

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, short: { type: 'boolean', default: false } } })
const seed = Number(values.seed)
const long = !values.short
const runs: (() => Promise<FaultRun>)[] = [
  () => badLine({ seed, sales: long ? 1_000 : 60 }),
  () => manyTills({ tills: 50, sales: long ? 100 : 4 }),
  () => monthAway({ seed, days: 30, salesADay: long ? 300 : 20 }),
]
let failed = 0
for (const run of runs) {
  const outcome = await run()
  if (outcome.faults.length > 0) failed += 1
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
process.exit(failed > 0 ? 1 : 0)
