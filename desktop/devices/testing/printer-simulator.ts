/**
 * A network printer for tests: takes connections on a port of 127.0.0.1, keeps every byte by connection, and misbehaves
 * when told to. Everything it does can be waited for as an event; nothing needs a pause.
 */
import { once, EventEmitter } from 'node:events'
import { type Server, type Socket, createServer } from 'node:net'

/** print: read all, then close · mute: read all and never close · stall: accept and never read · cut: reset the connection after so many bytes */
export type Behaviour = { readonly kind: 'print' } | { readonly kind: 'mute' } | { readonly kind: 'stall' } | { readonly kind: 'cut'; readonly after: number }

export interface PrinterSimulator {
  /** tcp://127.0.0.1:PORT; the port stays the same while the printer is switched off */
  readonly address: string
  /** Bytes of each connection, in the order they were opened. */
  readonly received: readonly Uint8Array[]
  behave(behaviour: Behaviour): void
  /** Stops listening and drops every connection: what follows is refused. */
  switchOff(): Promise<void>
  switchOn(): Promise<void>
  /** Resolves when `count` connections, counted from the beginning, have been opened, have been read to their end, or are over. */
  opened(count: number): Promise<void>
  read(count: number): Promise<void>
  over(count: number): Promise<void>
  close(): Promise<void>
}

export async function startPrinterSimulator(): Promise<PrinterSimulator> {
  const events = new EventEmitter().setMaxListeners(0)
  const jobs: Uint8Array[][] = []
  const sockets = new Set<Socket>()
  let behaviour: Behaviour = { kind: 'print' }
  let opened = 0
  let read = 0
  let over = 0
  let server: Server | undefined

  const take = (socket: Socket): void => {
    const chunks: Uint8Array[] = []
    const { kind, after } = { after: Infinity, ...behaviour }
    let size = 0
    jobs.push(chunks)
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      over++
      events.emit('change')
    })
    if (kind === 'stall') {
      socket.pause()
    } else {
      socket.on('data', (chunk: Uint8Array) => {
        const room = after - size
        chunks.push(chunk.subarray(0, Math.min(room, chunk.length)))
        size += chunk.length
        if (size >= after) socket.resetAndDestroy()
      })
      socket.on('end', () => {
        if (kind !== 'mute') socket.end()
        read++
        events.emit('change')
      })
    }
    opened++
    events.emit('change')
  }

  const listen = async (port: number): Promise<number> => {
    server = createServer({ allowHalfOpen: true }, take)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
    return address.port
  }
  const switchOff = async (): Promise<void> => {
    const stopped = server
    server = undefined
    for (const socket of sockets) socket.resetAndDestroy()
    if (stopped) await new Promise((resolve) => { stopped.close(resolve) })
  }
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await once(events, 'change')
  }

  const port = await listen(0)
  return {
    address: `tcp://127.0.0.1:${port}`,
    get received() {
      return jobs.map((chunks) => Uint8Array.from(Buffer.concat(chunks)))
    },
    behave(next) {
      behaviour = next
    },
    switchOff,
    async switchOn() {
      if (!server) await listen(port)
    },
    opened: (count) => until(() => opened >= count),
    read: (count) => until(() => read >= count),
    over: (count) => until(() => over >= count),
    close: switchOff,
  }
}
