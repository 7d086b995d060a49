/** One address before several servers, for tests: each request goes to the next of them, as a load balancer sends it. */
import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RoundRobin {
  readonly url: string
  /** Requests that went to each, by its index. */
  readonly counts: number[]
  /** Sees each request when the whole of it has been given to a server, before the answer. */
  sent: ((server: number, request: IncomingMessage) => void) | undefined
  stop(): Promise<void>
}

/** `servers` are asked for anew at each request. A server that doesn't answer is a 502, as it would be. */
export async function roundRobin(servers: () => readonly string[]): Promise<RoundRobin> {
  const counts: number[] = []
  let turn = 0
  const balancer: RoundRobin = { url: '', counts, sent: undefined, stop }
  const server = createServer((incoming, outgoing) => {
    const all = servers()
    const chosen = turn++ % all.length
    counts[chosen] = (counts[chosen] ?? 0) + 1
    const { hostname, port } = new URL(all[chosen]!)
    const onward = ask({ hostname, port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, connection: 'close' }, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => outgoing.destroy()).on('aborted', () => outgoing.destroy()).pipe(outgoing)
    })
    onward.on('finish', () => balancer.sent?.(chosen, incoming))
    onward.on('error', () => { if (outgoing.headersSent) outgoing.destroy(); else outgoing.writeHead(502).end() })
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  async function stop(): Promise<void> {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(balancer, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
