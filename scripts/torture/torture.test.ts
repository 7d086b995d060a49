/** The torture in short: what `npm run torture` does at length. */
import { expect, test } from 'vitest'
import { PARTS } from './parts.ts'

const SEED = 20261124
/** Of each part, so that a run takes seconds. */
const SHORT: Readonly<Record<string, number>> = { 'kill.load': 6, 'kill.print': 2 }

test.each(Object.keys(PARTS))('%s', { timeout: 300_000 }, async (name) => {
  const report = await PARTS[name]!.run({ times: SHORT[name]!, seed: SEED, log: () => undefined })
  expect(report).toMatchObject({ lost: 0, doubled: 0, wrong: [] })
})
