/** The part of the owner's page that shows edits which lost to later ones, so that nobody's work goes missing unseen. */
import type { GoodFields } from '#shared/catalog/good.ts'
import type { ShopFields } from '#shared/catalog/shop.ts'
import { formatYuan } from '#shared/money/money.ts'
import type { LostSide, LostView } from '#cloud/projections/lost.ts'
import { html, type Html } from './html.ts'
import { dateTime } from './hours.ts'
import type { Voice } from './language.ts'

/** As long a list as somebody reads. */
export const LOST_SHOWN = 20
/** Every field that a shop or a good has; those of promotions and of later programs are called as they are. */
const FIELDS: Readonly<Record<keyof typeof ShopFields.shape | keyof typeof GoodFields.shape, true>> = {
  name: true, price: true, cost: true, unit: true, category: true, code: true, on: true, picture: true, address: true, phone: true,
  kind: true, hours: true, uscc: true, promises: true, about: true, logo: true, adverts: true, zone: true, nearExpiryDays: true, expiredStops: true,
  footer: true, paper: true, payCodes: true, loyalty: true, valueLimits: true, labels: true, tares: true, weighIn: true, quickPages: true, site: true,
  rounding: true, handLimit: true, returnDays: true, returnExempt: true, returnCap: true, codes: true, pricing: true, spec: true, origin: true, minStock: true,
  quick: true, colour: true,
}

export function lostEdits(lost: readonly LostView[], zone: string, voice: Voice): Html | '' {
  const { t } = voice
  if (lost.length === 0) return ''
  return html`<section class="card"><h2>${t('lost.title')}</h2><p class="quiet">${t('lost.intro')}</p>
<ul class="tills">${lost.map((each) => html`<li><b>${each.name || t('lost.shop')} · ${fieldName(each.field, voice)}</b><span>${t('lost.said', { value: valueText(each.field, each.lost.value, voice), who: who(each.lost, voice) })}</span><small>${t('lost.won', { value: valueText(each.field, each.won.value, voice), who: who(each.won, voice), time: dateTime(each.won.at, zone) })}</small></li>`)}</ul></section>`
}

const who = ({ till }: LostSide, { t }: Voice): string => (till === null ? t('lost.cloud') : t('manage.till', { till }))

function fieldName(field: string, { t }: Voice): string {
  return Object.hasOwn(FIELDS, field) ? t(`lost.${field as keyof typeof FIELDS}`) : field
}

function valueText(field: string, value: unknown, { t }: Voice): string {
  if (typeof value === 'number' && (field === 'price' || field === 'cost')) return formatYuan(value)
  if (typeof value === 'boolean') return t(value ? 'lost.yes' : 'lost.no')
  if (field === 'picture') return t('lost.picture')
  if (value === '' || value === null || value === undefined) return '–'
  return textOf(value).slice(0, 60)
}

/** What has parts that nobody reads in a line, as the look of a receipt, is an ellipsis. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each: unknown) => (typeof each === 'object' ? String((each as { name?: unknown } | null)?.name ?? '…') : String(each))).join(' ')
  return typeof value === 'object' ? '…' : String(value)
}
