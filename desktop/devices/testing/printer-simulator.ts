/**
 * A network printer for tests: takes connections on a port of 127.0.0.1, keeps what it printed, and misbehaves when told
 * to. Everything it does can be waited for as an event; nothing needs a pause. A connection that only asks how it does is
 * no paper, and is not counted.
 */
import { once, EventEmitter } from 'node:events'
import { type Server, type Socket, createServer } from 'node:net'
import { PrinterHead } from './printer-head.ts'

/** print: read all, then close · mute: read all and never close · stall: accept and never read · cut: reset the connection after so many bytes */
export type Behaviour = { readonly kind: 'print' } | { readonly kind: 'mute' } | { readonly kind: 'stall' } | { readonly kind: 'cut'; readonly after: number }

export interface PrinterSimulator {
  /** tcp://127.0.0.1:PORT; the port stays the same while the printer is switched off */
  readonly address: string
  readonly head: PrinterHead
  /** Papers as far as they came out, in their order. */
  readonly received: readonly Uint8Array[]
  /** Serves one connection at a time, and closes any other at once. */
  isSingle: boolean
  behave(behaviour: Behaviour): void
  /** Stops listening and drops every connection: what follows is refused. */
  switchOff(): Promise<void>
  switchOn(): Promise<void>
  /** Resolves when something is so; looked at whenever anything happened. */
  until(isSo: () => boolean): Promise<void>
  /** Resolves when `count` connections with papers, counted from the beginning, have been opened, have been read to their end, or are over. */
  opened(count: number): Promise<void>
  read(count: number): Promise<void>
  over(count: number): Promise<void>
  close(): Promise<void>
}

/** Bytes it takes while it can't print. */
const BUFFER = 16_384

export async function startPrinterSimulator(head = new PrinterHead()): Promise<PrinterSimulator> {
  const events = new EventEmitter().setMaxListeners(0)
  const sockets = new Set<Socket>()
  const change = (): void => { events.emit('change') }
  let behaviour: Behaviour = { kind: 'print' }
  let isSingle = false
  let opened = 0
  let read = 0
  let over = 0
  let server: Server | undefined
  head.changed = () => {
    if (head.waiting < BUFFER) for (const socket of sockets) if (!stalled.has(socket)) socket.resume()
    change()
  }
  const stalled = new WeakSet<Socket>()

  const take = (socket: Socket): void => {
    if (isSingle && [...sockets].some((other) => !stalled.has(other) && !other.readableEnded)) {
      socket.destroy()
      return
    }
    const { kind, after } = { after: Infinity, ...behaviour }
    const before = head.content
    let isPaper = false
    const count = (): void => {
      if (isPaper) return
      isPaper = true
      opened++
    }
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      if (isPaper) over++
      change()
    })
    if (kind === 'stall') {
      stalled.add(socket)
      socket.pause()
      head.papers.push([])
      count()
    } else {
      head.join((bytes) => { if (socket.writable) socket.write(bytes) })
      socket.on('data', (chunk: Uint8Array) => {
        if (after === Infinity) head.feed(chunk)
        else for (const byte of chunk) if (head.content - before < after) head.feed(Uint8Array.of(byte))
        if (head.content > before) count()
        if (head.content - before >= after) socket.resetAndDestroy()
        else if (head.waiting >= BUFFER) socket.pause()
        change()
      })
      socket.on('end', () => {
        head.rest()
        if (head.content > before) count()
        if (kind !== 'mute') socket.end()
        if (isPaper) read++
        change()
      })
    }
    change()
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
    head.cutPower()
    for (const socket of sockets) socket.resetAndDestroy()
    if (stopped) await new Promise((resolve) => { stopped.close(resolve) })
  }
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await once(events, 'change')
  }

  const port = await listen(0)
  return {
    address: `tcp://127.0.0.1:${port}`,
    head,
    get received() {
      return head.papers.map((bytes) => Uint8Array.from(bytes))
    },
    get isSingle() {
      return isSingle
    },
    set isSingle(next) {
      isSingle = next
    },
    until,
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
