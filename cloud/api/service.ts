/** The service, put together over a database that is there: schema, connections, server, jobs. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Id } from '#shared/identity/ids.ts'
import { errorFacts, maskedJson } from '#shared/ports/log.ts'
import { claimKeys, type PersonalKeys } from '#cloud/identity/personal-keys.ts'
import { claimDatabase, type PlatformKey } from '#cloud/identity/platform-key.ts'
import { keepShops } from '#cloud/jobs/credit.ts'
import { keepSold } from '#cloud/jobs/sold.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { makeInstruments } from '#cloud/operating/instruments.ts'
import { ifAlone, openDatabase, type Database } from '#cloud/storage/database.ts'
import { migrate } from '#cloud/storage/migrate.ts'
import { openNotices } from '#cloud/storage/notices.ts'
import { StartupError } from '#cloud/storage/startup-error.ts'
import { pgSyncStore } from './pg-sync-store.ts'
import { buildServer, type ServerOptions } from './server.ts'

const ROUND_MS = 3_600_000

export interface ServiceOptions extends ServerOptions {
  readonly databaseUrl: string
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Where the public reaches the pages; the server's own address when not given. */
  readonly site?: string | undefined
  readonly key: PlatformKey
  readonly operatorKey: string
  readonly personalKeys: PersonalKeys
  readonly now?: () => number
}

export interface Service {
  readonly url: string
  readonly db: Database
  readonly log: FastifyInstance['log']
  stop(): Promise<void>
}

/** Starts everything, or throws with nothing left running. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const now = options.now ?? Date.now
  await migrate(options.databaseUrl)
  let report = (error: Error): void => { process.stderr.write(`${maskedJson({ level: 40, time: Date.now(), err: errorFacts(error), msg: 'database connection' })}\n`) }
  const db = openDatabase(options.databaseUrl, (error) => report(error))
  await claimDatabase(db, options.key).then(() => claimKeys(db, options.personalKeys)).catch(async (error: unknown) => {
    await db.destroy()
    throw error
  })
  const instruments = makeInstruments(db)
  const { metrics } = instruments
  metrics.watchProcess()
  const notices = await openNotices(options.databaseUrl, (error) => report(error), metrics.noticed)
  // The site may be the address that the server is about to get.
  let site = options.site?.replace(/\/+$/, '') ?? ''
  const { key, operatorKey, personalKeys } = options
  const ground = { db, key, personalKeys, get site() { return site } }
  const desk: Desk = { db, notices, now, key, operatorKey, personalKeys, sync: pgSyncStore(ground), get site() { return site } }
  const app = await buildServer(desk, options, instruments)
  report = (error) => app.log.warn({ err: error }, 'database connection')
  const url = await listen(app, options).catch(async (error: unknown) => {
    await Promise.all([app.close(), notices.close(), db.destroy()])
    throw error
  })
  site ||= url

  const stopping = new AbortController()
  let round: Promise<void> = Promise.resolve()
  const run = async (job: string, work: () => Promise<{ shop: Id; error: unknown }[]>): Promise<void> => {
    const began = performance.now()
    // One process goes round for all.
    const failed = await ifAlone(db, job, work).catch((error: unknown) => [{ shop: undefined, error }])
    if (!failed) return
    metrics.jobRan(job, failed.length > 0 ? 'failed' : 'done', (performance.now() - began) / 1000)
    for (const { shop, error } of failed) app.log.error({ job, shop, err: error }, shop ? 'job failed for a shop' : 'round of jobs failed')
  }
  const goRound = (): void => {
    round = round.then(() => run('keep_shops', () => keepShops(desk, now()))).then(() => run('keep_sold', () => keepSold(db, stopping.signal)))
  }
  goRound()
  const timer = setInterval(goRound, ROUND_MS)
  return {
    url, db, log: app.log,
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await app.close()
      await round
      await notices.close()
      await db.destroy()
    },
  }
}

async function listen(app: FastifyInstance, { host, port }: ServiceOptions): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new StartupError('port.taken', `Port ${port} is in use by another program. Stop it, or choose another with --port (0 takes any).`)
    if (code === 'EACCES') throw new StartupError('port.forbidden', `This account may not listen on port ${port}. Choose one above 1023 with --port.`)
    if (code === 'EADDRNOTAVAIL') throw new StartupError('host.unknown', `This machine has no address ${host}. Choose another with --host.`)
    throw error
  }
  const address = app.server.address() as AddressInfo
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
