/**
 * `npm start`: builds what changed, starts the cloud and the till, makes a demonstration shop the first time, opens the
 * till, and prints `ready {"till":…,"cloud":…}`. Ctrl-C stops everything.
 */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readArguments, readNumber } from './arguments.ts'
import { buildElectron, buildRenderer } from './build.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { seedDemo } from './demo/seed.ts'
import { PartFailed } from './part.ts'
import { ROOT } from './run-command.ts'
import { sayRunning, sayStopped } from './running.ts'
import { fetchElectron, hasDisplay, openBrowserWindow } from './shell.ts'
import { type Stack, startStack } from './stack.ts'
import { startMessage } from './start-messages.ts'

const HELP = `npm start -- [options]
  --data DIR       where everything is kept (default: data)
  --port N         the till's port (default: 17710)
  --cloud-port N   the cloud's port (default: 17711)
  --electron       open the till in Electron      --browser  open it in Chromium, Chrome or Edge
  --no-open        open nothing, print the address
  --no-cloud       the till alone
  --empty          no demonstration data
  --verbose        show the logs`

// Fixed ports, because a browser keeps open tickets by address, and a receipt's code must still lead somewhere tomorrow.
const { values } = readArguments({
  allowNegative: true,
  options: {
    data: { type: 'string', default: join(ROOT, 'data') }, port: { type: 'string', default: '17710' }, 'cloud-port': { type: 'string', default: '17711' },
    electron: { type: 'boolean', default: false }, browser: { type: 'boolean', default: false }, open: { type: 'boolean', default: true },
    cloud: { type: 'boolean', default: true }, empty: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
  },
}, HELP)
const portOf = (option: 'port' | 'cloud-port'): number => readNumber(`--${option}`, values[option], { min: 0, max: 65_535 }, HELP)
const ports = { tillPort: portOf('port'), cloudPort: portOf('cloud-port') }
const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const data = resolve(values.data)
let stack: Stack | undefined
let window: ChildProcess | undefined
let stopping = false

async function start(): Promise<void> {
  makeFolder(data)
  const isFirst = !existsSync(join(data, 'till', LEDGER_FILE))
  await buildRenderer()
  const wantsWindow = values.open && hasDisplay()
  const electron = wantsWindow && !values.browser ? await fetchElectron(values.electron, say) : undefined
  if (electron) await buildElectron()
  stack = await startStack({
    data, ...ports, cloud: values.cloud, demo: !values.empty, log,
    ...(electron ? { electron, onQuit: () => void stop(0) } : {}),
  })
  const { tillUrl, cloudUrl, operatorKey } = stack
  if (isFirst && !values.empty) {
    say('Making a demonstration shop …')
    const manage = await seedDemo({ tillUrl, cloud: cloudUrl !== undefined && operatorKey !== undefined ? { url: cloudUrl, operatorKey } : undefined })
    say('Sign in at the till as 01 with PIN 1234.')
    if (manage) say(`The shop's manage page is ${manage.url} and its key ${manage.key} (shown once; "npm run cloud -- owner-key" makes a new one).`)
  }
  sayRunning(data, tillUrl, cloudUrl)
  say(`ready ${JSON.stringify({ till: tillUrl, cloud: cloudUrl ?? null })}`)
  if (electron) return
  window = wantsWindow ? await openBrowserWindow(tillUrl, join(data, 'browser')) : undefined
  window?.once('exit', () => { if (!stopping) say(`The window was closed; the till runs on. Open it again: ${tillUrl}`) })
  if (!window) say(`Open the till in Chromium, Chrome or Edge: ${tillUrl}`)
  say('Ctrl-C stops everything.')
}

function log(line: string): void {
  if (values.verbose || /"level":"(error|fatal)"|"level":(50|60)\b|"part.restarted"/.test(line) || !line.startsWith('{')) process.stderr.write(`${line}\n`)
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const probe = join(folder, '.writable')
    writeFileSync(probe, '')
    rmSync(probe)
  } catch {
    throw new StartRefused('folder.unwritable', { folder })
  }
}

class StartRefused extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>
  constructor(code: string, detail: Record<string, unknown>) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

async function stop(status: number): Promise<void> {
  if (stopping) return
  stopping = true
  sayStopped(data)
  window?.kill()
  await stack?.stop()
  process.exit(status)
}

if (values.help) say(HELP)
else {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  try {
    await start()
  } catch (error) {
    const isKnown = error instanceof PartFailed || error instanceof StartRefused
    if (!isKnown || error.code === 'part.failed') throw error
    process.stderr.write(`${startMessage(error.code, error.detail)}\n`)
    await stop(1)
  }
}
