/**
 * A bad line between tills and the cloud, as a TCP proxy: it cuts in the middle of anything, falls silent, trickles, and
 * says what it once heard a second time, long after. Whatever it does comes from one seed and is counted.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Chance } from '../simulate/chance.ts'

/** What each new connection may meet. */
type Fate = 'well' | 'cut going up' | 'cut coming down' | 'silent' | 'trickle'

export interface FaultCounts { connections: number; cuts: number; silences: number; trickles: number; replays: number }
export interface FaultProxy {
  /** What the till takes for its cloud's address. */
  readonly url: string
  readonly counts: Readonly<FaultCounts>
  /** From now on the line is sound; what is open and spoilt is broken off. */
  clear(): void
  close(): Promise<void>
}

const TRICKLE_BYTES = 1500
const TRICKLE_MS = 5
/** A request that is heard again comes from this far back at most. */
const REMEMBERED = 50

/** A proxy before `target`, which is asked anew for each connection. `mishaps` is the part of connections that meet one. */
export async function startFaultProxy(target: () => string, seed: number, mishaps: number): Promise<FaultProxy> {
  const chance = new Chance(seed)
  const counts: FaultCounts = { connections: 0, cuts: 0, silences: 0, trickles: 0, replays: 0 }
  const spoilt = new Set<() => void>()
  const sockets = new Set<Socket>()
  const heard: Buffer[] = []
  let isClear = false

  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const reach = (): Socket => {
    const { hostname, port } = new URL(target())
    return keep(connect(Number(port), hostname))
  }
  const fateOf = (): Fate => (isClear || !chance.odds(mishaps) ? 'well' : chance.pick<Fate>(['cut going up', 'cut coming down', 'silent', 'trickle']))

  /** Says an earlier connection's bytes again, from nobody: the answer goes nowhere. */
  function replay(): void {
    if (isClear || heard.length === 0 || !chance.odds(mishaps / 2)) return
    counts.replays += 1
    const far = reach()
    far.resume()
    far.end(chance.pick(heard))
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near)
    counts.connections += 1
    const fate = fateOf()
    const far = reach()
    const cut = (): void => { near.destroy(); far.destroy() }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    if (fate !== 'well') {
      spoilt.add(cut)
      near.on('close', () => spoilt.delete(cut))
    }
    const said: Buffer[] = []
    // Bad luck comes soon; and on a bad line no connection lives for ever, but long enough for a whole push.
    const after = fate === 'well' ? chance.int(150_000, 400_000) : chance.int(1, 4_000)
    const ends: Fate = isClear ? 'well' : 'cut going up'
    carry({ from: near, to: far, fate: fate === 'cut coming down' ? 'well' : fate === 'well' ? ends : fate, after, cut, counts, hear: (chunk) => said.push(chunk) })
    carry({ from: far, to: near, fate: fate === 'cut going up' ? 'well' : fate, after, cut, counts, hear: () => undefined })
    near.on('close', () => {
      heard.push(Buffer.concat(said))
      if (heard.length > REMEMBERED) heard.shift()
      replay()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    clear() {
      isClear = true
      for (const cut of spoilt) cut()
    },
    async close() {
      isClear = true
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}

interface Way {
  readonly from: Socket
  readonly to: Socket
  readonly fate: Fate
  /** Bytes that pass before the fate comes. */
  readonly after: number
  readonly counts: FaultCounts
  cut(): void
  hear(chunk: Buffer): void
}

function carry({ from, to, fate, after, counts, cut, hear }: Way): void {
  let passed = 0
  let isSilent = false
  const pass = (chunk: Buffer): void => {
    if (!to.write(chunk)) from.pause()
  }
  from.on('data', (chunk: Buffer) => {
    hear(chunk)
    if (isSilent) return
    const room = fate === 'well' || fate === 'trickle' ? Number.POSITIVE_INFINITY : Math.max(0, after - passed)
    passed += chunk.length
    if (chunk.length >= room) {
      to.write(chunk.subarray(0, room))
      if (fate === 'silent') {
        // Nothing more comes through, and nobody is told: only patience ends it.
        isSilent = true
        counts.silences += 1
        return
      }
      counts.cuts += 1
      return cut()
    }
    if (fate !== 'trickle') return pass(chunk)
    counts.trickles += 1
    trickle(from, to, chunk)
  })
  to.on('drain', () => from.resume())
  from.on('end', () => { if (!isSilent) to.end() })
}

/** Lets a chunk through bit by bit. */
function trickle(from: Socket, to: Socket, chunk: Buffer): void {
  from.pause()
  let at = 0
  const next = (): void => {
    if (to.destroyed) return
    to.write(chunk.subarray(at, at + TRICKLE_BYTES))
    at += TRICKLE_BYTES
    if (at < chunk.length) setTimeout(next, TRICKLE_MS)
    else from.resume()
  }
  next()
}
