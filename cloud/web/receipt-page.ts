/** A receipt on-line: what was bought, for how much, from whom. It names no staff, and search engines are kept out. */
import { figuresOf, quantityText } from '#shared/documents/receipt.ts'
import { type Off, isTicketWide, sumOffs } from '#shared/pricing/offs.ts'
import type { Sale } from '#shared/sales/events.ts'
import { isLotNo, tracePath } from '#shared/trace/link.ts'
import type { LotView } from '#shared/trace/lot.ts'
import { lotKey } from '#shared/stock/lot.ts'
import { html, type Html, type Part } from './html.ts'
import { dateTime } from './hours.ts'
import type { Voice } from './language.ts'
import { price, type Page } from './page.ts'
import type { ShopView } from './shop-view.ts'

/** `lots` are what is known of lots that its lines name, by `lotKey`. */
export function receiptPage(view: ShopView, { sale, at, lots }: { sale: Sale; at: number; lots: ReadonlyMap<string, LotView> }, voice: Voice): Page {
  const { t, href } = voice
  const { shop, credit } = view
  const cash = sale.tenders.filter((tender) => tender.channel === 'cash')
  /** What was paid otherwise; what a member has left is nobody's business on-line. */
  const others = sale.tenders.filter((tender) => tender.channel !== 'cash')
  const given = cash.reduce((sum, tender) => sum + tender.given, 0)
  const change = cash.reduce((sum, tender) => sum + tender.change, 0)
  const isRefund = sale.total < 0
  const figures = sale.lines.map(figuresOf)
  const gross = figures.reduce((sum, { amount }) => sum + amount, 0)
  const discount = figures.reduce((sum, line) => sum + line.discount, 0)
  const wide = sumOffs(sale.lines).filter(isTicketWide)
  return {
    title: `${t('receipt.title')} · ${shop.name}`, isPrivate: true,
    body: html`<main class="narrow"><article class="receipt">
<header><h1>${shop.name}</h1>${shop.address ? html`<p>${shop.address}</p>` : ''}${shop.phone ? html`<p>${shop.phone}</p>` : ''}</header>
<p class="receipt-no"><span>${t('receipt.no')} ${sale.no}</span><time>${dateTime(at, shop.zone)}</time></p>
<table><tbody>${sale.lines.map((line) => lineRows(line, lotLinks(view, line, lots, voice), voice))}</tbody></table>
${discount === 0 ? '' : html`<dl class="sums"><dt>${t('receipt.gross')}</dt><dd>${price(gross, voice)}</dd>${wide.map((off) => html`<dt>${offText(off, voice)}</dt><dd>${price(-off.fen, voice)}</dd>`)}<dt>${t(wide.length > 0 ? 'receipt.saved' : 'receipt.discount')}</dt><dd>${price(-discount, voice)}</dd></dl>`}
<p class="total"><span>${isRefund ? t('receipt.refund') : t('receipt.total')}<small>${t('receipt.count', { count: sale.lines.length })}</small></span>${price(isRefund ? -sale.total : sale.total, voice)}</p>
${others.length > 0 ? html`<dl class="sums">${others.map(({ channel, amount }) => html`<dt>${t(channel === 'cash' ? 'receipt.cash' : `receipt.by.${channel}`)}</dt><dd>${price(amount, voice)}</dd>`)}</dl>` : ''}${given > 0 ? html`<dl class="sums"><dt>${t('receipt.given')}</dt><dd>${price(given, voice)}</dd><dt>${t('receipt.change')}</dt><dd>${price(change, voice)}</dd></dl>` : ''}
<footer>${shop.footer || t('receipt.thanks')}</footer>
</article>
<nav class="actions">${credit ? html`<a class="button" href="/c/${credit.token}">${t('credit.open')}</a>` : ''}<a class="button" href="${href(`/s/${view.path}`)}">${t('receipt.shop')}</a></nav></main>`,
  }
}

/** The promotion's name as it was, or what was done by hand. */
const offText = ({ name, why }: Off, { t }: Voice): string => name ?? t(why === 'ticket' || why === 'rounding' || why === 'price' || why === 'birthday' ? `receipt.off.${why}` : 'receipt.discount')

/** Each lot of a line with the way to its page; one that nobody described, or whose number no code can say, is only named. */
function lotLinks(view: ShopView, { good, lots = [] }: Sale['lines'][number], known: ReadonlyMap<string, LotView>, { t, href }: Voice): Part {
  return lots.map((lot) => {
    const found = known.get(lotKey({ good, ...lot }))
    const text = [lot.no, lot.expiry].filter((each) => each !== '').join(' · ')
    return html`<small>${t('trace.lot')} ${found && found.gtin !== '' && isLotNo(found.no) ? html`<a href="${href(`/s/${view.path}${tracePath({ gtin: found.gtin, lot: found.no, serial: '' })}`)}">${text}</a>` : text}</small>`
  })
}

/** The same figures as on the paper, so that nobody has to ask which of the two is right. */
function lineRows(line: Sale['lines'][number], lots: Part, voice: Voice): Html {
  const { t } = voice
  const { price: each, amount, offs } = figuresOf(line)
  const own = offs.filter((off) => !isTicketWide(off))
  const net = own.reduce((left, off) => left - off.fen, amount as number)
  const quantity = line.pricing === 'weight' ? quantityText(line) : t('goods.pieces', { quantity: quantityText(line), unit: line.unit })
  return html`<tr><th scope="row">${line.name}${line.quantity < 0 ? html` <em>${t('receipt.return')}</em>` : ''}<small>${quantity} × ${price(each, voice)}${t('goods.per', { unit: line.unit })}${own.map((off) => html` · ${offText(off, voice)} ${price(-off.fen, voice)}`)}</small>${lots}</th><td>${price(net, voice)}</td></tr>`
}

/** Paper may be faster than the network. */
export function missingReceiptPage(view: ShopView, { t, href }: Voice): Page {
  return {
    title: t('receipt.missing'), isPrivate: true,
    body: html`<main class="narrow"><div class="card quiet"><h1>${t('receipt.missing')}</h1><p>${t('receipt.missing_text')}</p><p><a class="button" href="${href(`/s/${view.path}`)}">${view.shop.name}</a></p></div></main>`,
  }
}
