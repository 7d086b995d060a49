/** How an event moves stock: one reading for the till's projections and the cloud's. Quantities in thousandths. */
import type { Id } from '../identity/ids.ts'
import type { LotPart } from '../stock/lot.ts'
import type { DomainEvent } from './events.ts'

export interface StockMove {
  readonly good: Id
  readonly delta: number
  /** What of it names a lot, signed; empty for all that came before lots, and for what nobody gave one. */
  readonly lots: readonly LotPart[]
}
const NO_LOTS: readonly LotPart[] = []

const gone = (parts: readonly LotPart[] | undefined): readonly LotPart[] => (parts === undefined || parts.length === 0 ? NO_LOTS : parts.map((part) => ({ ...part, quantity: -part.quantity })))
const come = (lot: { no: string; expiry: string } | null, quantity: number): readonly LotPart[] => (lot === null || quantity === 0 ? NO_LOTS : [{ no: lot.no, expiry: lot.expiry, quantity }])

const plain = ({ no, expiry, quantity }: LotPart): LotPart => ({ no, expiry, quantity })

/** Empty where the event moves none. */
export function stockMoves(event: DomainEvent): readonly StockMove[] {
  switch (event.type) {
    case 'sale.completed': return event.body.lines.map(({ good, quantity, lots }) => ({ good, delta: -quantity, lots: gone(lots) }))
    // Of which lot it was, nobody can say at the counter.
    case 'sale.refunded': return event.body.lines.filter(({ stock }) => stock === 'back').map(({ good, quantity }) => ({ good, delta: quantity, lots: NO_LOTS }))
    case 'stock.moved': return event.body.lines.map(({ good, delta }) => ({ good, delta, lots: NO_LOTS }))
    case 'stock.received': return event.body.lines.map(({ good, quantity, lot }) => ({ good, delta: quantity, lots: come(lot, quantity) }))
    case 'stock.taken': return event.body.lines.map(({ good, came, lot }) => ({ good, delta: came, lots: come(lot, came) }))
    case 'stock.wasted':
    case 'stock.sent': return event.body.lines.map(({ good, quantity, lots }) => ({ good, delta: -quantity, lots: gone(lots) }))
    case 'stock.counted': return event.body.lines.map(({ good, difference, lots }) => ({ good, delta: difference, lots: gone(lots) }))
    // The stock is what it was; only what it is of is said anew.
    case 'lot.reissued': return [{ good: event.body.good, delta: 0, lots: [...gone(event.body.from.map(plain)), ...event.body.to.map(plain)] }]
    case 'lot.corrected': {
      const { good, no, from, to } = event.body
      const quantity = to.quantity - from.quantity
      return quantity === 0 ? [] : [{ good, delta: quantity, lots: [{ no, expiry: to.expiry, quantity }] }]
    }
    default: return []
  }
}
