import { expect, it } from 'vitest'
import { PROMOTION_DEFAULTS, PromotionSchema } from '#shared/catalog/promotion.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import { fen } from '#shared/money/money.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { NO_RULES, priceTicket } from '#shared/pricing/price.ts'
import { clockText, minuteOf, ruleText, stateOf, whenText, whomText } from '../office/promotion-words.ts'
import { fieldsOf, KINDS, ruleOf } from '../office/promotions/rule-form.ts'
import { discountTicket, plainTicket, roundTicket } from './edits.ts'
import { ownNet, whyText, wideOffs } from './off-words.ts'

const id = '00000000-0000-7000-8000-000000000001'
const promotion = PromotionSchema.parse({ ...PROMOTION_DEFAULTS, id, name: '第二件半价', rule: { kind: 'nth', n: 2, percent: 50 } })
const ticket = addGood(emptyTicket('ticket', 0), 'line', { ...GOOD_DEFAULTS, codes: [], id, name: 'tea', price: fen(333) }, milli(2000))

it('a line says its promotions, and what is off the whole ticket stands below it', () => {
  const changed = roundTicket(discountTicket(ticket, { kind: 'percent', percent: 10 }), 'jiao')
  const { lines, total } = priceTicket(changed.lines, changed, { ...NO_RULES, promotions: [promotion] })
  expect(whyText(lines[0]!)).toBe('第二件半价 -1.67')
  expect(ownNet(lines[0]!)).toBe(499)
  expect(wideOffs(lines)).toEqual([{ text: '整单优惠', fen: 50 }, { text: '抹零', fen: 9 }])
  expect(total).toBe(440)
  expect(plainTicket(changed)).toEqual(ticket)
  expect(discountTicket(changed, { kind: 'amount', fen: fen(0) })).not.toHaveProperty('off')
})
it('what is typed of a rule makes it, and it is shown as it was typed', () => {
  for (const rule of [
    { kind: 'percent', percent: 15 }, { kind: 'amount', fen: fen(150) }, { kind: 'price', price: fen(999) }, { kind: 'n_for_m', n: 3, m: 2 }, { kind: 'nth', n: 2, percent: 50 }, { kind: 'spend', over: 10_000, off: fen(1000), repeat: true },
  ] as const) expect(ruleOf(rule.kind, fieldsOf(rule))).toEqual(rule)
  for (const kind of KINDS) expect(ruleOf(kind, { percent: '', amount: '', price: '-1', n: 'x', m: '', at: '', over: '0', off: '', repeat: false })).toBeUndefined()
})
it('a promotion in words', () => {
  const [percent, spend] = [{ kind: 'percent', percent: 15 } as const, { kind: 'spend', over: 10_000, off: fen(1000), repeat: true } as const]
  expect([ruleText(percent), ruleText(spend)]).toEqual(['8.5 折', '每满 100.00 减 10.00'])
  const evening = { ...promotion, from: '2026-11-01', days: [0, 1], start: 1080, end: 1200, members: true, categories: ['水果'] }
  expect(whenText(evening)).toBe('2026-11-01 到 不限 · 周一、周日 · 18:00–20:00')
  expect(whomText(evening)).toBe('水果 · 只给会员')
  const monday = Date.UTC(2026, 10, 23, 10)
  const states = [evening, { ...evening, start: 0, end: 60 }, { ...evening, to: '2026-11-02' }, { ...evening, on: false }].map((each) => stateOf(each, monday, 'Asia/Shanghai'))
  expect(states).toEqual(['holds', 'waits', 'ended', 'off'])
  expect(['8:30', '24:00', '24:01', '9.30', ''].map(minuteOf)).toEqual([510, 1440, undefined, undefined, undefined])
  expect(clockText(510)).toBe('08:30')
})
