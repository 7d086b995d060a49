import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fen } from '../money/money.ts'
import { AccountSchema, balance, postings, PostingsSchema } from './postings.ts'

const account = fc.constantFrom('drawer', 'sales', 'discounts', 'safe', 'cash_difference', 'channel:wechat')

test('rows that sum to zero are kept without the zeros; a lost fen never passes', () => {
  fc.assert(fc.property(fc.array(fc.tuple(account, fc.integer({ min: -1e9, max: 1e9 }).map(fen)), { maxLength: 8 }), fc.integer({ min: -100, max: 100 }), (rows, off) => {
    const total = rows.reduce((sum, [, amount]) => sum + amount, 0)
    const closed = [...rows, ['sales', fen(off - total)] as const]
    if (off !== 0) {
      expect(() => postings(closed)).toThrow(/sum to zero/)
      return
    }
    const kept = postings(closed)
    expect(balance(kept)).toBe(0)
    expect(kept.every(({ fen: amount }) => amount !== 0)).toBe(true)
    expect(PostingsSchema.parse(kept)).toEqual(kept)
  }))
})
test('the schema refuses what does not sum to zero, and accounts nobody knows', () => {
  expect(PostingsSchema.safeParse([{ account: 'drawer', fen: 1 }]).success).toBe(false)
  for (const name of ['', 'bank', 'channel:', 'channel:We', 'sales ']) expect(AccountSchema.safeParse(name).success).toBe(false)
})
