/** The cloud as a process, with the PostgreSQL it brings itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// Each start of a process is real work; a machine busy with other suites may be slow at it.
vi.setConfig({ testTimeout: 90_000 })

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
let data: string
const children: ChildProcess[] = []
beforeAll(() => { data = mkdtempSync(join(tmpdir(), 'xiaopu-cloud-')) })
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  rmSync(data, { recursive: true, force: true })
})

interface Run { readonly child: ChildProcess; readonly out: () => string; readonly ended: Promise<{ status: number | null; said: string }> }

function run(args: readonly string[] = [], folder = data): Run {
  const { DATABASE_URL: _ours, ...env } = process.env
  const child = spawn(process.execPath, [MAIN, '--data', folder, '--port', '0', ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  children.push(child)
  let out = ''
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { out += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { said += text })
  return { child, out: () => out, ended: once(child, 'close').then(([status]) => ({ status: status as number | null, said })) }
}

async function ready({ child, out, ended }: Run): Promise<{ url: string; operatorKeyFile: string }> {
  const line = once(child.stdout!, 'data').then(() => JSON.parse(out()) as { ready: string; url: string; operatorKeyFile: string })
  return Promise.race([line, ended.then(({ said }) => { throw new Error(said) })])
}

const serverLine = (line: number): number => Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[line])
const serverPid = (): number => serverLine(0)
const serverPort = (): number => serverLine(3)
/** Whether a server takes connections there: a process that ended may keep its number until somebody waits for it. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
const post = async (url: string, key: string): Promise<Response> => fetch(`${url}/api/shops`, {
  method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{"name":"湖畔便利店","kind":"shop"}',
})

test('it starts, says one line, keeps its data through a kill, and stops with nothing left running', async () => {
  const first = run()
  const { url, operatorKeyFile } = await ready(first)
  expect(first.out().trim().split('\n')).toHaveLength(1)
  if (process.platform !== 'win32') expect(statSync(operatorKeyFile).mode & 0o777).toBe(0o600)
  const key = readFileSync(operatorKeyFile, 'utf8').trim()
  expect((await post(url, key)).status).toBe(201)
  const orphan = serverPort()
  first.child.kill('SIGKILL')
  await first.ended
  expect(await answers(orphan)).toBe(true)
  const second = run()
  const again = await ready(second)
  expect(await answers(orphan)).toBe(false)
  const { shops } = await (await fetch(`${again.url}/api/shops`, { headers: { authorization: `Bearer ${key}` } })).json() as { shops: object[] }
  expect(shops).toHaveLength(1)

  expect(await run().ended).toMatchObject({ status: 1, said: expect.stringContaining('data.in_use') as string })
  const elsewhere = mkdtempSync(join(tmpdir(), 'xiaopu-cloud-'))
  const taken = await run(['--port', new URL(again.url).port], elsewhere).ended
  expect(taken).toMatchObject({ status: 1, said: expect.stringContaining('port.taken') as string })
  expect(existsSync(join(elsewhere, 'postgres', 'postmaster.pid'))).toBe(false)
  rmSync(elsewhere, { recursive: true, force: true })

  const server = serverPort()
  second.child.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ status: 0, said: '' })
  expect(await answers(server)).toBe(false)
})

test('it starts after everything was killed at once', async () => {
  const first = run()
  const { url, operatorKeyFile } = await ready(first)
  await post(url, readFileSync(operatorKeyFile, 'utf8').trim())
  process.kill(serverPid(), 'SIGKILL')
  first.child.kill('SIGKILL')
  await first.ended
  const second = run()
  await ready(second)
  second.child.kill('SIGTERM')
  expect((await second.ended).status).toBe(0)
})

test('it stops when its parent lets go', async () => {
  const cloud = run()
  await ready(cloud)
  const server = serverPort()
  const exit = once(cloud.child, 'exit')
  cloud.child.disconnect()
  expect(await exit).toEqual([0, null])
  expect(await answers(server)).toBe(false)
})

test('asked to stop while it starts, by a signal or by a parent that lets go, it leaves nothing running', async () => {
  const lineFile = join(data, 'postgres', 'postmaster.pid')
  for (const ask of [(child: ChildProcess) => child.kill('SIGTERM'), (child: ChildProcess) => child.kill('SIGINT'), (child: ChildProcess) => child.disconnect()]) {
    const cloud = run()
    await vi.waitFor(() => expect(serverPid()).toBeGreaterThan(0), { timeout: 30_000, interval: 2 })
    const server = serverPid()
    expect(cloud.out()).toBe('')
    const exit = once(cloud.child, 'exit')
    ask(cloud.child)
    expect(await exit).toEqual([0, null])
    expect(() => process.kill(server, 0)).toThrow('ESRCH')
    expect(existsSync(lineFile)).toBe(false)
  }
})

test('data of a newer version, an unwritable folder and wrong arguments are refused with what to do', async () => {
  const cloud = run()
  await ready(cloud)
  const client = new pg.Client({ host: '127.0.0.1', port: serverPort(), user: 'xiaopu', database: 'postgres', password: readFileSync(join(data, 'postgres.password'), 'utf8').trim() })
  await client.connect()
  await client.query("insert into schema_version (version, name) values (9999, 'of the future')")
  await client.end()
  cloud.child.kill('SIGTERM')
  await cloud.ended
  expect(await run().ended).toMatchObject({ status: 1, said: expect.stringContaining('database.newer') as string })
  const file = join(data, 'a file')
  writeFileSync(file, '')
  expect(await run([], join(file, 'x')).ended).toMatchObject({ status: 1, said: expect.stringContaining('data.unwritable') as string })
  expect(await run(['--port', 'x']).ended).toMatchObject({ status: 1, said: expect.stringContaining('arguments.invalid') as string })
})
