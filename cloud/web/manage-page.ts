/** The owner's page: prices, tills, pairing codes. Plain forms, so it works on whatever the owner has. */
import { formatYuan } from '#shared/money/money.ts'
import { formatQuantity, thousandthsPer } from '#shared/quantity/quantity.ts'
import type { ShownGood } from '#cloud/projections/goods.ts'
import type { OverView, TwiceView } from '#cloud/projections/coupons.ts'
import type { LostView } from '#cloud/projections/lost.ts'
import type { DeviceView } from '#cloud/projections/shops.ts'
import { html, type Html, type Part } from './html.ts'
import { dateTime } from './hours.ts'
import type { MessageKey, Voice } from './language.ts'
import { birthdaysTwice, overLimit, usedTwice } from './manage-coupons.ts'
import { lostEdits } from './manage-lost.ts'
import type { Page } from './page.ts'
import type { ShopView } from './shop-view.ts'

const GOODS_PER_PAGE = 50

export interface Managed {
  readonly view: ShopView
  /** The word that proves a form came from this page: see session.ts. */
  readonly word: string
  readonly goods: readonly ShownGood[]
  readonly devices: readonly DeviceView[]
  readonly lost: readonly LostView[]
  readonly twice: readonly TwiceView[]
  readonly birthdays: readonly TwiceView[]
  readonly over: readonly OverView[]
  readonly wish: { readonly text: string; readonly page: number }
  readonly said: { readonly key: MessageKey; readonly isGood: boolean } | undefined
  readonly code: { readonly code: string; readonly expiresAt: number } | undefined
}

export function loginPage(view: ShopView, { t, href }: Voice, problem: MessageKey | undefined): Page {
  return {
    title: `${t('manage.title')} · ${view.shop.name}`, isPrivate: true,
    body: html`<main class="narrow"><form class="card login" method="post" action="${href(`/manage/${view.path}/login`)}">
<h1>${view.shop.name}</h1><p class="quiet">${t('manage.title')}</p>
${problem ? html`<p class="said bad" role="alert">${t(problem)}</p>` : ''}
<label>${t('manage.key')}<input type="password" name="key" required autocomplete="current-password" maxlength="200"><small>${t('manage.key_hint')}</small></label>
<button class="main">${t('manage.login')}</button></form></main>`,
  }
}

export function managePage(managed: Managed, voice: Voice): Page {
  const { view, word, said } = managed
  const { t, href } = voice
  return {
    title: `${t('manage.title')} · ${view.shop.name}`, isPrivate: true,
    body: html`<main class="manage"><header><div><h1>${view.shop.name}</h1><a href="${href(`/s/${view.path}`)}">${t('manage.public')}</a> · <a href="${href(`/manage/${view.path}/recalls`)}">${t('recall.title')}</a></div>
<form method="post" action="${href(`/manage/${view.path}/logout`)}"><input type="hidden" name="word" value="${word}"><button>${t('manage.logout')}</button></form></header>
${said ? html`<p class="said ${said.isGood ? 'good' : 'bad'}" role="status">${t(said.key)}</p>` : ''}
${tills(managed, voice)}
${lostEdits(managed.lost, view.shop.zone, voice)}
${usedTwice(managed.twice, view.shop.zone, voice)}
${birthdaysTwice(managed.birthdays, view.shop.zone, voice)}
${overLimit(managed.over, view.shop.zone, voice)}
${shelf(managed, voice)}</main>`,
  }
}

function tills({ view, word, devices, code }: Managed, voice: Voice): Html {
  const { t, href } = voice
  return html`<section class="card"><div class="goods-head"><h2>${t('manage.tills')}</h2>
<form method="post" action="${href(`/manage/${view.path}/code`)}"><input type="hidden" name="word" value="${word}"><button>${t('manage.new_code')}</button></form></div>
${code ? html`<p class="pairing"><span>${t('manage.code')}</span><b>${code.code.slice(0, 4)} ${code.code.slice(4)}</b><small>${t('manage.code_hint', { time: dateTime(code.expiresAt, view.shop.zone).slice(-5) })}</small></p>` : ''}
${devices.length === 0 ? html`<p class="quiet">${t('manage.no_tills')}</p>` : html`<ul class="tills">${devices.map((device) => html`<li><b>${t('manage.till', { till: device.till })}</b>${stateOf(device, voice)}<small>${t('manage.seen', { time: dateTime(device.seenAt, view.shop.zone) })} · ${t('manage.rows', { count: device.ack })}</small>${device.revokedAt === null ? html`<form method="post" action="${href(`/manage/${view.path}/devices/${device.device}/revoke`)}"><input type="hidden" name="word" value="${word}"><button class="danger">${t('manage.revoke')}</button></form>` : ''}</li>`)}</ul>`}</section>`
}

function stateOf(device: DeviceView, { t }: Voice): Html {
  if (device.revokedAt !== null) return html`<span class="pill closed">${t('manage.revoked')}</span>`
  if (device.quarantinedAt !== null) return html`<span class="pill bad">${t('manage.quarantined')}</span>`
  return html`<span class="pill open">${t('manage.working')}</span>`
}

function shelf({ view, word, goods, wish }: Managed, voice: Voice): Html {
  const { t, href } = voice
  const found = goods.filter((good) => wish.text === '' || good.name.includes(wish.text) || good.code === wish.text)
  const pages = Math.max(1, Math.ceil(found.length / GOODS_PER_PAGE))
  const page = Math.min(wish.page, pages)
  const path = `/manage/${view.path}`
  const to = (number: number): string => href(path, { q: wish.text, page: number })
  return html`<section class="card"><h2>${t('manage.goods')}</h2>
<form class="find" method="get" action="${href(path)}" role="search"><input type="search" name="q" value="${wish.text}" aria-label="${t('goods.search')}" placeholder="${t('goods.search')}" maxlength="60"><button>${t('goods.find')}</button></form>
${found.length === 0 ? html`<p class="quiet">${wish.text ? t('goods.none_found', { text: wish.text }) : t('goods.none')}</p>` : ''}
<ul class="prices">${found.slice((page - 1) * GOODS_PER_PAGE, page * GOODS_PER_PAGE).map((good) => html`<li id="${good.id}"><span class="prices-name"><b>${good.name}</b><small>${stockOf(good, voice)}</small></span>
<form method="post" action="${href(`${path}/goods/${good.id}`, { q: wish.text, page: page > 1 ? page : undefined })}"><input type="hidden" name="word" value="${word}"><input class="yuan" name="yuan" inputmode="decimal" value="${formatYuan(good.price)}" aria-label="${good.name} ${t('manage.price')}" required maxlength="16"><button>${t('manage.save')}</button></form></li>`)}</ul>
${pages > 1 ? html`<nav class="pager">${page > 1 ? html`<a class="button" href="${to(page - 1)}">${t('pager.previous')}</a>` : ''}<span>${t('pager.at', { page, pages })}</span>${page < pages ? html`<a class="button" href="${to(page + 1)}">${t('pager.next')}</a>` : ''}</nav>` : ''}</section>`
}

function stockOf({ stock, pricing, unit, spec }: ShownGood, { t }: Voice): Part {
  const amount = stock === null ? t('manage.uncounted') : t('goods.pieces', { quantity: formatQuantity(Math.round((stock * 1000) / thousandthsPer(pricing === 'weight' ? 'weight' : 'piece', unit))), unit })
  return [spec ? `${spec} · ` : '', `${t('manage.stock')} ${amount}`]
}
