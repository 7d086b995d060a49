/** A till's day as fast-check makes it up: sales, returns, stock, edits, shifts, sign-ins; and what it must come to. */
import fc from 'fast-check'
import type { GoodView } from '#shared/host/schemas.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { OWNER_PIN, type TestTill, ticketOf } from './till.ts'

export type Step =
  | { kind: 'sell'; lines: { good: number; quantity: number; off: number }[]; extra: number }
  | { kind: 'stock'; good: number; delta: number }
  | { kind: 'price'; good: number; price: number }
  | { kind: 'shift'; difference: number; float: number }
  | { kind: 'drawer' } | { kind: 'signIn' } | { kind: 'restart' } | { kind: 'wait'; ms: number }

export const GOODS = 4
const good = fc.nat({ max: GOODS - 1 })
const pieces = fc.integer({ min: -3, max: 5 }).filter((n) => n !== 0).map((n) => n * 1000)

/** `rare` also restarts the till and signs in, which take longer. */
export const stepArbitrary = (rare = true): fc.Arbitrary<Step> => fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('sell' as const), lines: fc.array(fc.record({ good, quantity: pieces, off: fc.nat({ max: 200 }) }), { minLength: 1, maxLength: 4 }), extra: fc.nat({ max: 5000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stock' as const), good, delta: pieces }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('price' as const), good, price: fc.nat({ max: 100_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shift' as const), difference: fc.integer({ min: -500, max: 500 }), float: fc.nat({ max: 50_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'drawer' } as Step) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -3_600_000, max: 50_000_000 }) }) },
  ...(rare ? [{ weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'signIn' }, { kind: 'restart' }) }] : []),
)

/** What an auditor beside the till expects: kept by hand, never read from it. */
export interface Expected {
  /** fen in the drawer of the open shift */
  drawer: number
  sales: number
  salesFen: number
  /** thousandths by good */
  stock: Map<string, number>
}

/** Plays the steps at a till that is set up, and gives the till as it is in the end with what it must say. */
export async function play(till: TestTill, steps: readonly Step[]): Promise<{ till: TestTill; expected: Expected }> {
  const goods: GoodView[] = []
  for (let i = 0; i < GOODS; i++) goods.push(await till.addGood({ price: 100 * (i + 1) }))
  const expected: Expected = { drawer: 1000, sales: 0, salesFen: 0, stock: new Map() }
  const move = (id: string, delta: number): void => { expected.stock.set(id, (expected.stock.get(id) ?? 0) + delta) }
  await till.run('shop.put', { set: { returnCap: 1_000_000_000 } })
  await till.run('shift.open', { float: 1000 })
  for (const step of steps) {
    till.clock.pass(1000)
    switch (step.kind) {
      case 'sell': {
        const ticket = ticketOf(step.lines.map((line) => {
          const sold = goods[line.good]!
          const size = Math.abs(line.quantity / 1000) * sold.price
          return { good: sold, quantity: line.quantity, discount: Math.sign(line.quantity) * Math.min(line.off, size) }
        }))
        const { total } = priceTicket(ticket.lines)
        await till.run('sale.complete', { key: ticket.id, ticket, total, given: Math.max(0, total) + step.extra })
        expected.drawer += total
        expected.sales += 1
        expected.salesFen += total
        for (const line of ticket.lines) move(line.good, -line.quantity)
        break
      }
      case 'stock':
        await till.run('stock.move', { reason: 'received', lines: [{ good: goods[step.good]!.id, delta: step.delta }] })
        move(goods[step.good]!.id, step.delta)
        break
      case 'price':
        goods[step.good] = await till.run('goods.put', { good: goods[step.good]!.id, set: { price: step.price } })
        break
      case 'shift': {
        const counted = Math.max(0, expected.drawer + step.difference)
        const report = await till.run('shift.close', { counted })
        if (report.difference !== counted - expected.drawer) throw new Error(`difference ${report.difference}, expected ${counted - expected.drawer}`)
        await till.run('shift.open', { float: step.float })
        expected.drawer = step.float
        break
      }
      case 'drawer':
        await till.run('drawer.open', { reason: '换零钱' })
        break
      case 'signIn':
        await till.run('staff.signOut', {})
        await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
        break
      case 'restart':
        till = await till.restart()
        break
      case 'wait':
        till.clock.pass(step.ms)
        break
    }
  }
  return { till, expected }
}
