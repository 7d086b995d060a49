/**
 * The owner's pages behind their key. A form is taken only with the session's cookie, the word of its page, and from
 * our own origin; after it the browser is sent on, so that a reload repeats nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { IdSchema } from '#shared/identity/ids.ts'
import { parseYuan } from '#shared/money/money.ts'
import { revokeDevice } from '#cloud/identity/devices.ts'
import { isOwnerKey } from '#cloud/identity/owner.ts'
import { createCode } from '#cloud/identity/pairing.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { isSame } from '#cloud/identity/secrets.ts'
import { listBirthdaysTwice, listOverLimit, listUsedTwice } from '#cloud/projections/coupons.ts'
import { listGoods } from '#cloud/projections/goods.ts'
import { listLost } from '#cloud/projections/lost.ts'
import { closingOf } from '#cloud/projections/purses.ts'
import { editReferences } from '#cloud/projections/references.ts'
import { listDevices } from '#cloud/projections/shops.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { voiceOf, type MessageKey, type Voice } from './language.ts'
import { LOST_SHOWN } from './manage-lost.ts'
import { loginPage, managePage, type Managed } from './manage-page.ts'
import { sendMissing, sendPage } from './page.ts'
import { recallRoutes } from './recall-routes.ts'
import { makeSessions } from './session.ts'
import { viewShop, type ShopView } from './shop-view.ts'

const FORM_BYTES_MAX = 8 * 1024
const LOGINS = { max: 10, timeWindow: 600_000 }
const WishSchema = z.object({ q: z.string().trim().max(60).catch(''), page: z.coerce.number().int().min(1).max(10_000).catch(1), said: z.string().catch('') })
const SAID: Record<string, { key: MessageKey; isGood: boolean }> = {
  saved: { key: 'manage.saved', isGood: true }, price_bad: { key: 'manage.price_bad', isGood: false }, expired: { key: 'manage.expired', isGood: false },
}

export function manageRoutes(desk: Desk) {
  const sessions = makeSessions(desk.key.derive('owner session'), () => desk.site.startsWith('https:'))

  /** The signed-in owner's shop, or the answer that was sent instead. */
  const enter = async (request: FastifyRequest, reply: FastifyReply): Promise<{ view: ShopView; word: string; voice: Voice } | undefined> => {
    const voice = voiceOf(request)
    const { shop = '' } = request.params as { shop?: string }
    const view = await viewShop(desk.db, shop, desk.now())
    const word = view && sessions.wordFor(request, view.shop.id, desk.now())
    if (view && word) return { view, word, voice }
    if (view) sendPage(reply, voice, loginPage(view, voice, undefined), request.method === 'POST' ? 401 : 200)
    else sendMissing(reply, voice)
    return undefined
  }
  /** The same for a form, which must also be ours. */
  const enterForm = async (request: FastifyRequest, reply: FastifyReply): Promise<{ view: ShopView; word: string; voice: Voice; form: URLSearchParams } | undefined> => {
    const entered = await enter(request, reply)
    if (!entered) return undefined
    const form = formOf(request)
    if (isOurs(request) && isSame(form.get('word') ?? '', entered.word)) return { ...entered, form }
    goTo(reply, entered.voice.href(`/manage/${entered.view.path}`, { said: 'expired' }))
    return undefined
  }
  const show = async (reply: FastifyReply, { view, word, voice }: { view: ShopView; word: string; voice: Voice }, rest: Pick<Managed, 'wish' | 'said' | 'code'>): Promise<FastifyReply> => {
    const [goods, devices, lost, twice, birthdays, over] = await Promise.all([listGoods(desk.db, view.shop.id), listDevices(desk.db, view.shop.id), listLost(desk.db, view.shop.id, LOST_SHOWN), listUsedTwice(desk.db, view.shop.id, LOST_SHOWN), listBirthdaysTwice(desk.db, view.shop.id, LOST_SHOWN), listOverLimit(desk.db, view.shop.id, LOST_SHOWN)])
    return sendPage(reply, voice, managePage({ view, word, goods, devices, lost, twice, birthdays, over, ...rest }, voice))
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_BYTES_MAX }, (_request, body, done) => done(null, new URLSearchParams(String(body))))
    app.setErrorHandler(async (error, request, reply) => {
      const { shop = '' } = request.params as { shop?: string }
      const view = error instanceof Refusal && error.code === 'rate.limited' && request.routeOptions.url?.endsWith('/login') ? await viewShop(desk.db, shop, desk.now()) : undefined
      if (!view) throw error
      const voice = voiceOf(request)
      return sendPage(reply, voice, loginPage(view, voice, 'manage.too_many'), 429)
    })

    await app.register(recallRoutes(desk, { enter, enterForm, goTo }))

    app.get('/manage/:shop', async (request, reply) => {
      const entered = await enter(request, reply)
      if (!entered) return reply
      const { q: text, page, said } = WishSchema.parse(request.query)
      return show(reply, entered, { wish: { text, page }, said: Object.hasOwn(SAID, said) ? SAID[said] : undefined, code: undefined })
    })
    app.post('/manage/:shop/login', { config: { rateLimit: LOGINS } }, async (request, reply) => {
      const voice = voiceOf(request)
      const view = await viewShop(desk.db, (request.params as { shop: string }).shop, desk.now())
      if (!view) return sendMissing(reply, voice)
      const key = (formOf(request).get('key') ?? '').trim()
      const isRight = isOurs(request) && (isSame(key, desk.operatorKey) || await isOwnerKey(desk.db, view.shop.id, key))
      if (!isRight) return sendPage(reply, voice, loginPage(view, voice, 'manage.key_wrong'), 401)
      sessions.open(reply, view.shop.id, desk.now())
      return goTo(reply, voice.href(`/manage/${view.path}`))
    })
    app.post('/manage/:shop/logout', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      sessions.close(reply)
      return goTo(reply, entered.voice.href(`/s/${entered.view.path}`))
    })
    app.post('/manage/:shop/code', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      // Shown as the answer to the form and nowhere else: a code must not stand in an address.
      return show(reply, entered, { wish: { text: '', page: 1 }, said: undefined, code: await createCode(desk.db, entered.view.shop.id, desk.now()) })
    })
    app.post('/manage/:shop/devices/:device/revoke', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      const device = IdSchema.safeParse((request.params as { device: string }).device).data
      if (device && await revokeDevice(desk.db, entered.view.shop.id, device, desk.now())) await editReferences(desk.db, entered.view.shop.id, [closingOf(entered.view.shop.id, device)], 'owner', desk.now())
      return goTo(reply, entered.voice.href(`/manage/${entered.view.path}`))
    })
    app.post('/manage/:shop/goods/:good', async (request, reply) => {
      const entered = await enterForm(request, reply)
      if (!entered) return reply
      const { view, voice, form } = entered
      const good = IdSchema.safeParse((request.params as { good: string }).good).data
      const price = parseYuan(form.get('yuan') ?? '')
      const { q, page } = WishSchema.parse(request.query)
      const isKnown = good !== undefined && (await listGoods(desk.db, view.shop.id, [good])).length > 0
      const isGood = isKnown && price !== undefined && price >= 0
      if (isGood) await editReferences(desk.db, view.shop.id, [{ kind: 'good', id: good, fields: { price } }], 'owner', desk.now())
      return goTo(reply, voice.href(`/manage/${view.path}`, { q, page: page > 1 ? page : undefined, said: isGood ? 'saved' : 'price_bad' }))
    })
  }
}

function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
}

/** Whether a form comes from a page of ours, as far as the browser says (Fetch metadata, RFC 6454 Origin). */
function isOurs(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = request.headers
  // Pages are sent with a referrer policy that keeps the origin, so a form of ours never says "null".
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.headers.host)
}

function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.code(303).header('cache-control', 'no-store').header('location', path).send()
}
