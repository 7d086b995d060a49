/** The HTTP server: routes, and what every answer has in common. Errors leave as `{code, message, detail?}`. */
import fastifyRateLimit from '@fastify/rate-limit'
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import type { RefusalCode } from '#shared/sync/protocol.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { pageRoutes } from '#cloud/web/routes.ts'
import { peopleRoutes, peopleSyncRoutes } from './people.ts'
import { shopRoutes } from './shops.ts'
import { syncRoutes } from './sync.ts'

/** Far above what a shop's tills need together, far below what one machine can hurt with. */
const REQUESTS_PER_MINUTE = 6000

export interface ServerOptions {
  readonly logLevel: string
  /** Proxies whose word on the caller's address counts; none by default. */
  readonly trustProxy?: string | undefined
}

export async function buildServer(desk: Desk, { logLevel, trustProxy }: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: logLevel, stream: process.stderr, base: null },
    // Addresses hold credit codes and ids of receipts; the route's pattern says enough.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustProxy ? trustProxy.split(',') : false,
    forceCloseConnections: true,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 2000 },
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info({ method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
    done()
  })
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error)
    if (refusal.code === 'server.failed') request.log.error({ err: { message: error.message, stack: error.stack }, route: request.routeOptions.url }, 'failed')
    return reply.code(refusal.status).send({ code: refusal.code, message: refusal.message, ...(refusal.detail ? { detail: refusal.detail } : {}) })
  })
  await app.register(fastifyRateLimit, {
    max: REQUESTS_PER_MINUTE, timeWindow: 60_000,
    errorResponseBuilder: () => new Refusal('rate.limited', 'too many requests from this address; wait a minute'),
  })
  app.get('/.well-known/jwks.json', (_request, reply) => reply.header('cache-control', 'public, max-age=3600').send(desk.key.jwks))
  app.get('/api/health', () => ({ ok: true, time: desk.now() }))
  await app.register(syncRoutes(desk))
  await app.register(peopleSyncRoutes(desk))
  await app.register(shopRoutes(desk))
  await app.register(peopleRoutes(desk))
  await app.register(pageRoutes(desk))
  return app
}

/** What Fastify itself refuses, in our words; everything else is our fault. */
function refusalOf(error: FastifyError): Refusal {
  const status = error.statusCode ?? 500
  const code: RefusalCode = status === 413 ? 'batch.too_large' : status >= 400 && status < 500 ? 'input.invalid' : 'server.failed'
  return new Refusal(code, code === 'server.failed' ? 'something went wrong here; it is in the log' : error.message)
}
