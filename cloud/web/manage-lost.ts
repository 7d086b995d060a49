/** The part of the owner's page that shows edits which lost to later ones, so that nobody's work goes missing unseen. */
import { formatYuan } from '#shared/money/money.ts'
import type { LostSide, LostView } from '#cloud/projections/lost.ts'
import { html, type Html } from './html.ts'
import { dateTime } from './hours.ts'
import type { MessageKey, Voice } from './language.ts'

/** As long a list as somebody reads. */
export const LOST_SHOWN = 20
const FIELDS: Readonly<Record<string, MessageKey>> = {
  name: 'lost.name', price: 'lost.price', cost: 'lost.cost', unit: 'lost.unit', category: 'lost.category', code: 'lost.code', on: 'lost.on', picture: 'lost.picture', address: 'lost.address', phone: 'lost.phone',
}

export function lostEdits(lost: readonly LostView[], zone: string, voice: Voice): Html | '' {
  const { t } = voice
  if (lost.length === 0) return ''
  return html`<section class="card"><h2>${t('lost.title')}</h2><p class="quiet">${t('lost.about')}</p>
<ul class="tills">${lost.map((each) => html`<li><b>${each.name || t('lost.shop')} · ${fieldName(each.field, voice)}</b><span>${t('lost.said', { value: valueText(each.field, each.lost.value, voice), who: who(each.lost, voice) })}</span><small>${t('lost.won', { value: valueText(each.field, each.won.value, voice), who: who(each.won, voice), time: dateTime(each.won.at, zone) })}</small></li>`)}</ul></section>`
}

const who = ({ till }: LostSide, { t }: Voice): string => (till === null ? t('lost.cloud') : t('manage.till', { till }))

function fieldName(field: string, { t }: Voice): string {
  const key = FIELDS[field]
  return key === undefined ? field : t(key)
}

function valueText(field: string, value: unknown, { t }: Voice): string {
  if (typeof value === 'number' && (field === 'price' || field === 'cost')) return formatYuan(value)
  if (typeof value === 'boolean') return t(value ? 'lost.yes' : 'lost.no')
  if (field === 'picture') return t('lost.picture')
  if (value === '' || value === null || value === undefined) return '–'
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 60)
}
