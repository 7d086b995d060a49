/** A promotion in a shopkeeper's words: what it takes off, for what, and when. */
import type { Promotion, Rule } from '#shared/catalog/promotion.ts'
import { formatYuan } from '#shared/money/money.ts'
import { localTime } from '#shared/pricing/local-time.ts'
import { holds } from '#shared/pricing/promotions.ts'
import { t } from '../i18n/index.ts'

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0] as const

/** `510` → `08:30` */
export const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
/** `08:30` → `510`; undefined for anything else. */
export function minuteOf(text: string): number | undefined {
  const match = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(text)
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN
  return minute <= 1440 ? minute : undefined
}

export function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'percent': return t('adjust.percent', { tenths: (100 - rule.percent) / 10, share: rule.percent })
    case 'amount': return t('promotions.saysAmount', { amount: formatYuan(rule.fen) })
    case 'price': return t('promotions.saysPrice', { amount: formatYuan(rule.price) })
    case 'n_for_m': return t('promotions.saysNForM', { count: rule.n, paid: rule.m })
    case 'nth': return t('promotions.saysNth', { count: rule.n, percent: rule.percent })
    case 'spend': return t(rule.repeat ? 'promotions.saysSpendEach' : 'promotions.saysSpend', { over: formatYuan(rule.over), amount: formatYuan(rule.off) })
  }
}

export function whenText({ from, to, days, start, end }: Promotion): string {
  const parts = []
  if (from !== null || to !== null) parts.push(t('promotions.between', { from: from ?? t('promotions.open'), to: to ?? t('promotions.open') }))
  if (days.length > 0) parts.push(WEEKDAYS.filter((day) => days.includes(day)).map((day) => t(`weekday.d${day}`)).join(t('held.comma')))
  if (start !== 0 || end !== 1440) parts.push(`${clockText(start)}–${clockText(end)}`)
  return parts.join(' · ')
}

export function whomText({ goods, categories, members }: Promotion): string {
  const what = [...categories, ...goods.length > 0 ? [t('promotions.goodsCount', { n: goods.length })] : []]
  return [what.length > 0 ? what.join(t('held.comma')) : t('promotions.everything'), ...members ? [t('promotions.membersOnly')] : []].join(' · ')
}

export type State = 'holds' | 'waits' | 'ended' | 'off'
/** How it stands at `now`, UTC ms: `waits` is for its day or its hour. */
export function stateOf(promotion: Promotion, now: number, zone: string): State {
  if (!promotion.on) return 'off'
  const time = localTime(now, zone)
  if (holds(promotion, time)) return 'holds'
  return promotion.to !== null && time.date > promotion.to ? 'ended' : 'waits'
}
