/** The HTTP server: routes, and what every answer has in common. Errors leave as `{code, message, detail?}`. */
import Fastify, { LogController, type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'
import { errorFacts, maskText } from '#shared/ports/log.ts'
import type { RefusalCode } from '#shared/sync/protocol.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { metricsRoute } from '#cloud/operating/metrics-route.ts'
import type { Desk } from '#cloud/jobs/desk.ts'
import { healthRoutes } from '#cloud/operating/health.ts'
import { makeInstruments, type Instruments } from '#cloud/operating/instruments.ts'
import { registerTurns } from '#cloud/operating/turns.ts'
import { pageRoutes } from '#cloud/web/routes.ts'
import { peopleRoutes } from './people.ts'
import { shopRoutes } from './shops.ts'
import { meteredDesk } from './metered.ts'
import { STREAM_ROUTE } from './stream.ts'
import { syncRoutes } from './sync.ts'

export interface ServerOptions {
  readonly logLevel: string
  /** Proxies whose word on the caller's address counts; none by default. */
  readonly trustProxy?: string | undefined
}

function told(error: unknown): { type: string; message: string; stack: string; [fact: string]: unknown } {
  const { error: type, message = '', at, ...rest } = errorFacts(error)
  return { type, message, stack: at.join('\n'), ...rest }
}

/** Whatever is logged of an error, a request or an answer, by us or by Fastify at any level, is this and no more. */
const SERIALIZERS = {
  err: told, error: told,
  req: ({ method, routeOptions }: { method?: string; routeOptions?: { url?: string | undefined } }) => ({ method, route: routeOptions?.url }),
  res: ({ statusCode }: { statusCode?: number }) => ({ status: statusCode }),
}

/** A server without routes: how it logs, and how it says no. */
export function createApp({ logLevel, trustProxy }: ServerOptions): FastifyInstance {
  const app = Fastify({
    logger: { level: logLevel, base: null, serializers: SERIALIZERS, stream: { write: (line: string) => process.stderr.write(maskText(line)) } },
    // Addresses hold credit codes and ids of receipts; the route's pattern says enough.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustProxy ? trustProxy.split(',') : false,
    forceCloseConnections: true,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 2000 },
    // An address that can't be read has no route, and so no error handler but this.
    frameworkErrors: (error, _request, reply) => refuse(refusalOf(error), reply),
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info({ method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
    done()
  })
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error)
    if (refusal.code === 'server.failed') request.log.error({ err: error, route: request.routeOptions.url }, 'failed')
    return refuse(refusal, reply)
  })
  return app
}

export async function buildServer(desk: Desk, options: ServerOptions, { turns, metrics }: Instruments = makeInstruments(desk.db)): Promise<FastifyInstance> {
  const app = createApp(options)
  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) => {
    // A till's stream lasts for hours: it is open or not, and answers nothing.
    if (url !== STREAM_ROUTE) metrics.answered(method, url, statusCode, elapsedTime / 1000)
  })
  app.addHook('onError', async (_request, _reply, error) => metrics.refused(error instanceof Refusal ? error.code : refusalOf(error).code))
  await registerTurns(app, turns)
  app.get('/.well-known/jwks.json', { config: { turn: false } }, (_request, reply) => reply.header('cache-control', 'public, max-age=3600').send(desk.key.jwks))
  healthRoutes(app, desk)
  metricsRoute(app, desk, metrics)
  await app.register(syncRoutes(meteredDesk(desk, metrics), turns))
  await app.register(shopRoutes(desk, turns))
  await app.register(peopleRoutes(desk))
  await app.register(pageRoutes(desk))
  return app
}

function refuse({ status, code, message, detail }: Refusal, reply: FastifyReply): FastifyReply {
  if (typeof detail?.retryAfterMs === 'number') void reply.header('retry-after', Math.ceil(detail.retryAfterMs / 1000))
  return reply.code(status).send({ code, message, ...(detail ? { detail } : {}) })
}

/** What Fastify itself refuses, in our words; everything else is our fault. */
function refusalOf(error: FastifyError): Refusal {
  const status = error.statusCode ?? 500
  const code: RefusalCode = status === 413 ? 'batch.too_large' : status >= 400 && status < 500 ? 'input.invalid' : 'server.failed'
  // Fastify's own words may quote what it could not read.
  return new Refusal(code, code === 'server.failed' ? 'something went wrong here; it is in the log' : code === 'batch.too_large' ? 'the body is too large' : `the request can't be read (${error.code ?? status})`)
}
