/** The shop's page: is it open, what is there today at what price, who is it. */
import type { Shop } from '#shared/catalog/shop.ts'
import { checkUscc } from '#shared/codes/uscc.ts'
import { formatYuan } from '#shared/money/money.ts'
import { formatQuantity, thousandthsPer } from '#shared/quantity/quantity.ts'
import type { ShownGood } from '#cloud/projections/goods.ts'
import { html, jsonLd, type Html, type Part } from './html.ts'
import { clock, dateTime, dayName, hoursTable, openingAt } from './hours.ts'
import type { Voice } from './language.ts'
import { price, type Page } from './page.ts'
import type { ShopView } from './shop-view.ts'

/** Goods on one page: what a phone on a weak network can carry. */
export const GOODS_PER_PAGE = 120
const SILENT_MS = 3_600_000
const MINUTE_MS = 60_000
/** Pieces or kilograms, in thousandths, from which on the page says how few are left. */
const FEW = 3000
/** Goods in the strip at the top of a phone's page. */
const TODAY = 8

export interface Wish { readonly category: string; readonly text: string; readonly page: number }
interface Shelf { readonly goods: readonly ShownGood[]; readonly wish: Wish; readonly qr: string | undefined; readonly now: number }

export function shopPage(view: ShopView, { goods, wish, qr, now }: Shelf, voice: Voice): Page {
  const { shop } = view
  const { t } = voice
  const listed = goods.filter((good) => good.on)
  const categories = [...new Set(listed.map(({ category }) => category))]
  const wanted = listed.filter((good) => (wish.category === '' || good.category === wish.category) && isFound(good, wish.text))
  const pages = Math.max(1, Math.ceil(wanted.length / GOODS_PER_PAGE))
  const page = Math.min(wish.page, pages)
  const shown = wanted.slice((page - 1) * GOODS_PER_PAGE, page * GOODS_PER_PAGE)
  const isStale = view.heardAt === null || now - view.heardAt > SILENT_MS
  const groups = Map.groupBy(shown, ({ category }) => category)
  return {
    title: `${shop.name} · ${t('product')}`,
    head: [html`<meta name="description" content="${shop.about || `${shop.name} ${shop.address}`}">`, storeData(view, shown)],
    body: html`<header class="hero"><div class="hero-in">
${shop.logo ? html`<img class="logo" src="${shop.logo}" alt="">` : html`<span class="logo letter" aria-hidden="true">${[...shop.name][0]}</span>`}
<div class="hero-text"><h1>${shop.name}</h1>
<p class="state">${opening(shop, now, voice)} <span class="kind">${t(`kind.${shop.kind}`)}</span></p></div>
${shop.about ? html`<p class="about">${shop.about}</p>` : ''}
</div></header>
<main class="shop">
${today(listed, voice)}
<div class="side">
${facts(shop, voice)}
${certificate(view, qr, voice)}
${shop.promises.length > 0 ? html`<section class="card promises"><h2>${t('shop.promises')}</h2><ul>${shop.promises.map((promise) => html`<li>${promise}</li>`)}</ul></section>` : ''}
</div>
<section class="goods" id="goods">
<div class="goods-head"><h2>${t('shop.goods')}</h2>${freshness(view.heardAt, now, voice)}</div>
<form class="find" method="get" action="${voice.href(`/s/${view.path}`)}#goods" role="search">
<input type="search" name="q" value="${wish.text}" aria-label="${t('goods.search')}" placeholder="${t('goods.search')}" maxlength="60">
${voice.language === 'en' ? html`<input type="hidden" name="lang" value="en">` : ''}<button>${t('goods.find')}</button></form>
${categories.length > 1 ? html`<nav class="chips">${['', ...categories].map((category, index) => chip(view, category, index === 0, wish, voice))}</nav>` : ''}
${shown.length === 0 ? html`<p class="quiet">${wish.text ? t('goods.none_found', { text: wish.text }) : t('goods.none')}</p>` : ''}
${[...groups].map(([category, some]) => html`<h3>${category || t('goods.other')}</h3><ul class="shelf">${some.map((good) => goodCard(good, isStale, voice))}</ul>`)}
${pages > 1 ? pager(view, wish, page, pages, voice) : ''}
</section>
</main>`,
  }
}

/** A phone opens on what there is today, before anything else: the quick keys' goods that are not sold out. */
function today(listed: readonly ShownGood[], voice: Voice): Part {
  const rank = (good: ShownGood): number => (good.quick > 0 ? good.quick : 10_000)
  const some = listed.filter(({ stock }) => stock === null || stock > 0).toSorted((a, b) => rank(a) - rank(b)).slice(0, TODAY)
  if (some.length === 0) return ''
  return html`<section class="today"><h2>${voice.t('shop.today')}</h2><ul tabindex="0">${some.map((good) => html`<li>${good.picture ? html`<img src="${good.picture}" alt="">` : html`<span class="letter" aria-hidden="true">${[...good.name][0]}</span>`}<b>${good.name}</b>${price(good.price, voice)}</li>`)}</ul></section>`
}

function isFound(good: ShownGood, text: string): boolean {
  return text === '' || good.name.includes(text) || good.code === text || good.codes.includes(text)
}

function opening(shop: Shop, now: number, voice: Voice): Html {
  const { t } = voice
  const state = openingAt(shop.hours, now, shop.zone)
  if (state.state === 'unknown') return html`<span class="pill">${t('open.unknown')}</span>`
  if (state.state === 'open') return html`<span class="pill open">${t('open.now')}</span> ${t('open.until', { time: clock(state.until) })}`
  const next = state.next ? t('open.next', { day: dayName(state.next.day, voice), time: clock(state.next.open) }) : ''
  return html`<span class="pill closed">${t('open.closed')}</span> ${next}`
}

function facts(shop: Shop, voice: Voice): Part {
  const { t } = voice
  const hours = shop.hours.length > 0 ? hoursTable(shop.hours, voice) : []
  if (!shop.address && !shop.phone && hours.length === 0) return ''
  return html`<section class="card facts"><dl>
${shop.address ? html`<dt>${t('shop.address')}</dt><dd>${shop.address}</dd>` : ''}
${shop.phone ? html`<dt>${t('shop.phone')}</dt><dd><a href="tel:${shop.phone.replace(/[^\d+]/g, '')}">${shop.phone}</a></dd>` : ''}
${hours.length > 0 ? html`<dt>${t('shop.hours')}</dt><dd>${hours.map(({ days, times }) => html`<span class="row">${days} <b>${times}</b></span>`)}</dd>` : ''}
</dl></section>`
}

/** The credit code as what it is: a certificate with a seal, who, what grade, until when, and a code to check it by. */
export function certificate(view: ShopView, qr: string | undefined, voice: Voice): Html {
  const { t } = voice
  const { shop, credit } = view
  if (!credit || !qr) return html`<section class="card quiet"><h2>${t('credit.title')}</h2><p>${t('credit.none')}</p></section>`
  return html`<section class="certificate" aria-label="${t('credit.title')}"><div class="certificate-in">
<h2>${t('credit.certificate')}</h2>
<p class="certificate-name">${shop.name}</p>
<p class="certificate-code"><span>${t('credit.uscc')}</span><span class="code">${usccText(shop.uscc, voice)}</span></p>
<div class="certificate-row"><dl>
<dt>${t('credit.grade')}</dt><dd>${t('grade.unrated')}</dd>
<dt>${t('credit.valid_until')}</dt><dd>${dateTime(credit.expiresAt, shop.zone)}</dd>
</dl>
<a class="qr" href="/c/${credit.token}"><img src="${qr}" alt="${t('credit.scan')}" width="148" height="148"><span>${t('credit.scan')}</span></a></div>
<p class="certificate-why"><span>${t('grade.why')}</span><span>${t('credit.self')}</span></p>
<span class="seal" aria-hidden="true">${t('credit.seal')}</span>
</div></section>`
}

export function usccText(uscc: string, { t }: Voice): string {
  if (uscc === '') return t('credit.uscc_none')
  return checkUscc(uscc) === 'valid' ? uscc : `${uscc}${t('credit.uscc_odd')}`
}

function freshness(heardAt: number | null, now: number, { t }: Voice): Html {
  if (heardAt === null) return html`<p class="fresh stale">${t('fresh.never')}</p>`
  const age = Math.max(0, now - heardAt)
  if (age > 48 * SILENT_MS) return html`<p class="fresh stale">${t('fresh.days', { count: Math.floor(age / 24 / SILENT_MS) })}</p>`
  if (age > SILENT_MS) return html`<p class="fresh stale">${t('fresh.hours', { count: Math.floor(age / SILENT_MS) })}</p>`
  return html`<p class="fresh">${age < 2 * MINUTE_MS ? t('fresh.just_now') : t('fresh.minutes', { count: Math.floor(age / MINUTE_MS) })}</p>`
}

function chip(view: ShopView, category: string, isAll: boolean, wish: Wish, { t, href }: Voice): Html {
  const isHere = isAll ? wish.category === '' : wish.category === category
  return html`<a href="${href(`/s/${view.path}`, isAll ? {} : { category })}#goods"${isHere ? html` aria-current="true"` : ''}>${isAll ? t('goods.all') : category || t('goods.other')}</a>`
}

function goodCard(good: ShownGood, isStale: boolean, voice: Voice): Html {
  const { t } = voice
  const notes = [good.spec, good.origin && t('goods.origin', { origin: good.origin })].filter(Boolean).join(' · ')
  return html`<li class="good">${good.picture ? html`<img src="${good.picture}" alt="" loading="lazy">` : html`<span class="letter" aria-hidden="true">${[...good.name][0]}</span>`}
<h4>${good.name}</h4>${notes ? html`<p class="notes">${notes}</p>` : ''}
<p class="cost">${price(good.price, voice)}<span class="per">${good.unit ? t('goods.per', { unit: good.unit }) : ''}</span></p>
${stockLine(good, isStale, voice)}</li>`
}

function stockLine({ stock, unit, pricing }: ShownGood, isStale: boolean, { t }: Voice): Part {
  if (stock === null) return ''
  if (stock <= 0) return html`<p class="stock out">${t('goods.out')}</p>`
  const amount = pricing === 'weight' ? t('goods.kilograms', { quantity: (stock / 1000).toFixed(1) }) : t('goods.pieces', { quantity: formatQuantity(stock), unit })
  if (isStale) return html`<p class="stock">${t('goods.about', { quantity: amount })}</p>`
  return stock <= FEW ? html`<p class="stock low">${t('goods.low', { quantity: amount })}</p>` : html`<p class="stock">${t('goods.in_stock', { quantity: amount })}</p>`
}

function pager(view: ShopView, wish: Wish, page: number, pages: number, { t, href }: Voice): Html {
  const to = (number: number): string => `${href(`/s/${view.path}`, { q: wish.text, category: wish.category, page: number })}#goods`
  return html`<nav class="pager">${page > 1 ? html`<a class="button" rel="prev" href="${to(page - 1)}">${t('pager.previous')}</a>` : ''}<span>${t('pager.at', { page, pages })}</span>${page < pages ? html`<a class="button" rel="next" href="${to(page + 1)}">${t('pager.next')}</a>` : ''}</nav>`
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The shop and its offers for search engines (schema.org Store, Offer). */
function storeData({ shop, path }: ShopView, goods: readonly ShownGood[]): Html {
  const url = shop.site ? `${shop.site}/s/${path}` : undefined
  return jsonLd({
    '@context': 'https://schema.org', '@type': shop.kind === 'pharmacy' ? 'Pharmacy' : 'Store', name: shop.name, url,
    address: shop.address || undefined, telephone: shop.phone || undefined, description: shop.about || undefined, currenciesAccepted: 'CNY',
    openingHoursSpecification: shop.hours.map(({ day, open, close }) => ({ '@type': 'OpeningHoursSpecification', dayOfWeek: DAYS[day], opens: pad(open), closes: pad(close) })),
    makesOffer: goods.map((good) => ({
      '@type': 'Offer', price: formatYuan(good.price), priceCurrency: 'CNY',
      availability: good.stock === null ? undefined : `https://schema.org/${good.stock > 0 ? 'InStock' : 'OutOfStock'}`,
      priceSpecification: { '@type': 'UnitPriceSpecification', price: formatYuan(good.price), priceCurrency: 'CNY', unitText: good.unit, referenceQuantity: good.pricing === 'weight' ? { '@type': 'QuantitativeValue', value: thousandthsPer(good.pricing, good.unit), unitCode: 'GRM' } : undefined },
      itemOffered: { '@type': 'Product', name: good.name, gtin: /^\d{8,14}$/.test(good.code) ? good.code : undefined, category: good.category || undefined },
    })),
  })
}

const pad = (minutes: number): string => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
