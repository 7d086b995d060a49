/**
 * The till as a process of its own, for an ordinary browser: `--data DIR --port N [--demo]`. The token of this launch
 * comes in XIAOPU_TOKEN or is made here. Prints one line of JSON when it is up; its log goes to stderr.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { TillError } from '#shared/host/frames.ts'
import { errorFacts } from '#shared/ports/log.ts'
import { type Till, composeTill } from './compose.ts'
import { jsonLog } from './log.ts'
import { serveLoopback } from './server.ts'

const ROOT = join(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { data: { type: 'string', default: 'data/till' }, port: { type: 'string', default: '0' }, demo: { type: 'boolean', default: false } } })
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const token = process.env.XIAOPU_TOKEN ?? randomBytes(24).toString('base64url')

const log = jsonLog((line) => process.stderr.write(line), process.env['XIAOPU_LOG_LEVEL'])
// A bug: said without what it quotes; whoever started this till starts it again.
process.on('uncaughtException', (error) => {
  log('error', 'till.crashed', { ...errorFacts(error) })
  process.exit(1)
})

let till: Till | undefined
try {
  till = composeTill({ folder: resolve(values.data), version, demo: values.demo, log })
  const server = await serveLoopback({ dispatcher: till.dispatcher, pages: join(ROOT, 'dist/renderer'), token, port: Number(values.port) })
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await server.close()
    await till?.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop())
  process.once('SIGINT', () => void stop())
  // Whoever started this till is gone: nobody is left to stop it later.
  process.once('disconnect', () => void stop())
  process.stdout.write(`${JSON.stringify({ ready: 'till', url: `${server.url}/?token=${token}`, version })}\n`)
} catch (error) {
  await till?.close()
  // A refusal is read by whoever started this till: it comes as it is, with its folder and port.
  if (error instanceof TillError) process.stderr.write(`${JSON.stringify({ level: 'error', part: 'till', code: error.code, detail: error.detail })}\n`)
  else log('error', 'till.failed', { ...errorFacts(error) })
  process.exitCode = 2
}
