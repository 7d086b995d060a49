/** The cable between a till and its cloud, for tests: it can be pulled out, put back, and listened in on. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Sees what passes. False cuts both ends before the chunk is delivered. */
export type Tap = (way: 'up' | 'down', chunk: Buffer) => boolean
export interface Cable {
  /** What the till takes for its cloud's address; the same for the cable's whole life. */
  readonly url: string
  tap: Tap | undefined
  pull(): Promise<void>
  plug(): Promise<void>
}

/** A cable to `cloud`, asked anew for each connection; plugged in. */
export async function layCable(cloud: () => string): Promise<Cable> {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const cable = { url: '', tap: undefined as Tap | undefined, pull, plug: () => plug(Number(new URL(cable.url).port)) }

  function join(near: Socket): void {
    const { hostname, port } = new URL(cloud())
    const far = connect(Number(port), hostname)
    const cut = (): void => { near.destroy(); far.destroy() }
    for (const [from, to, way] of [[near, far, 'up'], [far, near, 'down']] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        if (cable.tap?.(way, chunk) === false) cut()
        else if (!to.write(chunk)) from.pause()
      })
      to.on('drain', () => from.resume())
      from.on('end', () => to.end())
      from.on('error', cut)
      from.on('close', () => { sockets.delete(from); to.destroy() })
    }
  }
  async function plug(port: number): Promise<void> {
    server = createServer({ allowHalfOpen: true }, join).listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  async function pull(): Promise<void> {
    const pulled = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (pulled) await new Promise((resolve) => { pulled.close(resolve) })
  }

  await plug(0)
  cable.url = `http://127.0.0.1:${(server!.address() as AddressInfo).port}`
  return cable
}
