/**
 * Wakes tills: server-sent events (WHATWG HTML) with the shop's rev. An event says only that there is something to
 * pull, so losing one costs nothing: the next connection begins with the present rev.
 */
import type { FastifyInstance } from 'fastify'
import { authenticate } from '#cloud/identity/devices.ts'
import { inShop } from '#cloud/storage/database.ts'
import type { Desk } from '#cloud/jobs/desk.ts'

/** Below the minute after which proxies and phones' networks drop a silent connection. */
const HEARTBEAT_MS = 15_000
/** Unread bytes at which a till that stopped reading is let go. */
const BACKLOG_MAX = 64 * 1024

export function streamRoute(app: FastifyInstance, desk: Desk): void {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => { for (const end of open) end() })

  app.get('/api/sync/stream', async (request, reply) => {
    const { authorization } = request.headers
    const device = await authenticate(desk.db, authorization, desk.now())
    const { shop_id: shop } = device
    const readRev = async (): Promise<number> => (await inShop(desk.db, shop, (trx) => trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).executeTakeFirstOrThrow())).rev
    reply.hijack()
    const { raw } = reply
    let sent = -1
    const write = (text: string): void => {
      if (raw.destroyed || raw.writableEnded) return
      raw.write(text)
      if (raw.writableLength > BACKLOG_MAX) raw.destroy()
    }
    const tell = (rev: number): void => {
      if (rev <= sent) return
      sent = rev
      write(`event: rev\ndata: ${rev}\n\n`)
    }
    const end = (): void => { raw.end() }
    const catchUp = (): void => { readRev().then(tell, end) }
    const unsubscribe = desk.notices.subscribe(shop, (notice) => {
      if (!notice) catchUp()
      else if ('rev' in notice) tell(notice.rev)
      else if (notice.revoked === device.device_id) end()
    })
    // Each beat also notes that the till was seen, and ends the stream of one whose access was withdrawn.
    const heartbeat = setInterval(() => {
      write(': still here\n\n')
      authenticate(desk.db, authorization, desk.now()).catch(end)
    }, HEARTBEAT_MS)
    const leave = (): void => {
      clearInterval(heartbeat)
      unsubscribe()
      open.delete(end)
    }
    raw.on('close', leave)
    raw.on('error', (error) => request.log.info({ code: (error as NodeJS.ErrnoException).code }, 'stream broke'))
    open.add(end)
    // Gone while its token was looked up: then its close is past, and nobody else would clear up after it.
    if (raw.destroyed || raw.closed) return leave()
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    write('retry: 1000\n\n')
    catchUp()
  })
}
