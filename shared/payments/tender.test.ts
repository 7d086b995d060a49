import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { accountOf, likelyCash, takeCash } from './tender.ts'

test('cash: what is given less the change is the total; too little is refused; nothing is given where nothing is due', () => {
  fc.assert(fc.property(fc.integer({ min: -1e6, max: 1e6 }).map(fen), fc.nat({ max: 2e6 }).map(fen), (total, given) => {
    const tender = takeCash(total, given)
    if (total > 0 && given < total) {
      expect(tender).toBeUndefined()
      return
    }
    expect(tender).toMatchObject({ channel: 'cash', amount: total })
    if (total > 0) expect(tender!.given - tender!.change).toBe(total)
    else expect([tender!.given, tender!.change]).toEqual([0, 0])
    expect(accountOf(tender!)).toBe('drawer')
  }))
})
test('likely cash starts with the exact sum, rises, and always suffices', () => {
  fc.assert(fc.property(fc.integer({ min: -100, max: 1e6 }).map(fen), (total) => {
    const sums = likelyCash(total)
    if (total <= 0) expect(sums).toEqual([])
    else {
      expect(sums[0]).toBe(total)
      expect(sums).toEqual([...new Set(sums)].sort((a, b) => a - b))
      expect(sums.length).toBeLessThanOrEqual(6)
    }
  }))
})
