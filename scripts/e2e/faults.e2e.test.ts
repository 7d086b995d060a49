/** The fault runs in short form; `npm run faults` does them at length. */
import { describe, expect, test } from 'vitest'
import { badLine, manyTills, monthAway } from '../faults/runs.ts'

describe('tills and cloud over what networks do', { timeout: 600_000 }, () => {
  test.each([1])('a line that cuts, falls silent, trickles and repeats, seed %i', async (seed) => {
    const run = await badLine({ seed, sales: 60 })
    expect(run.faults).toEqual([])
    expect(run['connections']).toBeGreaterThan(1)
  })
  test('fifty tills at once', async () => {
    expect(await manyTills({ tills: 50, sales: 4 })).toMatchObject({ sales: 200, faults: [] })
  })
  test('a month of sales after a month with no network', async () => {
    expect(await monthAway({ seed: 3, days: 30, salesADay: 20 })).toMatchObject({ sales: 600, faults: [] })
  })
})
