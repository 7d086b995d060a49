/**
 * The real cloud for tests, on a real socket over a database of its own. Stopping it leaves the database, so that a
 * test can take the cloud away and bring it back; `destroy` drops that too.
 */
import { randomBytes } from 'node:crypto'
import { keysInMemory, type PersonalKeys } from '#cloud/identity/personal-keys.ts'
import { newPlatformKeyPem, openPlatformKey, type PlatformKey } from '#cloud/identity/platform-key.ts'
import { startService, type Service } from '#cloud/api/service.ts'
import { cloneDatabase } from './database.ts'

export interface TestCloud {
  readonly url: string
  readonly operatorKey: string
  /** A connection string of the owner of the tables. */
  readonly databaseUrl: string
  readonly key: PlatformKey
  readonly personalKeys: PersonalKeys
  readonly db: Service['db']
  /** Stops the server and keeps its data; `start` brings it back at the same address. */
  stop(): Promise<void>
  start(): Promise<void>
  destroy(): Promise<void>
  /** A request with the operator's key and a JSON body; gives the status and the parsed answer. */
  call(method: string, path: string, body?: unknown, key?: string): Promise<{ status: number; body: Record<string, unknown> }>
}

export interface CloudSettings {
  /** The clock, UTC ms. */
  readonly now?: () => number
  readonly port?: number
  readonly site?: string
  /** Addresses whose word on the caller's own address counts. */
  readonly trustProxy?: string
}

export async function startCloud(settings: CloudSettings = {}): Promise<TestCloud> {
  const database = await cloneDatabase()
  const key = openPlatformKey(newPlatformKeyPem())
  const operatorKey = `xpk_${randomBytes(32).toString('base64url')}`
  const personalKeys = keysInMemory()
  const startAt = (port: number): Promise<Service> => startService({
    databaseUrl: database.url, host: '127.0.0.1', port, site: settings.site, trustProxy: settings.trustProxy, key, operatorKey, personalKeys,
    logLevel: process.env.XIAOPU_LOG_LEVEL ?? 'silent', ...(settings.now ? { now: settings.now } : {}),
  })
  let service = await startAt(settings.port ?? 0)
  let running = true
  const { url } = service
  const stop = async (): Promise<void> => {
    if (!running) return
    running = false
    await service.stop()
  }
  return {
    url, operatorKey, databaseUrl: database.url, key, personalKeys, stop,
    get db() { return service.db },
    async start() {
      if (running) return
      service = await startAt(Number(new URL(url).port))
      running = true
    },
    async destroy() {
      await stop()
      await database.drop()
    },
    async call(method, path, body, as = operatorKey) {
      const response = await fetch(`${url}${path}`, {
        method, headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() as Record<string, unknown> }
    },
  }
}
