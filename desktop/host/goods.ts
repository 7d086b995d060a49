/** Goods at the till: finding them, editing them, moving their stock, bringing them in from a file. */
import type { z } from 'zod'
import { GoodChanged } from '#shared/catalog/good.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { parseYuan } from '#shared/money/money.ts'
import { StockMoved } from '#shared/sales/events.ts'
import { type Context, commit, isRepeat, requireRight } from './context.ts'

type Calls = 'goods.search' | 'goods.get' | 'goods.quick' | 'goods.list' | 'goods.put' | 'stock.move'

type Edit = z.output<typeof GoodChanged.body>

export function goodsHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context
  return {
    'goods.search': ({ text, limit }) => ({ goods: search(context, text, limit), coming: context.store.unsearchable() }),
    'goods.get': ({ good }) => goodOf(context, good),
    'goods.quick': () => ({ goods: store.quickGoods() }),
    'goods.list': ({ after, limit }) => ({ goods: store.listGoods(after, limit) }),

    'goods.put'({ key, good, set }) {
      requireRight(context, 'goods.edit', key)
      if (!isRepeat(context, key, GoodChanged.type, { good, set })) {
        const before = store.good(good)
        if (!before && (set.name === undefined || set.price === undefined)) throw new TillError('good.incomplete')
        for (const code of [set.code ?? '', ...(set.codes ?? [])]) {
          const other = code === '' ? undefined : store.goodByCode(code)
          if (other && other.id !== good) throw new TillError('good.code_taken', { code, name: other.name })
        }
        commit(context, [{ id: key, type: GoodChanged.type, v: 1, body: goodEdit(context, good, set) }])
        context.emit('good.changed', goodOf(context, good))
      }
      return goodOf(context, good)
    },

    'stock.move'({ key, reason, note, lines }) {
      requireRight(context, 'stock.edit')
      if (isRepeat(context, key, StockMoved.type, { reason, note, lines })) return {}
      for (const line of lines) goodOf(context, line.good)
      commit(context, [{ id: key, type: StockMoved.type, v: 1, body: { reason, note, lines } }])
      if (lines.length > 20) context.emit('goods.reloaded', {})
      else for (const line of lines) context.emit('good.changed', goodOf(context, line.good))
      return {}
    },
  }
}

/** What an edit of a good says: the fields, when, and which values it replaces as far as this till knows. */
export function goodEdit({ store, clock }: Pick<Context, 'store' | 'clock'>, good: Id, set: Edit['set'], hlc = store.nextHlc(clock.now())): Edit {
  const clocks = store.document('good', good)?.clocks
  return { good, set, hlc, ...(clocks && { over: Object.fromEntries(Object.keys(set).flatMap((field) => (clocks[field] === undefined ? [] : [[field, clocks[field]]]))) }) }
}

/** So many goods of a price are listed where the same digits also mean something else. */
const PRICED_MAX = 20

/**
 * An exact code comes first, then what the words find, then what costs so many yuan. Where a point or a sign says that a
 * price is meant, those come before the words.
 */
function search({ store }: Context, text: string, limit: number): GoodView[] {
  const wanted = text.trim()
  const price = parseYuan(wanted)
  const isPrice = price !== undefined && /[.¥￥元]/.test(wanted)
  const priced = price === undefined || price < 0 ? [] : store.goodsByPrice(price, isPrice ? limit : Math.min(limit, PRICED_MAX))
  const found = store.searchGoods(text, limit)
  const exact = store.goodByCode(wanted)
  const rows = isPrice ? [...priced, ...found] : [...found.slice(0, Math.max(0, limit - priced.length)), ...priced]
  const all = new Map([...(exact?.on ? [exact] : []), ...rows].map((good) => [good.id, good]))
  return [...all.values()].slice(0, limit)
}

export function goodOf(context: Context, id: Id): GoodView {
  const good = context.store.good(id)
  if (!good) throw new TillError('good.not_found', { good: id })
  return good
}
