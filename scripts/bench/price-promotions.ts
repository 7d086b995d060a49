/** A long ticket priced anew at every scan, with as many promotions as a supermarket has: beside the five milliseconds it may take. */
import { type Promotion, PROMOTION_DEFAULTS, PromotionSchema, type Rule } from '#shared/catalog/promotion.ts'
import { fen } from '#shared/money/money.ts'
import { NO_RULES, priceTicket } from '#shared/pricing/price.ts'
import { type Figure, p95Figure } from './figures.ts'
import { id, makeGoods, ticketOf } from './counter.ts'

const LINES = 60
const PROMOTIONS = 200
const ROUNDS = 2000
const WARM = 200
const LIMIT_MS = 5
const MINUTE_MS = 60_000
const CATEGORIES = ['水果', '蔬菜', '饮料', '日用', '零食']

export function pricePromotions(): Figure[] {
  const goods = makeGoods(LINES).map((good, i) => ({ ...good, category: CATEGORIES[i % CATEGORIES.length]! }))
  const ticket = { ...ticketOf(goods, 0, LINES * 3), off: { kind: 'percent' as const, percent: 5 } }
  if (ticket.lines.length !== LINES) throw new Error(`a ticket of ${ticket.lines.length} lines`)
  const promotions = Array.from({ length: PROMOTIONS }, (_, i): Promotion => PromotionSchema.parse({ ...PROMOTION_DEFAULTS, id: id(), name: `活动${i}`, rule: ruleOf(i), priority: i, stacks: i % 3 !== 0, ...aimOf(i, goods.map((good) => good.id)) }))
  const began = Date.now()
  const times: number[] = []
  for (let round = 0; round < ROUNDS + WARM; round++) {
    // Each in another minute: which promotions hold is found out anew, which a till does once a minute.
    const rules = { ...NO_RULES, promotions, at: began + round * MINUTE_MS, rounding: 'jiao' as const }
    const start = performance.now()
    const { discount } = priceTicket(ticket.lines, ticket, rules)
    if (round >= WARM) times.push(performance.now() - start)
    if (discount <= 0) throw new Error('no promotion took anything off')
  }
  return [p95Figure('price.promotions', 'ms', times, [LIMIT_MS])]
}

function ruleOf(i: number): Rule {
  const rules: Rule[] = [
    { kind: 'percent', percent: 1 + i % 3 }, { kind: 'amount', fen: fen(1) }, { kind: 'nth', n: 2, percent: 98 }, { kind: 'n_for_m', n: 50, m: 49 },
    { kind: 'spend', over: 1000, off: fen(1 + i), repeat: false }, { kind: 'price', price: fen(100 + i) },
  ]
  return rules[i % rules.length]!
}

/** Everything, a category, or some goods. */
function aimOf(i: number, goods: readonly string[]): Pick<Promotion, 'goods' | 'categories'> {
  const aims = [{ goods: [], categories: [] }, { goods: [], categories: [CATEGORIES[i % CATEGORIES.length]!] }, { goods: goods.filter((_, n) => (n + i) % 4 === 0), categories: [] }]
  return aims[Math.floor(i / 6) % aims.length]!
}
