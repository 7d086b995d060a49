/**
 * Every route of the running server, who may go through it, and a request that would. The routes come from Fastify as it
 * takes them, so a new one that nobody put here fails the tests that walk through all of them.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { GTIN, ITEM, type FurnishedShop } from './furnish.ts'
import { startCloud, type CloudSettings, type TestCloud } from './server.ts'

/**
 * public: anybody, and nothing of it is secret · pairing: whoever holds a code · till: a device's token ·
 * shop: the operator's or the shop owner's key · operator: the operator's alone · owner: a session of the shop's owner.
 */
export type Door = 'public' | 'pairing' | 'till' | 'shop' | 'operator' | 'owner'

interface Entrance { readonly door: Door; readonly json?: object; readonly form?: Readonly<Record<string, string>> }

export const DOORS: Readonly<Record<string, Entrance>> = {
  'GET /': { door: 'public' },
  'GET /.well-known/jwks.json': { door: 'public' },
  'GET /health': { door: 'public' },
  'GET /health/live': { door: 'public' },
  'GET /assets/icon.svg': { door: 'public' },
  'GET /assets/style.css': { door: 'public' },
  'GET /c/:token': { door: 'public' },
  // A receipt is open to whoever holds its two ids, which are on the paper and can't be guessed.
  'GET /r/:shop/:sale': { door: 'public' },
  'GET /s/:shop': { door: 'public' },
  // What a code on goods leads to is for whoever has them in their hand.
  'GET /s/:shop/01/:gtin/10/:lot': { door: 'public' },
  'GET /s/:shop/01/:gtin/10/:lot/21/:item': { door: 'public' },

  'POST /api/pair': { door: 'pairing' },

  'GET /api/sync/changes': { door: 'till' },
  'GET /api/sync/rows': { door: 'till' },
  'POST /api/sync/known': { door: 'till', json: { ids: ['0190a5b0-0000-7000-8000-000000000002'] } },
  'GET /api/sync/state': { door: 'till' },
  'GET /api/sync/stream': { door: 'till' },
  'POST /api/sync/push': { door: 'till' },
  'POST /api/sync/people': { door: 'till' },

  'GET /api/shops': { door: 'operator' },
  // Also whoever has the key made for it, which opens nothing else.
  'GET /metrics': { door: 'operator' },
  'POST /api/shops': { door: 'operator', json: { name: '新店', kind: 'stall' } },
  'POST /api/shops/:id/owner-key': { door: 'operator' },
  'POST /api/shops/:id/credit-code/revoke': { door: 'operator' },
  'POST /api/personal-keys/renew': { door: 'operator', json: { destroy: false } },

  'PATCH /api/shops/:id': { door: 'shop', json: { about: '三十年老店' } },
  'GET /api/shops/:id/summary': { door: 'shop' },
  'GET /api/shops/:id/sales': { door: 'shop' },
  'GET /api/shops/:id/devices': { door: 'shop' },
  'GET /api/shops/:id/goods': { door: 'shop' },
  'POST /api/shops/:id/goods': { door: 'shop', json: { goods: [{ name: '陈醋', price: 600 }] } },
  'PUT /api/shops/:id/goods/:good': { door: 'shop', json: { name: '酱油', price: 800 } },
  'PATCH /api/shops/:id/goods/:good': { door: 'shop', json: { price: 801 } },
  'POST /api/shops/:id/pairing-codes': { door: 'shop' },
  'POST /api/shops/:id/credit-code/rotate': { door: 'shop' },
  'POST /api/shops/:id/devices/:device/revoke': { door: 'shop' },
  'POST /api/shops/:id/people/find': { door: 'shop', json: { text: '5678' } },
  'POST /api/shops/:id/people/:person/export': { door: 'shop' },
  'POST /api/shops/:id/people/:person/erase': { door: 'shop' },

  'GET /manage/:shop': { door: 'owner' },
  'GET /manage/:shop/recalls': { door: 'owner' },
  'POST /manage/:shop/recalls': { door: 'owner', form: { no: 'B1', step: 'begin' } },
  'POST /manage/:shop/recalls/:recall/lift': { door: 'owner' },
  'POST /manage/:shop/login': { door: 'owner', form: { key: 'xpo_' } },
  'POST /manage/:shop/code': { door: 'owner' },
  'POST /manage/:shop/goods/:good': { door: 'owner', form: { yuan: '9.99' } },
  'POST /manage/:shop/devices/:device/revoke': { door: 'owner' },
  'POST /manage/:shop/logout': { door: 'owner' },
}

export const routesThrough = (...doors: readonly Door[]): string[] => Object.keys(DOORS).filter((route) => doors.includes(DOORS[route]!.door))

/** A cloud, and its routes as `METHOD /path`; the HEAD that goes with each GET is left out. */
export async function startWatchedCloud(settings: CloudSettings): Promise<{ cloud: TestCloud; routes: readonly string[] }> {
  const routes = new Set<string>()
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const name of [method].flat()) routes.add(`${name} ${url}`)
    })
  }
  subscribe('fastify.initialization', watch)
  try {
    const cloud = await startCloud(settings)
    return { cloud, routes: [...routes].filter((route) => !(route.startsWith('HEAD ') && routes.has(route.replace('HEAD', 'GET')))) }
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
}

/** What stands in a path for each name in it. */
export type Names = Readonly<Record<'id' | 'shop' | 'good' | 'device' | 'sale' | 'person' | 'token' | 'gtin' | 'lot' | 'item' | 'recall', string>>

export const namesOf = ({ shop, good, sale, person, till, recall, lotNo }: FurnishedShop, token: string): Names => ({ id: shop, shop, good, device: till.device, sale, person, token, gtin: GTIN, lot: lotNo, item: ITEM, recall })

export interface Ask {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** The request that would go through a door, had it the right key. */
export function askFor(route: string, names: Names, word = ''): Ask {
  const [method = '', pattern = ''] = route.split(' ')
  const { json, form, door } = DOORS[route]!
  const path = pattern.replaceAll(/:(\w+)/g, (_all, name: keyof Names) => encodeURIComponent(names[name]))
  if (json) return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
  if (door === 'owner' && method === 'POST') return { method, path, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ ...form, word }).toString() }
  return { method, path, headers: {}, body: undefined }
}

export interface Answer { readonly status: number; readonly text: string; readonly headers: Headers }

/** Asks, and takes an answer that goes on for ever as given once its head is there. */
export async function ask(cloud: TestCloud, { method, path, headers, body }: Ask, more: Record<string, string> = {}): Promise<Answer> {
  const leave = new AbortController()
  const response = await fetch(`${cloud.url}${path}`, { method, headers: { ...headers, ...more }, redirect: 'manual', signal: leave.signal, ...(body === undefined ? {} : { body }) })
  if (response.headers.get('content-type') === 'text/event-stream') {
    leave.abort()
    return { status: response.status, text: '', headers: response.headers }
  }
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** An answer as it can be compared with another's: without the date, the count of requests, and the names that were asked for. */
export function comparable({ status, text, headers }: Answer, names: Names): object {
  const blank = (from: string): string => Object.values(names).reduce((out, name) => out.replaceAll(name, '…'), from)
  const kept = [...headers].filter(([name]) => !/^(date|keep-alive|x-ratelimit-.*|retry-after)$/.test(name)).map(([name, value]) => [name, blank(value)])
  return { status, text: blank(text), headers: kept }
}
