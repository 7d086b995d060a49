/** An alert in words: what happened, and what to do about it. */
import { RuleSchema } from '#shared/catalog/promotion.ts'
import { formatYuan } from '#shared/money/money.ts'
import type { Alert } from '#shared/host/schemas.ts'
import { formatQuantity } from '#shared/quantity/quantity.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { clockText, ruleText } from '../office/promotion-words.ts'
import { i18n, t, type MessageKey } from '../i18n/index.ts'

type What = Alert['what']
type Lost = Extract<What, { kind: 'edit.lost' }>

export function alertWords({ what }: Alert): { message: string; next: string } {
  if (what.kind === 'edit.lost') return lostWords(what)
  if (what.kind === 'coupon.used_twice') {
    return {
      message: t('alerts.couponTwice', { name: what.name, tills: what.tills.join(t('held.comma')) }),
      next: what.counts ? t('alerts.couponCounts') : t('alerts.couponLost', { amount: formatYuan(what.fen) }),
    }
  }
  if (what.kind === 'birthday.used_twice') {
    const { who, year, tills, fen } = what
    return { message: t('alerts.birthdayTwice', { who, year, tills: tills.join(t('held.comma')) }), next: t(what.counts ? 'alerts.birthdayCounts' : 'alerts.birthdayAgain', { amount: formatYuan(fen) }) }
  }
  if (what.kind === 'value.over_limit') {
    const { who, till, balance, limit } = what
    return { message: t('alerts.overLimit', { who, balance: formatYuan(balance), limit: formatYuan(limit) }), next: t('alerts.overLimitNext', { till }) }
  }
  if (what.kind === 'lot.recalled') {
    const reason = t(`auditValue.${what.reason}` as MessageKey)
    return { message: t('alerts.recalled', { goods: what.goods.join(t('held.comma')) || t('alerts.recalledNone'), reason: what.note === '' ? reason : `${reason} · ${what.note}` }), next: t('alerts.recalledNext') }
  }
  if (what.kind === 'sale.refunded_beyond') {
    const { no, paid, back } = what
    return { message: t('alerts.refundedBeyond', { no, tills: what.tills.join(t('held.comma')), paid: formatYuan(paid), back: formatYuan(back) }), next: t('alerts.refundedBeyondNext') }
  }
  const { ticket, tills } = what
  const values = { tills: tills.join(t('held.comma')), goods: ticket.lines.map(({ name }) => name).join(t('held.comma')), total: formatYuan(priceTicket(ticket.lines, ticket).total) }
  return { message: t('alerts.takenTwice', values), next: t('alerts.takenTwiceNext') }
}

function lostWords({ of, name, field, value, won, till }: Lost): { message: string; next: string } {
  const key = [`field.${field}` as MessageKey, `auditField.${field}` as MessageKey].find((each) => i18n.global.te(each))
  const said = { name, field: key === undefined ? field : t(key), value: valueText(of, field, value), won: valueText(of, field, won) }
  return { message: till === null ? t('alerts.lostToCloud', said) : t('alerts.lostToTill', { ...said, till }), next: t('alerts.lostNext') }
}

/** A field's value as its form shows it. */
function valueText(of: string, field: string, value: unknown): string {
  if (of === 'promotion' && typeof value === 'boolean') return value ? t('screen.on') : t('screen.off')
  if ((field === 'start' || field === 'end') && typeof value === 'number') return clockText(value)
  const rule = field === 'rule' ? RuleSchema.safeParse(value).data : undefined
  if (rule) return ruleText(rule)
  if (typeof value === 'number' && (field === 'price' || field === 'cost' || field === 'returnCap')) return formatYuan(value)
  if (typeof value === 'number' && field === 'minStock') return formatQuantity(value)
  if (field === 'on') return value === false ? t('goods.offSale') : t('goods.on')
  if (field === 'pricing') return value === 'weight' ? t('goods.weight') : t('goods.piece')
  if (field === 'picture') return value === '' ? t('goods.noPicture') : t('field.picture')
  if (Array.isArray(value)) return value.map((each: unknown) => (each !== null && typeof each === 'object' ? String((each as { name?: unknown }).name ?? '…') : String(each))).join(t('held.comma'))
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–'
}
