/** The loopback as a boundary: who gets in, what they can send, and that nothing they send stops the till. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as WsSocket } from 'ws'
import { connectTill, openTransport } from '#scripts/connect.ts'
import { Dispatcher, type Handlers } from '#shared/host/dispatcher.ts'
import { runTransportSuite } from '#shared/testing/transport-suite.ts'
import { CONTENT_SECURITY_POLICY, serveLoopback } from './server.ts'

const TOKEN = 'a-token-of-this-launch_0123456789'
const dispatcher = new Dispatcher({ 'goods.quick': () => ({ goods: [] }) } as unknown as Handlers, () => undefined)
let folder: string
let server: Awaited<ReturnType<typeof serveLoopback>>
let port: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-pages-'))
  const pages = join(folder, 'pages')
  mkdirSync(join(pages, 'assets'), { recursive: true })
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>till</title>')
  writeFileSync(join(pages, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  server = await serveLoopback({ dispatcher, pages, token: TOKEN, port: 0 })
  port = Number(new URL(server.url).port)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer { status: number; body: string; headers: Record<string, unknown> }
function ask(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }))
    })
    asked.on('error', reject).end()
  })
}
/** The status of an upgrade: 101 when it was let in. */
function knock(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers } })
    asked.on('upgrade', (_response, socket) => { socket.destroy(); resolve(101) })
    asked.on('response', (response) => { response.resume(); resolve(response.statusCode!) })
    asked.on('error', reject).end()
  })
}
/** Bytes as they are, then the connection is dropped as soon as something comes back, or at once. */
async function raw(bytes: string, waits = true): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  if (!waits) {
    socket.resetAndDestroy()
    return ''
  }
  const [chunk] = await once(socket, 'data') as [Buffer]
  socket.destroy()
  return String(chunk)
}
const isAlive = async (): Promise<boolean> => (await ask('/')).status === 200

describe('pages', () => {
  test('are served with headers that let them load nothing foreign', async () => {
    for (const path of ['/', '/index.html', '/assets/a.js', '/?token=whatever']) {
      const { status, headers } = await ask(path)
      expect(status).toBe(200)
      expect(headers).toMatchObject({ 'content-security-policy': CONTENT_SECURITY_POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) expect(CONTENT_SECURITY_POLICY).toContain(part)
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*/)
  })

  test.each(['evil.example', 'localhost', '127.0.0.1:1', `127.0.0.1.evil.example:0`])('a name that is not this machine\'s is not answered (%j): no rebinding', async (host) => {
    expect(await ask('/', { headers: { host } })).toMatchObject({ status: 421, body: '' })
  })
  test('both names of this machine are', async () => {
    for (const name of ['localhost', '127.0.0.1']) expect((await ask('/', { headers: { host: `${name}:${port}` } })).status).toBe(200)
    for (const nameless of ['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.1\r\nHost:\r\n\r\n']) expect(await raw(nameless)).toMatch(/^HTTP\/1\.1 421/)
  })

  test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '//secret.txt', '/%5c..%5csecret.txt', '/none', '/assets', '/%00', '/%E0%A4%A'])('nothing outside of the pages (%s)', async (path) => {
    const { status, body, headers } = await ask(path)
    expect(status).toBe(404)
    expect(body).not.toContain('secret')
    expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not allowed', async (method) => {
    expect(await ask('/', { method })).toMatchObject({ status: 405, body: '' })
  })

  test.each(['bytes=10-5', 'bytes=-', 'bytes=999999-', 'bytes=a-b', 'lines=1-2'])('a senseless range (%s) gets the whole page', async (range) => {
    expect(await ask('/', { headers: { range } })).toMatchObject({ status: 200, body: '<!doctype html><title>till</title>' })
  })
})

describe('the socket', () => {
  const right = `/ws?token=${TOKEN}`
  test('opens for the token, to pages of this server and to programs, which have no origin', async () => {
    expect(await knock(right)).toBe(101)
    for (const name of ['localhost', '127.0.0.1']) expect(await knock(right, { origin: `http://${name}:${port}` })).toBe(101)
  })
  test.each(['/ws', '/ws?token=', `/ws?token=${TOKEN}x`, `/ws?token=${TOKEN.slice(1)}`, `/ws?token=${'%C3%A9'.repeat(TOKEN.length)}`, `/?token=${TOKEN}`, `/ws/?token=${TOKEN}`, '//', '//[', '/\\', '*'])('not without it (%s)', async (path) => {
    expect(await knock(path)).toBe(403)
    expect(await isAlive()).toBe(true)
  })
  test.each(['https://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1:1', 'http://localhost.evil.example', 'file://', 'chrome-extension://abc', 'x', ''])('not to a page from elsewhere (%j), even with it', async (origin) => {
    expect(await knock(right, { origin })).toBe(403)
  })
  test('not https of this name, nor under another name', async () => {
    expect(await knock(right, { origin: `https://127.0.0.1:${port}` })).toBe(403)
    expect(await knock(right, { host: `evil.example:${port}` })).toBe(403)
  })
  test('whoever knocks and runs away stops nothing', async () => {
    for (let i = 0; i < 20; i++) await raw(`GET // HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, false)
    expect(await isAlive()).toBe(true)
  })

  /** A socket that is in; `ended` is its close code. */
  async function enter(): Promise<{ socket: WsSocket; ended: Promise<number> }> {
    const socket = new WsSocket(`ws://127.0.0.1:${port}${right}`)
    const ended = new Promise<number>((resolve) => { socket.on('close', resolve) })
    socket.on('error', () => undefined)
    await once(socket, 'open')
    return { socket, ended }
  }
  test('garbage is answered, and the line stays', async () => {
    const { socket } = await enter()
    for (const [frame, id] of [['{', 0], ['', 0], ['{"call":{"id":3,"name":"goods.quick"}}', 3]] as const) {
      socket.send(frame)
      const [reply] = await once(socket, 'message') as [Buffer]
      expect(JSON.parse(String(reply))).toMatchObject({ reply: { id, error: { code: 'call.invalid' } } })
    }
    socket.send('{"call":{"id":4,"name":"goods.quick","input":{}}}')
    const [reply] = await once(socket, 'message') as [Buffer]
    expect(JSON.parse(String(reply))).toEqual({ reply: { id: 4, result: { goods: [] } } })
    socket.terminate()
  })
  test('bytes end the line with 1003, a frame beyond any import file with 1009, broken text with 1007', async () => {
    const binary = await enter()
    binary.socket.send(Buffer.from('{}'), { binary: true })
    expect(await binary.ended).toBe(1003)
    const large = await enter()
    large.socket.send(' '.repeat(41 * 1024 * 1024))
    expect([1006, 1009]).toContain(await large.ended)
    const broken = await enter()
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
    expect([1006, 1007]).toContain(await broken.ended)
    expect(await isAlive()).toBe(true)
  })
})

test('a port that is taken says so', async () => {
  await expect(serveLoopback({ dispatcher, pages: folder, token: TOKEN, port })).rejects.toMatchObject({ code: 'loopback.port_taken', detail: { port } })
})

test('connecting with a wrong token, or to nobody, is host.gone', async () => {
  await expect(connectTill(`${server.url}/?token=x`)).rejects.toMatchObject({ code: 'host.gone' })
  await expect(connectTill('http://127.0.0.1:1/?token=x')).rejects.toMatchObject({ code: 'host.gone' })
})

runTransportSuite('WebSocket', async (under) => {
  const own = await serveLoopback({ dispatcher: under, pages: folder, token: TOKEN, port: 0 })
  return { connect: () => openTransport(`${own.url}/?token=${TOKEN}`), breakOff: () => own.close(), close: () => own.close() }
})
