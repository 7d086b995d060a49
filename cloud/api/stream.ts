/**
 * Wakes tills: server-sent events (WHATWG HTML) with the shop's rev. An event says only that there is something to
 * pull, so losing one costs nothing: the next connection begins with the present rev.
 */
import type { FastifyInstance } from 'fastify'
import type { Device } from '#cloud/identity/devices.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { SyncDesk } from '#cloud/jobs/desk.ts'
import type { Entrance } from './entrance.ts'

export const STREAM_ROUTE = '/api/sync/stream'
/** Below the minute after which proxies and phones' networks drop a silent connection. */
const HEARTBEAT_MS = 15_000
/** Unread bytes at which a till that stopped reading is let go. */
const BACKLOG_MAX = 64 * 1024

/** The line to one till that listens. */
export interface Listener {
  write(text: string): void
  end(): void
}

/** Tells a till its shop's rev, now and whenever it moves; ends the line of one whose access was withdrawn. Returns how to stop. */
export function tellRevs(desk: SyncDesk, { shop_id: shop, device_id: device }: Device, { write, end }: Listener): () => void {
  let sent = -1
  const tell = (rev: number): void => {
    if (rev <= sent) return
    sent = rev
    write(`event: rev\ndata: ${rev}\n\n`)
  }
  const catchUp = (): void => { desk.sync.rev(shop).then(tell, end) }
  const unsubscribe = desk.notices.subscribe(shop, (notice) => {
    if (!notice) catchUp()
    else if ('rev' in notice) tell(notice.rev)
    else if (notice.revoked === device) end()
  })
  write('retry: 1000\n\n')
  catchUp()
  return unsubscribe
}

export function streamRoute(app: FastifyInstance, desk: SyncDesk, entrance: Entrance): void {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => { for (const end of open) end() })

  app.get(STREAM_ROUTE, { config: { turn: false } }, async (request, reply) => {
    const device = await entrance.atDoor(request)
    reply.hijack()
    const { raw } = reply
    raw.on('error', (error) => request.log.info({ code: (error as NodeJS.ErrnoException).code }, 'stream broke'))
    // Gone while its token was looked up: then its close is past, and nobody would clear up after it.
    if (raw.destroyed || raw.closed) return
    const end = (): void => { raw.end() }
    const write = (text: string): void => {
      if (raw.destroyed || raw.writableEnded) return
      raw.write(text)
      if (raw.writableLength > BACKLOG_MAX) raw.destroy()
    }
    // Each beat also notes that the till was seen, and ends the stream of one whose access was withdrawn.
    const heartbeat = setInterval(() => {
      write(': still here\n\n')
      entrance.atDoor(request).catch((error: unknown) => { if (!(error instanceof Refusal && error.code === 'rate.limited')) end() })
    }, HEARTBEAT_MS)
    open.add(end)
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    const unsubscribe = tellRevs({ ...desk, sync: { ...desk.sync, rev: entrance.rev } }, device, { write, end })
    raw.on('close', () => {
      clearInterval(heartbeat)
      unsubscribe()
      open.delete(end)
    })
  })
}
