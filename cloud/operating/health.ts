/**
 * Whether this process is well: `/health` says whether it can serve (its database answers and has its schema), 503 with
 * the reason when it can't; `/health/live` only that it runs, for whoever would restart it. Neither needs a key nor says
 * anything of a shop.
 */
import { sql } from 'kysely'
import type { FastifyInstance } from 'fastify'
import type { Database } from '#cloud/storage/database.ts'
import { knownVersion } from '#cloud/storage/migrate.ts'

/** A database that has not answered by then is away for whoever waits for the answer. */
const PATIENCE_MS = 3000

type Health =
  | { readonly ok: true; readonly schema: number; readonly time: number }
  | { readonly ok: false; readonly code: 'database.unreachable' | 'database.behind' | 'database.newer'; readonly reason: string; readonly time: number }

async function look(db: Database, now: () => number): Promise<Health> {
  const known = await knownVersion()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => reject(new Error('it did not answer in time')), PATIENCE_MS) })
  try {
    const { rows } = await Promise.race([sql<{ version: number }>`select max(version) as version from schema_version`.execute(db), late])
    const found = rows[0]?.version ?? 0
    if (found === known) return { ok: true, schema: found, time: now() }
    const code = found < known ? 'database.behind' : 'database.newer'
    return { ok: false, code, reason: `the database has schema ${found}, this version knows ${known}`, time: now() }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { ok: false, code: 'database.unreachable', reason: `the database does not answer: ${code ?? message}`, time: now() }
  } finally {
    clearTimeout(timer)
  }
}

export function healthRoutes(app: FastifyInstance, { db, now }: { readonly db: Database; readonly now: () => number }): void {
  app.get('/health/live', { config: { turn: false } }, () => ({ ok: true, time: now() }))
  app.get('/health', { config: { turn: false } }, async (_request, reply) => {
    const health = await look(db, now)
    return reply.code(health.ok ? 200 : 503).header('cache-control', 'no-store').send(health)
  })
}
