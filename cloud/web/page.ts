/** The frame of every page, and how it is sent. No page has a script, and the policy it is sent with allows none. */
import type { FastifyReply } from 'fastify'
import { html, type Html, type Part } from './html.ts'
import type { Voice } from './language.ts'

export interface Page {
  readonly title: string
  readonly body: Html
  readonly head?: Part
  /** Kept out of search engines: receipts, credit codes, the owner's pages. */
  readonly isPrivate?: boolean
}

const POLICY = [
  "default-src 'none'", "style-src 'self'", "img-src 'self' data:", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ')

/** What every answer under the pages' addresses carries. */
export const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
} as const

export function sendPage(reply: FastifyReply, voice: Voice, page: Page, status = 200): FastifyReply {
  const { t, href, otherHref } = voice
  const text = html`<!doctype html>
<html lang="${t('lang')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
${page.isPrivate ? html`<meta name="robots" content="noindex">` : ''}
<meta name="theme-color" content="#faf8f4">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
${page.head}
</head>
<body>
${page.body}
<footer class="foot"><a href="${href('/')}">${t('product')}</a><a href="${otherHref}" hreflang="${voice.language === 'zh' ? 'en' : 'zh'}">${t('other.language')}</a></footer>
</body>
</html>
`
  return reply.code(status).headers(PAGE_HEADERS).header('cache-control', page.isPrivate ? 'private, no-store' : 'no-cache').type('text/html; charset=utf-8').send(text.text)
}

export function sendMissing(reply: FastifyReply, voice: Voice): FastifyReply {
  const { t, href } = voice
  return sendPage(reply, voice, {
    title: t('missing.title'), isPrivate: true,
    body: html`<main class="narrow"><div class="card quiet"><h1>${t('missing.title')}</h1><p>${t('missing.text')}</p><p><a class="button" href="${href('/')}">${t('missing.home')}</a></p></div></main>`,
  }, 404)
}

/** Too many at once: the page says so, and loads again by itself when it is time. */
export function sendBusy(reply: FastifyReply, voice: Voice, retryAfterMs: number): FastifyReply {
  const { t } = voice
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return sendPage(reply.header('retry-after', seconds), voice, {
    title: t('busy.title'), isPrivate: true, head: html`<meta http-equiv="refresh" content="${seconds}">`,
    body: html`<main class="narrow"><div class="card quiet"><h1>${t('busy.title')}</h1><p>${t('busy.text')}</p></div></main>`,
  }, 429)
}

/** An amount of fen as a price: the sign small, yuan and fen alike. */
export function price(fen: number, { t }: Voice): Html {
  const size = Math.abs(fen)
  return html`<span class="price">${fen < 0 ? '-' : ''}<small>${t('yen')}</small>${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}</span>`
}
