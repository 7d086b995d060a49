/** The part of the owner's page that names coupons used more than once: where each counted, and what was lost. */
import { formatYuan } from '#shared/money/money.ts'
import type { TwiceView } from '#cloud/projections/coupons.ts'
import { html, type Html } from './html.ts'
import { dateTime } from './hours.ts'
import type { Voice } from './language.ts'

export function usedTwice(twice: readonly TwiceView[], zone: string, { t }: Voice): Html | '' {
  if (twice.length === 0) return ''
  return html`<section class="card"><h2>${t('twice.title')}</h2><p class="quiet">${t('twice.about')}</p>
<ul class="tills">${twice.map(({ name, used, again }) => html`<li><b>${name}</b><span>${t('twice.first', { till: used.till, time: dateTime(used.at, zone) })}</span>${again.map((use) => html`<small>${t('twice.lost', { till: use.till, time: dateTime(use.at, zone), amount: formatYuan(use.fen) })}</small>`)}</li>`)}</ul></section>`
}
