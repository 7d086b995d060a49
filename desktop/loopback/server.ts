/**
 * The till served to an ordinary browser on this machine. A security boundary: it binds 127.0.0.1, checks Host and
 * Origin, and a socket needs the token of this launch. Pages hold no data; everything comes over the socket.
 */
import { timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sirv from 'sirv'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dispatcher } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'

export interface LoopbackOptions {
  readonly dispatcher: Dispatcher
  /** Folder of the built screens. */
  readonly pages: string
  readonly token: string
  /** 0 takes any free port. */
  readonly port: number
}

/** A frame holds an import file in base64 at most. */
const FRAME_BYTES_MAX = 40 * 1024 * 1024
const PING_MS = 15_000
/** Screens run their own files and nothing else; pictures of goods are data. */
export const CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Throws TillError loopback.port_taken. */
export async function serveLoopback(options: LoopbackOptions): Promise<{ url: string; close(): Promise<void> }> {
  const pages = sirv(options.pages, { etag: true, dev: false, setHeaders: (response) => { for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value) } })
  let hosts = new Set<string>()
  const refuse = (response: ServerResponse, status: number): void => { response.writeHead(status, HEADERS).end() }
  const server = createServer((request, response) => {
    if (!hosts.has(request.headers.host ?? '')) return refuse(response, 421)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    // A page of a few hundred kilobytes needs no parts, and a senseless range would throw in the file server.
    delete request.headers.range
    pages(request, response, () => refuse(response, 404))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX })
  server.on('upgrade', (request, socket, head) => {
    const allowed = hosts.has(request.headers.host ?? '') && originAllowed(request, hosts) && tokenRight(request, options.token)
    if (!allowed) {
      // Nobody else listens to this socket any more, and it may break before it has our answer.
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, options.dispatcher))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new TillError('loopback.port_taken', { port: options.port }) : error))
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => {
      for (const client of sockets.clients) client.terminate()
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

/** A browser always says where a socket's page came from; a script on this machine says nothing and needs the token alone. */
function originAllowed(request: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  const { origin } = request.headers
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).protocol === 'http:' && hosts.has(new URL(origin).host)
}

function tokenRight(request: IncomingMessage, token: string): boolean {
  // `//` and the like are no addresses: whoever sends one must not stop the till with it.
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1')
  if (!url) return false
  const given = Buffer.from(url.searchParams.get('token') ?? '')
  const right = Buffer.from(token)
  return url.pathname === '/ws' && given.length === right.length && timingSafeEqual(given, right)
}

function attach(socket: WebSocket, dispatcher: Dispatcher): void {
  const detach = dispatcher.attach((frame) => socket.send(frame))
  let alive = true
  const ping = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, PING_MS)
  socket.on('pong', () => { alive = true })
  socket.on('message', (data, binary) => {
    if (binary) return socket.close(1003)
    void dispatcher.receive(String(data)).then((reply) => { if (socket.readyState === socket.OPEN) socket.send(reply) })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => { clearInterval(ping); detach() })
}
