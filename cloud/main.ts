/**
 * The cloud as a process: `node cloud/main.ts --data DIR --port N`. It brings its own PostgreSQL unless DATABASE_URL
 * names one, says one line of JSON on stdout when it is ready, logs to stderr, and stops with whoever started it.
 *
 * Environment: DATABASE_URL · XIAOPU_SITE (where the public reaches the pages) · XIAOPU_OPERATOR_KEY ·
 * XIAOPU_PLATFORM_KEY (PKCS #8 PEM, Ed25519) · XIAOPU_PERSONAL_KEYS (the text of a personal-keys.json) · XIAOPU_TRUST_PROXY (addresses) · XIAOPU_LOG_LEVEL.
 */
import { fstatSync, mkdirSync, accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres, type EmbeddedPostgres } from './storage/embedded-postgres.ts'
import { errorFacts, maskedJson } from '#shared/ports/log.ts'
import { lockFolder } from './storage/folder-lock.ts'
import { StartupError } from './storage/startup-error.ts'

const OPERATOR_KEY_MIN = 24

interface Options { readonly data: string; readonly host: string; readonly port: number; readonly site: string | undefined }

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: { data: { type: 'string', default: 'data/cloud' }, host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string', default: '8787' }, site: { type: 'string' } },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is not a port`)
    return { data: resolve(values.data), host: values.host, port, site: values.site ?? process.env.XIAOPU_SITE }
  } catch (error) {
    throw new StartupError('arguments.invalid', `${(error as Error).message}. Usage: cloud/main.ts [--data DIR] [--port N] [--host ADDRESS] [--site URL]`)
  }
}

function openFolder(data: string): void {
  try {
    mkdirSync(dirname(data), { recursive: true })
    // Not recursive: Node loops for ever where a parent is a file system that makes no folders.
    if (!existsSync(data)) mkdirSync(data)
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartupError('data.unwritable', `The folder ${data} can't be written (${(error as NodeJS.ErrnoException).code}). Give this account the right to, or choose another with --data.`)
  }
}

const PINO_LEVELS: Readonly<Record<string, number>> = { WARNING: 40, ERROR: 40, FATAL: 50, PANIC: 60 }

/** PostgreSQL's complaints, as lines of our log: without what stands in quotation marks, which may be somebody's. */
function passOn(line: string): void {
  const [, severity = ''] = / (WARNING|ERROR|FATAL|PANIC): /.exec(line) ?? []
  if (severity === '' && !/ archive command failed|^xiaopu /.test(line)) return
  const msg = line.replace(/^.*? \[\d+\] /, '').replaceAll(/"[^"]*"?/g, '[…]')
  process.stderr.write(`${maskedJson({ level: PINO_LEVELS[severity] ?? 40, time: Date.now(), part: 'postgres', msg })}\n`)
}

/** A secret kept in a file that only this account can read, made at the first start. */
function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}

async function main(): Promise<void> {
  // Before anything is started: whoever stops us while we start must find PostgreSQL stopped too.
  const stopping = listenForStop()
  const options = readOptions()
  openFolder(options.data)
  const lock = await lockFolder(options.data)
  const server: PromiseLike<EmbeddedPostgres | undefined> = process.env.DATABASE_URL ? Promise.resolve(undefined) : startPostgres({
    data: options.data,
    onLog: passOn,
  })
  // Loading the code takes as long as starting the database: both at once.
  const [postgres, { startService }, { newPlatformKeyPem, openPlatformKey }, { keysGiven, keysInFile }, { NewerDatabaseError }, { metricsKey }] = await Promise.all([
    server, import('./api/service.ts'), import('./identity/platform-key.ts'), import('./identity/personal-keys.ts'), import('./storage/migrate.ts'), import('./operating/metrics-route.ts'),
  ])
  try {
    const key = openPlatformKey(process.env.XIAOPU_PLATFORM_KEY ?? secretFile(join(options.data, 'platform-key.pem'), newPlatformKeyPem))
    const operatorKeyFile = join(options.data, 'operator.key')
    const operatorKey = process.env.XIAOPU_OPERATOR_KEY ?? secretFile(operatorKeyFile, () => `xpk_${randomBytes(32).toString('base64url')}`)
    if (operatorKey.length < OPERATOR_KEY_MIN) throw new StartupError('operator_key.weak', `The operator's key has fewer than ${OPERATOR_KEY_MIN} characters. Delete ${operatorKeyFile} or set XIAOPU_OPERATOR_KEY to a longer one.`)
    writeFileSync(join(options.data, 'metrics.key'), `${metricsKey(key)}\n`, { mode: 0o600 })
    writeFileSync(join(options.data, 'jwks.json'), `${JSON.stringify(key.jwks, null, 2)}\n`)
    const { XIAOPU_PERSONAL_KEYS: given } = process.env
    const personalKeys = given ? keysGiven(given) : keysInFile(join(options.data, 'personal-keys.json'), Date.now())
    const service = await startService({
      ...options, key, operatorKey, personalKeys, databaseUrl: process.env.DATABASE_URL || (postgres?.url ?? ''),
      logLevel: process.env.XIAOPU_LOG_LEVEL ?? 'warn', trustProxy: process.env.XIAOPU_TRUST_PROXY,
    })
    stopping.now(async () => {
      await service.stop()
      await postgres?.stop()
      lock.close()
    })
    void postgres?.ended.then(() => stopping.stop(new StartupError('database.ended', 'PostgreSQL ended by itself. Look at its last lines above, and start the cloud again.')))
    if (stopping.asked()) return
    writeFileSync(join(options.data, 'ready.json'), `${JSON.stringify({ url: service.url })}\n`)
    process.stdout.write(`${JSON.stringify({ ready: 'cloud', url: service.url, operatorKeyFile })}\n`)
  } catch (error) {
    await postgres?.stop()
    if (error instanceof NewerDatabaseError) {
      throw new StartupError('database.newer', `The data in ${options.data} was written by a newer Xiaopu (schema ${error.found}, this one knows ${error.known}). Start the newer version, or give this one another folder with --data.`)
    }
    throw error
  }
}

interface Stopping {
  /** Everything runs: from now on a stop is `work`, at once if it was asked for meanwhile. */
  now(work: () => Promise<void>): void
  /** Stops; after an error with a status that says so. */
  stop(why?: StartupError): void
  asked(): boolean
}

/** Listens for whoever may stop this process. It is stopped once, in order, however often it is asked, and never half started. */
function listenForStop(): Stopping {
  let work: (() => Promise<void>) | undefined
  let isAsked = false
  let isRunning = false
  const run = (): void => {
    if (!isAsked || !work || isRunning) return
    isRunning = true
    work().then(() => process.exit(), (error: unknown) => {
      complain(error)
      process.exit(1)
    })
  }
  const stop = (why?: StartupError): void => {
    if (isAsked) return
    isAsked = true
    if (why) complain(why)
    run()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop())
  watchParent(() => stop())
  return {
    stop,
    asked: () => isAsked,
    now(all) {
      work = all
      run()
    },
  }
}

/** A parent that dies takes us with it: its end of the IPC channel closes, or of the pipe it gave us as stdin. */
function watchParent(gone: () => void): void {
  process.on('disconnect', gone)
  let isPipe: boolean
  try {
    const stat = fstatSync(0)
    isPipe = stat.isSocket() || (process.platform === 'win32' && stat.isFIFO())
  } catch {
    return // No stdin at all.
  }
  if (!isPipe) return
  process.stdin.on('end', gone).on('error', gone).resume()
}

function complain(error: unknown): void {
  process.exitCode = 1
  if (error instanceof StartupError) process.stderr.write(`xiaopu cloud: ${error.code}: ${error.message}\n`)
  else process.stderr.write(`xiaopu cloud: start.failed: ${JSON.stringify(errorFacts(error))}\n`)
}

// A bug: said without what it quotes, and the process begins anew.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${maskedJson({ level: 60, time: Date.now(), err: errorFacts(error), msg: 'crashed' })}\n`)
  process.exit(1)
})

main().catch((error: unknown) => {
  complain(error)
  process.exit(1)
})
