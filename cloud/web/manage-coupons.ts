/** What tills that could not hear one another gave members too much of: coupons used more than once, stored value beyond the limit. */
import { formatYuan } from '#shared/money/money.ts'
import type { OverView, TwiceView } from '#cloud/projections/coupons.ts'
import { html, type Html } from './html.ts'
import { dateTime } from './hours.ts'
import type { Voice } from './language.ts'

export function usedTwice(twice: readonly TwiceView[], zone: string, { t }: Voice): Html | '' {
  if (twice.length === 0) return ''
  return html`<section class="card"><h2>${t('twice.title')}</h2><p class="quiet">${t('twice.about')}</p>
<ul class="tills">${twice.map(({ name, used, again }) => html`<li><b>${name}</b><span>${t('twice.first', { till: used.till, time: dateTime(used.at, zone) })}</span>${again.map((use) => html`<small>${t('twice.lost', { till: use.till, time: dateTime(use.at, zone), amount: formatYuan(use.fen) })}</small>`)}</li>`)}</ul></section>`
}

/** What was given stays given: no till is blamed, and nothing is booked. */
export function birthdaysTwice(twice: readonly TwiceView[], zone: string, { t }: Voice): Html | '' {
  if (twice.length === 0) return ''
  return html`<section class="card"><h2>${t('birthday.title')}</h2><p class="quiet">${t('birthday.about')}</p>
<ul class="tills">${twice.map(({ name, used, again }) => html`<li><b>${name}</b>${[used, ...again].map((use) => html`<small>${t('birthday.given', { till: use.till, time: dateTime(use.at, zone), amount: formatYuan(use.fen) })}</small>`)}</li>`)}</ul></section>`
}

/** Nothing says who the member is: a till does, to whoever stands there. */
export function overLimit(over: readonly OverView[], zone: string, { t }: Voice): Html | '' {
  if (over.length === 0) return ''
  return html`<section class="card"><h2>${t('over.title')}</h2><p class="quiet">${t('over.about')}</p>
<ul class="tills">${over.map(({ till, at, balance, limit }) => html`<li><b>${formatYuan(balance)}</b><span>${t('over.at', { till, time: dateTime(at, zone), limit: formatYuan(limit) })}</span></li>`)}</ul></section>`
}
