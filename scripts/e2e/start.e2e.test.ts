/** `npm start` as a person runs it: first start, second start, and what it says when it can't. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { withTill } from '../stack.ts'

let root: string
beforeAll(async () => {
  await buildRenderer({ quiet: true })
  root = mkdtempSync(join(tmpdir(), 'xiaopu-start-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Started {
  ready: Promise<{ till: string; cloud: string | null } | undefined>
  output(): string
  stop(): Promise<number | null>
  ended: Promise<number | null>
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, ['scripts/start.ts', '--no-open', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve) })
  const ready = new Promise<{ till: string; cloud: string | null } | undefined>((resolve) => {
    const take = (chunk: Buffer): void => {
      output += String(chunk)
      const line = /^ready (\{.*\})$/m.exec(output)
      if (line) resolve(JSON.parse(line[1]!) as { till: string; cloud: string | null })
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    void ended.then(() => resolve(undefined))
  })
  return { ready, ended, output: () => output, stop: () => { child.kill('SIGINT'); return ended } }
}
const free = ['--port', '0', '--cloud-port', '0']
const sentence = async (started: Started): Promise<{ status: number | null; text: string }> => ({ status: await started.ended, text: started.output() })

describe('npm start', () => {
  it('makes a demonstration shop the first time, and keeps it the second', async () => {
    const data = join(root, 'demo')
    const first = start('--data', data, ...free)
    const addresses = await first.ready
    if (!addresses) throw new Error(first.output())
    const before = await withTill(addresses.till, (till) => till.call('till.snapshot', {}))
    expect(before).toMatchObject({ empty: false, demo: true, staff: null, shop: { name: '湖畔小铺' } })
    expect(before.goods).toBeGreaterThanOrEqual(60)
    expect((await fetch(addresses.cloud!)).status).toBe(200)
    const [, manage, key] = /manage page is (\S+) and its key (xpo_\S+)/.exec(first.output())!
    const login = await fetch(`${manage!}/login`, { method: 'POST', redirect: 'manual', headers: { origin: new URL(manage!).origin }, body: new URLSearchParams({ key: key! }) })
    expect([login.status, login.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('xiaopu_owner=')])
    expect(await first.stop()).toBe(0)

    const second = start('--data', data, ...free)
    const again = await second.ready
    const after = await withTill(again!.till, (till) => till.call('till.snapshot', {}))
    expect(after).toMatchObject({ device: before.device, goods: before.goods, shop: { id: before.shop.id } })
    expect(second.output()).not.toMatch(/demonstration|xpo_/)
    expect(await second.stop()).toBe(0)
  })

  it('starts the till alone and empty', async () => {
    const started = start('--data', join(root, 'alone'), '--no-cloud', '--empty', ...free)
    const addresses = await started.ready
    expect(addresses!.cloud).toBeNull()
    expect(await withTill(addresses!.till, (till) => till.call('till.snapshot', {}))).toMatchObject({ empty: true, demo: false, goods: 0, sync: { state: 'none' } })
    await started.stop()
  })

  it.each([['--port', 'till'], ['--cloud-port', 'cloud']])('says what to do when the port of %s is taken', async (option) => {
    const other = createServer()
    await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve) })
    const { port } = other.address() as AddressInfo
    const { status, text } = await sentence(start('--data', join(root, `taken${option}`), ...free, option, String(port)))
    other.close()
    expect(status).toBe(1)
    expect(text).toContain(String(port))
    expect(text).toContain(option)
    expect(text).not.toMatch(/ {4}at /)
  })

  it('says what to do about a folder that is no folder', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    const { status, text } = await sentence(start('--data', join(file, 'data'), ...free))
    expect(status).toBe(1)
    expect(text).toContain('--data')
  })

  it('touches nothing of a newer database', async () => {
    const data = join(root, 'newer')
    mkdirSync(join(data, 'till'), { recursive: true })
    const db = new Sqlite(join(data, 'till/till.db'))
    db.pragma('user_version = 9999')
    db.close()
    const { status, text } = await sentence(start('--data', data, '--no-cloud', ...free))
    expect(status).toBe(1)
    expect(text).toMatch(/newer Xiaopu.*9999/)
  })

  it('does not start twice on one folder', async () => {
    const data = join(root, 'twice')
    const first = start('--data', data, '--no-cloud', '--empty', ...free)
    await first.ready
    const { status, text } = await sentence(start('--data', data, '--no-cloud', '--empty', ...free))
    expect(status).toBe(1)
    expect(text).toContain('already using')
    await first.stop()
  })
})
