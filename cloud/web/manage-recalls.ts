/** The owner's page of recalls: which stand, which tills have stopped and which were not reached yet, what is left, who bought; a new one. */
import { formatQuantity, thousandthsPer } from '#shared/quantity/quantity.ts'
import { RECALL_REASONS, type Recall, type RecallWhat } from '#shared/trace/recall.ts'
import type { CloudEffect, EffectSales } from '#cloud/projections/recalls.ts'
import type { DeviceView } from '#cloud/projections/shops.ts'
import { html, type Html, type Part } from './html.ts'
import { dateTime } from './hours.ts'
import type { MessageKey, Voice } from './language.ts'
import type { Page } from './page.ts'
import type { ShopView } from './shop-view.ts'

/** What a form says, as it was typed. */
export interface RecallForm { readonly good: string; readonly no: string; readonly supplier: string; readonly from: string; readonly to: string; readonly reason: string; readonly note: string }
export interface RecallsShown {
  readonly view: ShopView
  readonly word: string
  readonly recalls: readonly { readonly recall: Recall; readonly goodName: string; readonly effect: CloudEffect | undefined }[]
  readonly devices: readonly DeviceView[]
  readonly form: RecallForm
  /** What the form comes to, to be confirmed. */
  readonly preview: CloudEffect | undefined
  readonly problem: MessageKey | undefined
}

export function recallsPage({ view, word, recalls, devices, form, preview, problem }: RecallsShown, voice: Voice): Page {
  const { t, href } = voice
  const path = `/manage/${view.path}`
  const field = (name: keyof RecallForm, label: MessageKey, type = 'text'): Html => html`<label>${t(label)}<input type="${type}" name="${name}" value="${form[name]}" maxlength="120" autocomplete="off"></label>`
  return {
    title: `${t('recall.title')} · ${view.shop.name}`, isPrivate: true,
    body: html`<main class="manage"><header><div><h1>${t('recall.title')}</h1><a href="${href(path)}">${view.shop.name}</a></div></header>
${problem ? html`<p class="said bad" role="alert">${t(problem)}</p>` : ''}
<section class="card"><h2>${t('recall.new')}</h2><p class="quiet">${t('recall.about')}</p>
<form class="recall" method="post" action="${href(`${path}/recalls`)}"><input type="hidden" name="word" value="${word}">
${field('good', 'recall.good')}${field('no', 'recall.no')}${field('supplier', 'recall.supplier')}${field('from', 'recall.from', 'date')}${field('to', 'recall.to', 'date')}
<label>${t('recall.reason')}<select name="reason">${RECALL_REASONS.map((reason) => html`<option value="${reason}"${form.reason === reason ? html` selected` : ''}>${t(`recall.reason.${reason}`)}</option>`)}</select></label>
${field('note', 'recall.note')}
${preview ? html`<p class="said bad" role="status">${comesTo(preview, voice)}</p>${partial(preview, voice)}${lotsOf(preview, voice)}` : ''}
<p class="actions"><button name="step" value="look">${t('recall.look')}</button>${preview ? html`<button class="danger" name="step" value="begin">${t('recall.begin')}</button>` : ''}</p></form></section>
${recalls.length === 0 ? html`<p class="quiet">${t('recall.none')}</p>` : recalls.map(({ recall, goodName, effect }) => html`<section class="card" id="${recall.recall}"><div class="goods-head"><h2>${titleOf(recall.what, goodName)}</h2>${recall.lifted ? html`<span class="pill closed">${t('recall.lifted', { time: dateTime(recall.lifted.at, view.shop.zone) })}</span>` : html`<span class="pill bad">${t('recall.since', { time: dateTime(recall.at, view.shop.zone) })}</span>`}</div>
<p>${[t(`recall.reason.${recall.reason}` as MessageKey), recall.note].filter((text) => text !== '').join(' · ')}</p>
${recall.lifted ? '' : tills(recall, devices, view, voice)}
${effect ? html`${partial(effect, voice)}${lotsOf(effect, voice)}${soldOf(effect, view, voice)}` : ''}
${recall.lifted ? '' : html`<form class="lift" method="post" action="${href(`${path}/recalls/${recall.recall}/lift`)}"><input type="hidden" name="word" value="${word}"><button>${t('recall.lift')}</button></form>`}</section>`)}</main>`,
  }
}

const titleOf = ({ no, supplier, from, to }: RecallWhat, goodName: string): string => [goodName, no, supplier, [...new Set([from, to])].filter((date) => date !== '').join(' – ')].filter((text) => text !== '').join(' · ')

/** Those that were not reached are what the owner can do something about: they come first. */
function tills({ heard }: Recall, devices: readonly DeviceView[], view: ShopView, { t }: Voice): Html {
  const active = devices.filter(({ revokedAt }) => revokedAt === null).toSorted((a, b) => Number(heard.has(a.device)) - Number(heard.has(b.device)))
  return html`<h3>${t('manage.tills')}</h3><ul class="tills">${active.map(({ device, till, seenAt }) => {
    const at = heard.get(device)
    return html`<li><b>${t('manage.till', { till })}</b>${at === undefined ? html`<span class="pill bad">${t('recall.unreached')}</span><small>${t('manage.seen', { time: dateTime(seenAt, view.shop.zone) })}</small>` : html`<span class="pill open">${t('recall.stopped')}</span><small>${dateTime(at, view.shop.zone)}</small>`}</li>`
  })}</ul>`
}

type Sold = Pick<CloudEffect['lots'][number], 'unit' | 'pricing'>
const amount = ({ unit, pricing }: Sold, quantity: number): string => `${formatQuantity(Math.round((quantity * 1000) / thousandthsPer(pricing === 'weight' ? 'weight' : 'piece', unit)))} ${unit}`.trim()

function comesTo({ whole, lots, total, unnamed }: CloudEffect, { t }: Voice): string {
  const said = whole ? t('recall.preview_whole', { left: amount(whole, whole.left), sales: total }) : t('recall.preview', { lots: lots.length, sales: total })
  return [said, ...unnamed.total > 0 ? [t('recall.preview_unnamed', { sales: unnamed.total })] : []].join(t('recall.and'))
}

const partial = ({ isPartial }: CloudEffect, { t }: Voice): Part => (isPartial ? html`<p class="quiet" role="status">${t('recall.partial')}</p>` : '')

function lotsOf({ whole, lots }: CloudEffect, { t }: Voice): Html {
  if (!whole && lots.length === 0) return html`<p class="quiet">${t('recall.no_lots')}</p>`
  const all = whole ? html`<li><span class="prices-name"><b>${whole.name}</b><small>${t('recall.whole')}</small></span><b>${amount(whole, whole.left)}</b></li>` : ''
  return html`<h3>${t('recall.left')}</h3><ul class="prices">${all}${lots.map((lot) => html`<li><span class="prices-name"><b>${lot.name}</b><small>${[lot.no, lot.expiry, lot.supplier].filter((text) => text !== '').join(' · ')}</small></span><b>${amount(lot, lot.left)}</b></li>`)}</ul>`
}

/** Sales that are of it, and apart from them those that may be. */
function soldOf(effect: CloudEffect, view: ShopView, voice: Voice): Part {
  const { t } = voice
  const { whole, total, unnamed } = effect
  if (total + unnamed.total === 0) return html`<p class="quiet">${t('recall.no_sales')}</p>`
  const title = whole ? t('recall.sales_whole', { count: total, quantity: amount(whole, whole.quantity) }) : t('recall.sales', { count: total })
  return html`${total > 0 ? html`<h3>${title}</h3>${listOf(effect, view, voice)}` : html`<p class="quiet">${t('recall.no_named')}</p>`}${unnamed.total > 0 ? html`<h3>${t('recall.unnamed', { count: unnamed.total })}</h3><p class="quiet">${t('recall.unnamed_why')}</p>${listOf(unnamed, view, voice)}` : ''}`
}

function listOf({ sales, total }: EffectSales, view: ShopView, { t }: Voice): Html {
  const more = total - new Set(sales.map(({ sale }) => sale)).size
  return html`<ul class="prices">${sales.map(({ no, till, at, lots, good, member }) => html`<li><span class="prices-name"><b>${no}</b><small>${[dateTime(at, view.shop.zone), t('manage.till', { till }), ...good ? [`${good.name} ${amount(good, good.quantity)}`] : [], ...lots].join(' · ')}</small></span>${member ? html`<span>${member.name} ${member.phone}</span>` : ''}</li>`)}</ul>${more > 0 ? html`<p class="quiet">${t('recall.more', { count: more })}</p>` : ''}`
}
