/** Goods that come in and go out otherwise than by a sale: orders, receipts, waste, transfers. Each is a numbered paper, printed as a slip. */
import { GoodChanged } from '#shared/catalog/good.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Paper } from '#shared/host/stock-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { canonical } from '#shared/ledger/canonical.ts'
import type { Fen } from '#shared/money/money.ts'
import { movingAverage } from '#shared/stock/cost.ts'
import { StockOrderClosed, StockOrdered, StockReceived, StockSent, StockTaken, StockWasted } from '#shared/stock/events.ts'
import { isSameLot, type Lot, lotTaker } from '#shared/stock/lot.ts'
import type { LotSaid } from '#shared/trace/lot.ts'
import { describeCame } from '../trace/describe.ts'
import { isOpen, type Order } from '#shared/stock/order.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { goodOf } from '../goods.ts'
import { namedGood, paperNo, paperOf } from './papers.ts'

type Calls = 'stock.order' | 'stock.orderClose' | 'stock.orders' | 'stock.receive' | 'stock.waste' | 'stock.send' | 'stock.take'
interface Line { readonly good: Id; readonly quantity?: number; readonly came?: number }

interface ReceivedLine { readonly good: Id; readonly quantity: number; readonly lot: Lot | null; readonly cost: Fen | null }
export interface Receipt { readonly order: Id | null; readonly supplier: string; readonly note: string; readonly lines: readonly ReceivedLine[] }

/** What goods that came in are as events: their own, the goods' average costs, and what is known of lots that were not here before. */
export function receipt(context: Context, { order, supplier, note, lines }: Receipt, said?: LotSaid): [type: string, body: object, lines: readonly ReceivedLine[], others: Parameters<typeof commit>[1]] {
  const { store, clock } = context
  const costs = new Map<Id, { stock: number; average: Fen | null }>()
  const costed = lines.map((line) => {
    const { stock, average } = costs.get(line.good) ?? { stock: store.stock.lots(line.good).stock, average: store.listed(line.good)?.cost ?? null }
    const next = line.cost === null ? average : movingAverage(stock, average, line.quantity, line.cost)
    costs.set(line.good, { stock: stock + line.quantity, average: next })
    return { ...line, average: next }
  })
  const edits = [...costs].flatMap(([good, { average }]) => averageEdit(context, good, average))
  const body = { no: paperNo(context, StockReceived.type), order, supplier, note, lines: costed, hlc: store.nextHlc(clock.now()) }
  return [StockReceived.type, body, lines, [...edits, ...describeCame(context, supplier, lines, said)]]
}

/** What one of the good costs on average from now on; nothing where that is as before. */
export function averageEdit({ store, clock, ids }: Context, good: Id, average: Fen | null): Parameters<typeof commit>[1] {
  if (average === (store.listed(good)?.cost ?? null)) return []
  // Nobody at another till is told that their average lost: it was nobody's choice.
  return [{ id: ids.next(), type: GoodChanged.type, v: 1, body: { good, set: { cost: average }, hlc: store.nextHlc(clock.now()) } }]
}

export function moveHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock } = context

  /** Whether the key did this before; a body's lines may say more than was asked. */
  function isDone(key: Id, type: string, said: Readonly<Record<string, unknown>>, lines: readonly Line[]): boolean {
    if (!isRepeat(context, key, type, said)) return false
    const asked = (all: readonly Line[]): string => canonical(all.map(({ good, quantity, came }) => [good, quantity ?? came ?? 0]))
    if (asked(store.event(key)!.body.lines as Line[]) !== asked(lines)) throw new TillError('key.reused', { key })
    return true
  }
  function check(lines: readonly Line[]): void {
    for (const { good } of lines) goodOf(context, good)
  }
  function record(key: Id, type: string, body: object, lines: readonly Line[], others: Parameters<typeof commit>[1] = []): Paper {
    commit(context, [{ id: key, type, v: 1, body }, ...others], [{ kind: 'stock', ref: key, copy: false, drawer: false }])
    tellGoods(context, lines.map(({ good }) => good))
    context.printed()
    return paperOf(context, key)
  }
  const outLines = (lines: readonly { good: Id; quantity: number; lot: Lot | null }[]) => {
    const take = lotTaker((good) => store.stock.lots(good))
    return lines.map(({ good, quantity, lot }) => ({ good, quantity, lots: take(good, quantity, lot) }))
  }

  return {
    'stock.order'({ key, supplier, note, lines }) {
      if (isDone(key, StockOrdered.type, { supplier, note }, lines)) return paperOf(context, key)
      requireRight(context, 'stock.receive', key)
      check(lines)
      return record(key, StockOrdered.type, { no: paperNo(context, StockOrdered.type), supplier, note, lines, hlc: store.nextHlc(clock.now()) }, [])
    },

    'stock.orderClose'({ key, order: id }) {
      if (isRepeat(context, key, StockOrderClosed.type, { order: id })) return {}
      requireRight(context, 'stock.receive', key)
      openOrder(context, id)
      commit(context, [{ id: key, type: StockOrderClosed.type, v: 1, body: { order: id, hlc: store.nextHlc(clock.now()) } }])
      return {}
    },

    'stock.orders'({ all }) {
      signedIn(context)
      return {
        orders: store.stock.orders().filter((order) => all || isOpen(order)).map((order) => {
          const came = new Map(order.received)
          return {
            order: order.order, no: order.no, supplier: order.supplier, note: order.note, at: order.at, open: isOpen(order),
            // Of a good that is on several lines the first are filled first; what is too much stands on the last.
            lines: order.lines.map(({ good, quantity, cost }, index) => {
              const there = came.get(good) ?? 0
              const isLast = !order.lines.some((line, at) => at > index && line.good === good)
              const received = isLast ? there : Math.min(there, quantity)
              came.set(good, there - received)
              return { ...namedGood(context, good), quantity, received, cost }
            }),
          }
        }),
      }
    },

    'stock.receive'(command) {
      const { key, order: id, note, lines } = command
      if (isDone(key, StockReceived.type, { order: id, note }, lines)) return paperOf(context, key)
      requireRight(context, 'stock.receive', key)
      check(lines)
      if (id !== null) openOrder(context, id)
      return record(key, ...receipt(context, { ...command, supplier: command.supplier || (id === null ? '' : openOrder(context, id).supplier) }))
    },

    'stock.waste'({ key, reason, note, lines }) {
      if (isDone(key, StockWasted.type, { reason, note }, lines)) return paperOf(context, key)
      requireRight(context, 'stock.waste', key)
      check(lines)
      return record(key, StockWasted.type, { no: paperNo(context, StockWasted.type), reason, note, lines: outLines(lines) }, lines)
    },

    'stock.send'({ key, to, note, lines }) {
      if (isDone(key, StockSent.type, { to, note }, lines)) return paperOf(context, key)
      requireRight(context, 'stock.transfer', key)
      check(lines)
      const out = outLines(lines)
      for (const { good, lots } of out) refuseRecalled(context, good, lots)
      return record(key, StockSent.type, { no: paperNo(context, StockSent.type), to, note, lines: out }, lines)
    },

    'stock.take'({ key, document, from, note, lines }) {
      if (isDone(key, StockTaken.type, { document, from, note }, lines)) return paperOf(context, key)
      requireRight(context, 'stock.transfer', key)
      check(lines)
      return record(key, StockTaken.type, { no: paperNo(context, StockTaken.type), document, from, note, lines }, lines)
    },
  }
}

/** Throws TillError order.not_found, or order.closed where nothing more is expected. */
function openOrder({ store }: Context, id: Id): Order {
  const order = store.stock.order(id)
  if (!order) throw new TillError('order.not_found')
  if (order.isClosed) throw new TillError('order.closed', { no: order.no })
  return order
}

/** Screens hear of goods whose stock moved; of very many they read all anew. */
/** What is recalled goes to no other shop. Throws TillError lot.recalled. */
function refuseRecalled({ store }: Context, good: Id, lots: readonly Lot[]): void {
  const stopped = store.trace.stopped(good)
  const lot = stopped && lots.find((each) => stopped.lots.some((other) => isSameLot(each, other)))
  if (lot || stopped?.whole) throw new TillError('lot.recalled', { no: lot?.no ?? '' })
}

export function tellGoods(context: Context, goods: readonly Id[]): void {
  const each = [...new Set(goods)]
  if (each.length > 20) context.emit('goods.reloaded', {})
  else for (const good of each) context.emit('good.changed', goodOf(context, good))
}
