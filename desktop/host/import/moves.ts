/** Stock that a file moves, as events. Quantities in thousandths. */
import type { Id } from '#shared/identity/ids.ts'
import type { Ids } from '#shared/ports/ports.ts'
import { MILLI_MAX, milli } from '#shared/quantity/quantity.ts'
import { StockMoved } from '#shared/sales/events.ts'

export interface NewEvent { id: Id; type: string; v: number; body: object }

/** `stock.moved` holds this many lines at most. */
const STOCK_LINES_MAX = 1000

/** A count that found what the books say is a line of zero: it was counted all the same. */
export function importMoves(ids: Ids, moved: readonly { good: Id; delta: number }[], reason: 'imported' | 'counted' = 'imported'): NewEvent[] {
  const lines = moved.flatMap(({ good, delta }) => {
    const parts: { good: Id; delta: ReturnType<typeof milli> }[] = delta === 0 && reason === 'counted' ? [{ good, delta: milli(0) }] : []
    // What one line can move is limited, what a stock can come to is not.
    for (let rest = delta; rest !== 0;) {
      const part = Math.max(-MILLI_MAX, Math.min(MILLI_MAX, rest))
      parts.push({ good, delta: milli(part) })
      rest -= part
    }
    return parts
  })
  const events: NewEvent[] = []
  for (let i = 0; i < lines.length; i += STOCK_LINES_MAX) {
    events.push({ id: ids.next(), type: StockMoved.type, v: 1, body: { reason, note: '', lines: lines.slice(i, i + STOCK_LINES_MAX) } })
  }
  return events
}
