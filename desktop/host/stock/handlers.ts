/** The stock room: orders, receipts, waste, transfers, counts, their papers, and what is low or near its date. */
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import { isExpired } from '#shared/stock/lot.ts'
import { type Context, signedIn, today } from '../context.ts'
import { goodOf } from '../goods.ts'
import { countHandlers } from './counts.ts'
import { moveHandlers } from './moves.ts'
import { namedGood, paperHandlers } from './papers.ts'

type Calls = keyof ReturnType<typeof moveHandlers> | keyof ReturnType<typeof countHandlers> | keyof ReturnType<typeof paperHandlers> | 'stock.lots' | 'stock.lists'
const DAY_MS = 86_400_000

export function stockHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context
  return {
    ...moveHandlers(context),
    ...countHandlers(context),
    ...paperHandlers(context),
    'stock.lots'({ good }) {
      if (!store.listed(good)) throw new TillError('good.not_found', { good })
      const { stock, left } = store.stock.lots(good)
      return { stock, lots: left.map((part) => ({ ...part, quantity: part.quantity as never })) }
    },
    'stock.lists'({ limit }) {
      signedIn(context)
      const date = today(context)
      const until = daysAfter(date, store.shop().nearExpiryDays)
      return {
        date, until,
        low: store.stock.low(limit).map((id) => {
          const { stock, minStock } = goodOf(context, id)
          return { ...namedGood(context, id), stock: stock ?? 0, minStock: minStock ?? 0 }
        }),
        near: store.stock.near(until).filter(({ good }) => store.listed(good)).toSorted((a, b) => (a.lot.expiry < b.lot.expiry ? -1 : a.lot.expiry > b.lot.expiry ? 1 : 0)).slice(0, limit)
          .map(({ good, lot }) => ({ ...namedGood(context, good), lot: { ...lot, quantity: lot.quantity as never }, expired: isExpired(lot, date) })),
      }
    },
  }
}

/** The date so many days later; dates have no time of day, so no zone either. */
function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}
