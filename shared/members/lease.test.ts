import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Book, EMPTY_BOOK, balanceOf, heldBy, partOf, settleLeases, spare, withPart } from './lease.ts'

const TILLS = ['a', 'b', 'c']

describe('shares', () => {
  test('are equal, and what cannot be parted stays with nobody', () => {
    const book = settleLeases(withPart(EMPTY_BOOK, 'a', { moved: 100 }), TILLS)
    expect(TILLS.map((till) => partOf(book, till).keep)).toEqual([33, 33, 33])
    expect(partOf(book, 'a').granted + partOf(book, 'b').granted).toBe(0)
    const given = settleLeases(withPart(book, 'a', { released: spare(100, 33) }), TILLS)
    expect(TILLS.map((till) => heldBy(partOf(given, till)))).toEqual([33, 33, 33])
  })
  test('are all at the till where the member is, once the others have heard of it', () => {
    let book = settleLeases({ ...withPart(EMPTY_BOOK, 'a', { moved: 100 }), wanted: 'b' }, ['a', 'b'])
    expect([partOf(book, 'a').keep, partOf(book, 'b').keep]).toEqual([0, 100])
    book = settleLeases(withPart(book, 'a', { released: spare(100, 0) }), ['a', 'b'])
    expect(heldBy(partOf(book, 'b'))).toBe(100)
  })
  test('of a till whose ledger is no more go to the others, even what it owed', () => {
    const book = withPart(withPart(EMPTY_BOOK, 'old', { moved: 70 }), 'new', { moved: -30 })
    const settled = settleLeases(book, ['new'])
    expect([balanceOf(settled), heldBy(partOf(settled, 'new'))]).toEqual([40, 40])
  })
})

/**
 * Tills that hear of the cloud now and then, and a cloud that hears of them now and then: each spends, earns and gives up as it
 * knows. Nobody ever spends what another could spend too.
 */
test('tills that can hear one another only now and then never spend more than there is', () => {
  const step = fc.record({ till: fc.constantFrom(...TILLS), what: fc.constantFrom('in', 'out', 'send', 'hear', 'want'), amount: fc.nat({ max: 100 }) })
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    let cloud: Book = EMPTY_BOOK
    const own = new Map(TILLS.map((till) => [till, { moved: 0, released: 0, heard: EMPTY_BOOK, unsent: [] as ((book: Book) => Book)[] }]))
    const held = (till: string): number => {
      const { moved, released, heard } = own.get(till)!
      return heldBy({ moved, released, granted: partOf(heard, till).granted })
    }
    for (const { till, what, amount } of steps) {
      const at = own.get(till)!
      if (what === 'in' || (what === 'out' && amount <= held(till))) {
        const moved = what === 'in' ? amount : -amount
        at.moved += moved
        at.unsent.push((book) => withPart(book, till, { moved }))
      }
      if (what === 'want') at.unsent.push((book) => ({ ...book, wanted: till }))
      if (what === 'send') cloud = settleLeases(at.unsent.splice(0).reduce((book, tell) => tell(book), cloud), TILLS)
      if (what === 'hear') {
        at.heard = cloud
        const released = spare(held(till), partOf(cloud, till).keep)
        at.released += released
        if (released > 0) at.unsent.push((book) => withPart(book, till, { released }))
      }
      const balance = [...own.values()].reduce((sum, { moved }) => sum + moved, 0)
      const all = TILLS.reduce((sum, each) => sum + held(each), 0)
      expect(balance).toBeGreaterThanOrEqual(0)
      expect(all).toBeLessThanOrEqual(balance)
      for (const each of TILLS) expect(held(each)).toBeGreaterThanOrEqual(0)
    }
    // With everything told and heard, all there is can be spent, but for what can't be parted.
    for (let round = 0; round < 4; round++) {
      for (const [till, at] of own) {
        cloud = settleLeases(at.unsent.splice(0).reduce((book, tell) => tell(book), cloud), TILLS)
        at.heard = cloud
        const released = spare(held(till), partOf(cloud, till).keep)
        at.released += released
        if (released > 0) at.unsent.push((book) => withPart(book, till, { released }))
      }
    }
    for (const at of own.values()) at.heard = cloud
    expect(balanceOf(cloud) - TILLS.reduce((sum, till) => sum + held(till), 0)).toBeLessThanOrEqual(TILLS.length - 1)
  }))
})
