/** What stands behind a credit code: valid, expired, revoked or not genuine. A forged one's words are not repeated. */
import { readCreditCode, type CreditClaims } from '#shared/identity/credit-code.ts'
import { longId } from '#shared/identity/ids.ts'
import { inShop } from '#cloud/storage/database.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { html, type Html } from './html.ts'
import { dateTime } from './hours.ts'
import type { Voice } from './language.ts'
import type { Page } from './page.ts'
import { usccText } from './shop-page.ts'
import { viewShop, type ShopView } from './shop-view.ts'

export type CreditState =
  | { state: 'forged' }
  | { state: 'valid' | 'expired' | 'revoked'; claims: CreditClaims; view: ShopView }

/** Judges a token: by its signature first, then by whether it is on our books and not withdrawn. */
export async function judge(desk: Desk, token: string): Promise<CreditState> {
  const now = desk.now()
  const read = readCreditCode(token, desk.key.check, now)
  const shop = 'claims' in read ? longId(read.claims.sub) : undefined
  if (!('claims' in read) || !shop) return { state: 'forged' }
  const { claims } = read
  const view = await viewShop(desk.db, claims.sub, now)
  const issued = await inShop(desk.db, shop, (trx) => trx.selectFrom('credit_code').selectAll().where('shop_id', '=', shop).where('jti', '=', claims.jti).executeTakeFirst())
  if (!view) return { state: 'forged' }
  return { state: !issued || issued.revoked_at !== null ? 'revoked' : read.verdict, claims, view }
}

const SIGNS = { valid: '✓', expired: '!', revoked: '✕', forged: '✕' } as const

export function creditPage(credit: CreditState, qr: string, voice: Voice): Page {
  const { t } = voice
  const { state } = credit
  return {
    title: `${t('credit.title')} · ${t(`credit.${state}`)}`, isPrivate: true,
    body: html`<main class="narrow">
<section class="verdict ${state}" role="status"><span class="sign" aria-hidden="true">${SIGNS[state]}</span><div><h1>${t(`credit.${state}`)}</h1><p>${t(`credit.${state}_text`)}</p></div></section>
${credit.state === 'forged' ? '' : about(credit.claims, credit.view, credit.state, qr, voice)}
<p class="quiet how">${t('credit.how')}${t('colon')}<a href="/.well-known/jwks.json">${t('credit.keys')}</a></p>
</main>`,
  }
}

function about(claims: CreditClaims, view: ShopView, state: 'valid' | 'expired' | 'revoked', qr: string, voice: Voice): Html {
  const { t, href } = voice
  const { zone, name, address } = view.shop
  return html`<section class="certificate large ${state}"><div class="certificate-in">
<h2>${t('credit.certificate')}</h2>
<p class="certificate-name">${claims.name}</p>
${name === claims.name ? '' : html`<p class="certificate-why">${t('credit.name_now', { name })}</p>`}
<dl>
<dt>${t('credit.uscc')}</dt><dd class="code">${usccText(claims.uscc ?? '', voice)}</dd>
<dt>${t('credit.kind')}</dt><dd>${t(`kind.${claims.kind}`)}</dd>
${address ? html`<dt>${t('shop.address')}</dt><dd>${address}</dd>` : ''}
<dt>${t('credit.grade')}</dt><dd>${claims.grade === 'unrated' ? t('grade.unrated') : claims.grade}</dd>
<dt>${t('credit.issued')}</dt><dd>${dateTime(claims.iat * 1000, zone)}</dd>
<dt>${t('credit.valid_until')}</dt><dd><b>${dateTime(claims.exp * 1000, zone)}</b></dd>
</dl>
${state === 'valid' ? html`<p class="qr"><img src="${qr}" alt="${t('credit.scan')}" width="176" height="176"></p>` : ''}
<p class="certificate-why"><span>${t('grade.why')}</span><span>${t('credit.self')}</span></p>
<span class="seal" aria-hidden="true">${t('credit.seal')}</span>
</div></section>
<nav class="actions"><a class="button" href="${href(`/s/${view.path}`)}">${t('credit.visit')}</a></nav>`
}
