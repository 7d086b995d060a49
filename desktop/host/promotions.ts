/** Promotions at the till: listing and editing them, and what a sale is priced by. */
import { type Promotion, PromotionChanged, type Rule } from '#shared/catalog/promotion.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PricingRules } from '#shared/pricing/price.ts'
import { type Context, commit, isRepeat, requireRight } from './context.ts'

/**
 * For so long a total stands by the time that the screen priced it at: an offer that ends while money changes hands was
 * promised. A later repeat, or a time that has not come, is priced by the till's own clock.
 */
export const PRICED_FOR_MS = 10 * 60_000
/** The screen's clock may be a little ahead. */
const AHEAD_MS = 60_000

export function promotionHandlers(context: Context): Pick<Handlers, 'promotion.list' | 'promotion.put'> {
  const { store } = context
  return {
    'promotion.list': () => ({ promotions: [...store.promotions()] }),

    'promotion.put'({ key, promotion, set }) {
      requireRight(context, 'goods.edit')
      if (!isRepeat(context, key, PromotionChanged.type, { promotion, set })) {
        const before = store.promotions().find(({ id }) => id === promotion)
        if (!before && (set.name === undefined || set.rule === undefined)) throw new TillError('promotion.incomplete')
        const after: Partial<Promotion> = { ...before, ...set }
        if ((after.rule && isPointless(after.rule)) || (after.from && after.to && after.from > after.to)) throw new TillError('promotion.rule_bad')
        const clocks = store.document('promotion', promotion)?.clocks
        const over = clocks && Object.fromEntries(Object.keys(set).flatMap((field) => (clocks[field] === undefined ? [] : [[field, clocks[field]]])))
        commit(context, [{ id: key, type: PromotionChanged.type, v: 1, body: { promotion, set, hlc: store.nextHlc(context.clock.now()), ...over && { over } } }])
        context.emit('promotions.changed', {})
      }
      return promotionOf(context, promotion)
    },
  }
}

/** Takes nothing off, or gives more away than was asked for. */
function isPointless(rule: Rule): boolean {
  switch (rule.kind) {
    case 'n_for_m': return rule.m >= rule.n
    case 'nth': return rule.percent === 100
    case 'amount': return rule.fen === 0
    case 'spend': return rule.off === 0 || rule.off > rule.over
    default: return false
  }
}

function promotionOf({ store }: Context, id: Id): Promotion {
  const found = store.promotions().find((each) => each.id === id)
  if (!found) throw new TillError('promotion.incomplete')
  return found
}

/** What prices go by, at `pricedAt` (UTC ms) where that is just now. */
export function rulesFor({ store, clock }: Pick<Context, 'store' | 'clock'>, pricedAt?: number): PricingRules {
  const now = clock.now()
  const isFresh = pricedAt !== undefined && pricedAt > now - PRICED_FOR_MS && pricedAt <= now + AHEAD_MS
  const { zone, rounding, handLimit } = store.shop()
  return { promotions: store.promotions(), at: isFresh ? pricedAt : now, zone, rounding, handLimit }
}
