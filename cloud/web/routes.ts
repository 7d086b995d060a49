/** The public pages and their addresses. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { IdSchema, longId } from '#shared/identity/ids.ts'
import { listGoods } from '#cloud/projections/goods.ts'
import { lotsOfSale } from '#cloud/projections/lots.ts'
import { findSale } from '#cloud/projections/sales.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { creditPage, judge } from './credit-page.ts'
import { html } from './html.ts'
import { voiceOf } from './language.ts'
import { manageRoutes } from './manage-routes.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { PAGE_HEADERS, sendBusy, sendMissing, sendPage } from './page.ts'
import { qrPicture } from './qr.ts'
import { missingReceiptPage, receiptPage } from './receipt-page.ts'
import { shopPage } from './shop-page.ts'
import { viewShop, type ShopView } from './shop-view.ts'
import { traceRoutes } from './trace-routes.ts'

const ASSETS = { 'style.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' } as const

/** What a visitor asks the shelf for; anything odd is read as nothing asked. */
const WishSchema = z.object({
  q: z.string().trim().max(60).catch(''), category: z.string().max(40).catch(''), page: z.coerce.number().int().min(1).max(10_000).catch(1),
})

export function pageRoutes(desk: Desk) {
  const shopOf = async (request: FastifyRequest): Promise<ShopView | undefined> => {
    const { shop = '' } = request.params as { shop?: string }
    return viewShop(desk.db, shop, desk.now())
  }
  return async (app: FastifyInstance): Promise<void> => {
    for (const [name, type] of Object.entries(ASSETS)) {
      const content = readFileSync(new URL(`public/${name}`, import.meta.url))
      app.get(`/assets/${name}`, { config: { turn: false } }, (_request, reply) => reply.headers(PAGE_HEADERS).header('cache-control', 'public, max-age=300').type(type).send(content))
    }
    app.setNotFoundHandler((request, reply) => {
      if (/^\/(api|\.well-known)\//.test(request.url)) return reply.code(404).send({ code: 'not.found', message: 'there is nothing at this address' })
      return sendMissing(reply, voiceOf(request))
    })

    // The API's answer says the same in JSON; here people read it.
    app.setErrorHandler(async (error, request, reply) => {
      if (!(error instanceof Refusal) || error.code !== 'rate.limited') throw error
      return sendBusy(reply, voiceOf(request), Number(error.detail?.retryAfterMs ?? 0))
    })

    app.get('/', async (request, reply) => {
      const voice = voiceOf(request)
      const { t, href } = voice
      const shops = await desk.db.selectFrom('directory').selectAll().orderBy('name').limit(500).execute()
      return sendPage(reply, voice, {
        title: t('home.title'),
        body: html`<main class="narrow"><h1>${t('home.title')}</h1><p class="quiet">${t('home.lead')}</p>${shops.length === 0 ? html`<p>${t('home.none')}</p>` : html`<ul class="shops">${shops.map((shop) => html`<li><a href="${href(`/s/${shop.slug ?? shop.shop_id}`)}"><span class="letter" aria-hidden="true">${[...shop.name][0]}</span><span><b>${shop.name}</b>${['shop', 'stall', 'pharmacy'].includes(shop.kind) ? html`<small>${t(`kind.${shop.kind as 'shop'}`)}</small>` : ''}</span></a></li>`)}</ul>`}</main>`,
      })
    })

    app.get('/s/:shop', async (request, reply) => {
      const voice = voiceOf(request)
      const view = await shopOf(request)
      if (!view) return sendMissing(reply, voice)
      const { q: text, ...wish } = WishSchema.parse(request.query)
      const [goods, qr] = await Promise.all([listGoods(desk.db, view.shop.id), view.credit && qrPicture(view.credit.url)])
      return sendPage(reply, voice, shopPage(view, { goods, wish: { text, ...wish }, qr, now: desk.now() }, voice))
    })

    app.get('/r/:shop/:sale', async (request, reply) => {
      const voice = voiceOf(request)
      const view = await shopOf(request)
      const { sale: name } = request.params as { sale: string }
      const id = longId(name) ?? IdSchema.safeParse(name).data
      if (!view || id === undefined) return sendMissing(reply, voice)
      const sale = await findSale(desk.db, view.shop.id, id)
      if (!sale) return sendPage(reply, voice, missingReceiptPage(view, voice), 404)
      return sendPage(reply, voice, receiptPage(view, { ...sale, lots: await lotsOfSale(desk.db, view.shop.id, sale.sale) }, voice))
    })

    app.get('/c/:token', async (request, reply) => {
      const voice = voiceOf(request)
      const { token } = request.params as { token: string }
      const credit = await judge(desk, token)
      const qr = credit.state === 'valid' ? await qrPicture(`${desk.site}/c/${token}`) : ''
      return sendPage(reply, voice, creditPage(credit, qr, voice), credit.state === 'forged' ? 404 : 200)
    })
    await app.register(traceRoutes(desk))
    await app.register(manageRoutes(desk))
  }
}
