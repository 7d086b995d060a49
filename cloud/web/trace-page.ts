/** What the code on a lot or an item says: who made it, how it came here, what was promised and tested, and how often the code was looked at. */
import { maskPhone } from '#shared/identity/person.ts'
import { formatQuantity, thousandthsPer } from '#shared/quantity/quantity.ts'
import { CERTIFICATE_FIELDS } from '#shared/codes/certificate.ts'
import type { LotView } from '#shared/trace/lot.ts'
import type { LotStory, Scans } from '#cloud/projections/lots.ts'
import { html, type Html, type Part } from './html.ts'
import { dateTime } from './hours.ts'
import type { MessageKey, Voice } from './language.ts'
import type { Page } from './page.ts'
import type { ShopView } from './shop-view.ts'

/** One item's code is looked at by whoever buys it and a few around them; more than so often it may stand on many items. */
export const SCANS_USUAL = 10

export interface Traced {
  readonly story: LotStory
  /** Lots of the same number that the code can't tell from it. */
  readonly others: readonly LotStory[]
  readonly item: string
  /** Whether a code with that serial was ever printed. One that was not is not counted, so that nobody fills the books with made-up ones. */
  readonly isKnown: boolean
  readonly scans: Scans | undefined
  readonly isRecalled: boolean
}

export function tracePage(view: ShopView, { story, others, item, scans, isKnown, isRecalled }: Traced, voice: Voice): Page {
  const { t, href } = voice
  const { lot, goodName } = story
  const { shop } = view
  const state = isRecalled ? 'recalled' : !isKnown ? 'unknown' : item !== '' && (scans?.scans ?? 0) > SCANS_USUAL ? 'often' : 'known'
  return {
    title: `${goodName} · ${lot.no} · ${shop.name}`, isPrivate: true,
    body: html`<main class="narrow trace">
<header><p class="quiet"><a href="${href(`/s/${view.path}`)}">${shop.name}</a></p><h1>${goodName}</h1>
<p class="state"><span class="pill ${state === 'known' ? 'open' : 'bad'}">${t(`trace.state.${state}`)}</span></p></header>
${state === 'known' ? '' : html`<p class="said bad" role="alert">${t(`trace.text.${state}`, { count: scans?.scans ?? 0, no: lot.no })}</p>`}
<section class="card"><dl class="sums trace-facts"><dt>${t('trace.lot')}</dt><dd>${lot.no}</dd>${lot.expiry ? html`<dt>${t('trace.expiry')}</dt><dd>${lot.expiry}</dd>` : ''}${item ? html`<dt>${t('trace.item')}</dt><dd>${item}</dd>` : ''}${scans ? html`<dt>${t('trace.scans')}</dt><dd>${t('trace.scanned', { count: scans.scans })}</dd><dt>${t('trace.first')}</dt><dd>${dateTime(scans.firstAt, shop.zone)}</dd>` : ''}</dl></section>
${others.length > 0 ? html`<p class="said" role="note">${t('trace.shared', { n: others.length + 1, no: lot.no })}</p>` : ''}
${[story, ...others].map((each) => html`<section class="card"><h2>${t('trace.journey')}</h2>${journey(view, each, voice)}</section>
${tests(each.lot, voice)}
${certificate(each.lot, voice)}`)}
<section class="card"><h2>${t(`kind.${shop.kind}`)}</h2><dl class="sums trace-facts"><dt>${t('credit.shop')}</dt><dd>${shop.name}</dd>${shop.address ? html`<dt>${t('shop.address')}</dt><dd>${shop.address}</dd>` : ''}${shop.phone ? html`<dt>${t('shop.phone')}</dt><dd>${shop.phone}</dd>` : ''}</dl></section>
<nav class="actions">${view.credit ? html`<a class="button" href="/c/${view.credit.token}">${t('credit.open')}</a>` : ''}<a class="button" href="${href(`/s/${view.path}`)}">${t('receipt.shop')}</a></nav>
<p class="quiet how">${t('trace.self')}</p></main>`,
  }
}

/** From the producer to the stall; a lot that was split or mixed comes by way of what it was made of. */
function journey(view: ShopView, { lot, unit, pricing, ancestors }: LotStory, voice: Voice): Html {
  const { t } = voice
  const first = ancestors.filter(({ parents }) => parents.length === 0)
  const roots = first.length > 0 ? first : [lot]
  const amount = (quantity: number): string => `${formatQuantity(Math.round((quantity * 1000) / thousandthsPer(pricing, unit)))} ${unit}`
  const step = (what: MessageKey, who: string, more: readonly string[]): Part => (who === '' && more.every((text) => text === '') ? '' : html`<li><b>${t(what)}</b><span>${who}</span><small>${more.filter((text) => text !== '').join(' · ')}</small></li>`)
  return html`<ol class="journey">${roots.map((root) => [
    step('trace.step.producer', root.producer || root.certificate?.promisor || '', [root.origin || root.certificate?.origin || '']),
    step('trace.step.supplier', root.supplier, []),
    step('trace.step.came', view.shop.name, [root.at > 0 ? dateTime(root.at, view.shop.zone) : root.date, `${t('trace.lot')} ${root.no}`, amount(root.quantity)]),
  ])}${[...ancestors.filter(({ parents }) => parents.length > 0).toReversed(), ...lot.parents.length > 0 ? [lot] : []].map((made) => step(made.parents.length > 1 ? 'trace.step.mixed' : 'trace.step.split', view.shop.name, [dateTime(made.at, view.shop.zone), `${made.parents.map(({ no }) => no).join(' + ')} → ${made.no}`, amount(made.quantity)]))}</ol>`
}

function tests({ tests: all }: LotView, { t }: Voice): Part {
  if (all.length === 0) return ''
  return html`<section class="card"><h2>${t('trace.tests')}</h2><dl class="sums trace-facts">${all.map(({ what, result, by, date }) => html`<dt>${what}</dt><dd><span class="pill ${result === 'passed' ? 'open' : 'bad'}">${t(`trace.${result}`)}</span> <small>${[by, date].filter((text) => text !== '').join(' ')}</small></dd>`)}</dl></section>`
}

/** The six fields, as the certificate has them. A person's number is not for everybody who scans. */
function certificate({ certificate: said, picture }: LotView, { t }: Voice): Part {
  if (!said && !picture) return html`<section class="card quiet"><p>${t('trace.no_certificate')}</p></section>`
  const shown = (field: (typeof CERTIFICATE_FIELDS)[number]): string => (field === 'contact' ? (said?.contact ?? '').replace(/1[3-9]\d{9}/g, maskPhone) : said?.[field] ?? '')
  return html`<section class="certificate"><div class="certificate-in"><h2>${t('trace.certificate')}</h2>
<dl>${CERTIFICATE_FIELDS.map((field) => (shown(field) === '' ? '' : html`<dt>${t(`trace.cert.${field}`)}</dt><dd>${shown(field)}</dd>`))}</dl>
${picture ? html`<img src="${picture}" alt="${t('trace.photo')}">` : ''}</div></section>`
}

export function missingTracePage(view: ShopView, { t, href }: Voice): Page {
  return {
    title: t('trace.missing'), isPrivate: true,
    body: html`<main class="narrow"><div class="card quiet"><h1>${t('trace.missing')}</h1><p>${t('trace.missing_text')}</p><p><a class="button" href="${href(`/s/${view.path}`)}">${view.shop.name}</a></p></div></main>`,
  }
}
