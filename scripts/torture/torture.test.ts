/** The torture in short: what `npm run torture` does at length. */
import { expect, test } from 'vitest'
import { PARTS } from './parts.ts'

const SEED = 20261124
/** How much of each part: every kind of it once, and of the power cuts enough that synchronous=NORMAL is seen to lose something. */
const SHORT: Readonly<Record<string, number>> = { 'kill.load': 3, 'kill.print': 1, 'kill.migration': 2, 'kill.import': 1, 'kill.backup': 1, power: 20, disk: 12, 'disk.full': 1, damage: 6 }

test('every part has a short form', () => {
  expect(Object.keys(SHORT)).toEqual(Object.keys(PARTS))
})

test.for(Object.keys(SHORT))('%s', { timeout: 600_000 }, async (name, { skip }) => {
  const report = await PARTS[name]!.run({ times: SHORT[name]!, seed: SEED, log: () => undefined })
  if (report.skipped !== undefined) skip(report.skipped)
  expect(report).toMatchObject({ lost: 0, doubled: 0, wrong: [] })
})
