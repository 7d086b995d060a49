/** The torture in short: what `npm run torture` does at length. */
import { expect, test } from 'vitest'
import { PARTS } from './parts.ts'

const SEED = 20261124
/** How much of each part, so that all of them take a minute or two. */
const SHORT: Readonly<Record<string, number>> = { 'kill.load': 5, 'kill.print': 2, 'kill.migration': 2, 'kill.import': 1, 'kill.backup': 2, power: 20, disk: 12, 'disk.full': 1, damage: 10 }

test('every part has a short form', () => {
  expect(Object.keys(SHORT)).toEqual(Object.keys(PARTS))
})

test.for(Object.keys(SHORT))('%s', { timeout: 600_000 }, async (name, { skip }) => {
  const report = await PARTS[name]!.run({ times: SHORT[name]!, seed: SEED, log: () => undefined })
  if (report.skipped !== undefined) skip(report.skipped)
  expect(report).toMatchObject({ lost: 0, doubled: 0, wrong: [] })
})
