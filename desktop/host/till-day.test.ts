/** Whole days at a till, made up at random, against an auditor who keeps his own books. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { play, stepArbitrary } from '#desktop/testing/history.ts'
import { openTill } from '#desktop/testing/till.ts'

test('whatever is sold, taken back, moved, repriced and counted: drawer, postings, stock and ledger agree', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(stepArbitrary(), { maxLength: 25 }), async (steps) => {
    const begun = openTill()
    await begun.setUp()
    const { till, expected } = await play(begun, steps)
    const { balances, sales } = await till.run('ledger.balances', {})
    const sums = new Map(balances.map(({ account, fen }) => [account, fen as number]))
    expect(sums.get('drawer') ?? 0).toBe(expected.drawer)
    expect((await till.run('shift.report', {})).expected).toBe(expected.drawer)
    expect(sales).toBe(expected.sales)
    expect([...sums.values()].reduce((sum, each) => sum + each, 0)).toBe(0)
    expect(0 - (sums.get('sales') ?? 0) - (sums.get('discounts') ?? 0)).toBe(expected.salesFen)
    for (const [good, quantity] of expected.stock) expect((await till.run('goods.get', { good })).stock).toBe(quantity)
    const { sales: listed } = await till.run('sale.list', { limit: 1000 })
    expect(new Set(listed.map(({ no }) => no)).size).toBe(expected.sales)
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [], sales: expected.sales, salesFen: expected.salesFen })
    expect(till.logged).toEqual([])
    await till.close()
  }), { numRuns: 25 })
})
