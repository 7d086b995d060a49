/**
 * Wake-ups between processes: one LISTEN connection each, so that a till connected here learns of a change made by
 * another process. A notice is only a hint; whoever needs the truth reads it. A lost connection is made again, and
 * everybody is told to look, because hints were missed meanwhile.
 */
import { sql } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import { IdSchema, type Id } from '#shared/identity/ids.ts'
import { type ShopTransaction, serviceConnection } from './database.ts'

const CHANNEL = 'xiaopu'
const RECONNECT_MS = 500
const NoticeSchema = z.union([
  z.object({ shop: IdSchema, rev: z.int() }),
  z.object({ shop: IdSchema, revoked: IdSchema }),
])
export type Notice = z.output<typeof NoticeSchema>

/** Sends a notice when the transaction commits, and not before. */
export async function notify(transaction: ShopTransaction, notice: Notice): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${JSON.stringify(notice)})`.execute(transaction)
}

export interface Notices {
  /** Calls `listener` for each notice of a shop, and with nothing after a lost connection. Returns how to stop. */
  subscribe(shop: Id, listener: (notice: Notice | undefined) => void): () => void
  close(): Promise<void>
}

/** `heard` is told of each notice, whoever it is for, and of a line that was lost and made again. */
export async function openNotices(databaseUrl: string, onError: (error: Error) => void, heard: (kind: 'rev' | 'revoked' | 'lost') => void = () => {}): Promise<Notices> {
  const listeners = new Map<Id, Set<(notice: Notice | undefined) => void>>()
  let client: pg.Client | undefined
  let closed = false
  let retry: NodeJS.Timeout | undefined

  const connect = async (): Promise<void> => {
    const next = new pg.Client(serviceConnection(databaseUrl))
    next.on('error', onError)
    next.on('notification', ({ payload }) => {
      const notice = NoticeSchema.safeParse(parseJson(payload))
      if (!notice.success) return
      heard('rev' in notice.data ? 'rev' : 'revoked')
      for (const listener of listeners.get(notice.data.shop) ?? []) listener(notice.data)
    })
    await next.connect()
    await next.query(`listen ${CHANNEL}`)
    client = next
    next.on('end', reconnectLater)
  }
  const reconnectLater = (): void => {
    if (closed) return
    retry = setTimeout(() => {
      connect().then(
        () => {
          heard('lost')
          for (const some of listeners.values()) for (const listener of some) listener(undefined)
        },
        (error: Error) => { onError(error); reconnectLater() },
      )
    }, RECONNECT_MS)
  }
  await connect()

  return {
    subscribe(shop, listener) {
      const some = listeners.get(shop) ?? new Set()
      listeners.set(shop, some.add(listener))
      return () => {
        some.delete(listener)
        if (some.size === 0 && listeners.get(shop) === some) listeners.delete(shop)
      }
    },
    async close() {
      closed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}

/** Anyone with the database may notify: what isn't ours is nothing. */
function parseJson(payload: string | undefined): unknown {
  try {
    return JSON.parse(payload ?? 'null')
  } catch {
    return undefined
  }
}
