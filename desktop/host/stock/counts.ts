/** Counting while selling goes on: scans add up, and in the end the stock is moved by what the books did not say. */
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Count, CountLine } from '#shared/host/stock-schemas.ts'
import type { CountLine as Line, OpenCount } from '#shared/host/stock-store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { amountOf, milli } from '#shared/quantity/quantity.ts'
import { countDifference } from '#shared/stock/count.ts'
import { type CountedLine, StockCountBegun, StockCountScanned, StockCounted } from '#shared/stock/events.ts'
import { type LotPart, byExpiry, firstOf } from '#shared/stock/lot.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { goodOf } from '../goods.ts'
import { tellGoods } from './moves.ts'
import { namedGood, paperNo, perOf } from './papers.ts'

type Calls = 'count.begin' | 'count.scan' | 'count.now' | 'count.end'
const PARTS_MAX = 100

export function countHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context

  function lineOf({ good, counted, scans, books, came, left }: Omit<Line, 'seq'>): CountLine {
    const difference = countDifference({ counted, books, came, left })
    return { ...namedGood(context, good), counted, scans, books, came, left, difference, value: valueOf(good, difference) }
  }
  function valueOf(good: Id, quantity: number) {
    const listed = store.listed(good)
    return listed?.cost == null ? null : amountOf(listed.cost, milli(quantity), perOf(listed))
  }
  const countOf = ({ count, no, at, note }: OpenCount): Count => ({ count, no, at, note, lines: store.stock.countLines(count).map(lineOf) })

  /** Lots that are not there as the books have them, once the stock is what was found. */
  function goneLots(good: Id, stock: number): LotPart[] {
    const sums = store.stock.sums(good)
    const there = sums.filter(({ quantity }) => quantity > 0).toSorted(byExpiry)
    const over = there.reduce((sum, { quantity }) => sum + quantity, 0) - Math.max(0, stock)
    return [...sums.filter(({ quantity }) => quantity < 0), ...firstOf(there, over)].slice(0, PARTS_MAX)
  }

  return {
    'count.begin'({ key, note }) {
      if (!isRepeat(context, key, StockCountBegun.type, { note })) {
        requireRight(context, 'stock.count', key)
        if (store.stock.openCount()) throw new TillError('count.open')
        commit(context, [{ id: key, type: StockCountBegun.type, v: 1, body: { no: paperNo(context, StockCountBegun.type), note } }])
      }
      const { at, body } = store.event(key)!
      return countOf({ count: key, no: String(body.no), at, note })
    },

    'count.scan'({ key, count, good, quantity, afresh }) {
      if (!isRepeat(context, key, StockCountScanned.type, { count, good, quantity, afresh })) {
        // Whoever began it was allowed to; a good more or less in it is nothing of its own.
        signedIn(context)
        if (store.stock.openCount()?.count !== count) throw new TillError('count.none')
        const books = goodOf(context, good).stock ?? 0
        commit(context, [{ id: key, type: StockCountScanned.type, v: 1, body: { count, good, quantity, books, afresh } }])
      }
      const line = store.stock.countLines(count).find((each) => each.good === good)
      if (line) return lineOf(line)
      const body = StockCountScanned.body.parse(store.event(key)!.body)
      return lineOf({ good, counted: body.quantity, scans: 1, books: body.books, came: 0, left: 0 })
    },

    'count.now'() {
      signedIn(context)
      const open = store.stock.openCount()
      return { count: open ? countOf(open) : null }
    },

    'count.end'({ key, count, giveUp }) {
      if (!isRepeat(context, key, StockCounted.type, { count, given_up: giveUp })) {
        requireRight(context, 'stock.count', key)
        const open = store.stock.openCount()
        if (open?.count !== count) throw new TillError('count.none')
        const counted = giveUp ? [] : store.stock.countLines(count).map(lineOf)
        const lines = counted.map(({ good, counted: found, books, came, left, difference, value }): CountedLine => (
          { good, counted: found, books, came, left, difference, value, lots: goneLots(good, store.stock.lots(good).stock + difference) as CountedLine['lots'] }
        )).filter(({ difference, lots }) => difference !== 0 || lots.length > 0)
        commit(context, [{ id: key, type: StockCounted.type, v: 1, body: { no: open.no, count, given_up: giveUp, goods: counted.length, lines } }],
          giveUp ? [] : [{ kind: 'stock', ref: key, copy: false, drawer: false }])
        tellGoods(context, lines.map(({ good }) => good))
        context.printed()
      }
      const { no, goods, lines } = StockCounted.body.parse(store.event(key)!.body)
      return { no, goods, lines: lines.filter(({ difference }) => difference !== 0).map(({ lots: _lots, ...line }) => ({ ...namedGood(context, line.good), ...line })) }
    },
  }
}
