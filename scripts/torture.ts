/**
 * `npm run torture [-- --kills N --seed S --only NAME…]`: breaks tills in every way there is and looks whether anything
 * acknowledged was lost, doubled or differs. One JSON line a part; ends with 1 where anything was not as promised.
 */
import { randomInt } from 'node:crypto'
import { readArguments, readNumber, refuseArguments } from './arguments.ts'
import { buildRenderer } from './build.ts'
import { PARTS } from './torture/parts.ts'

const USAGE = `npm run torture [-- --kills N] [--seed S] [--only NAME…]
--kills N  how much of it: 500 without. Parts that kill take their share of it, the others cuts and faults in proportion.
--seed S   the same choices again; what the machine does between them is its own
--only     ${Object.keys(PARTS).join(' ')}`

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: { kills: { type: 'string', default: '500' }, seed: { type: 'string' }, only: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean', short: 'h' } },
}, USAGE)
if (values.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
const kills = readNumber('--kills', values.kills, { min: 1, max: 100_000 }, USAGE)
const seed = values.seed === undefined ? randomInt(2 ** 31) : readNumber('--seed', values.seed, { min: 0, max: 2 ** 31 - 1 }, USAGE)
const wanted = [...values.only, ...positionals]
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) refuseArguments(`There is no ${unknown.join(', ')}.`, USAGE)

// A host serves its screens, looked at or not.
await buildRenderer({ quiet: true })
for (const [name, { share, run }] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const report = await run({ times: Math.max(1, Math.round(kills * share)), seed, log: (line) => process.stderr.write(`${line}\n`) })
  process.stdout.write(`${JSON.stringify(report)}\n`)
  if (report.wrong.length > 0) process.exitCode = 1
}
