/**
 * Who may read the metrics: whoever has the key made for it, which opens nothing else, or the operator's. The address a
 * request comes from decides nothing: behind a proxy on the same machine everybody comes from there. The key is derived
 * from the platform's, so all processes of a cloud take the same one.
 */
import type { FastifyInstance } from 'fastify'
import type { PlatformKey } from '#cloud/identity/platform-key.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import { bearerOf, isSame } from '#cloud/identity/secrets.ts'
import type { Metrics } from './metrics.ts'

export const metricsKey = (key: PlatformKey): string => `xpm_${key.derive('metrics').toString('base64url')}`

export function metricsRoute(app: FastifyInstance, { key, operatorKey }: { readonly key: PlatformKey; readonly operatorKey: string }, metrics: Metrics): void {
  const own = metricsKey(key)
  app.get('/metrics', { config: { turn: false } }, async (request, reply) => {
    const given = bearerOf(request.headers.authorization) ?? ''
    if (!isSame(given, own) && !isSame(given, operatorKey)) throw new Refusal('token.invalid', 'the metrics key is needed')
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(await metrics.text())
  })
}
