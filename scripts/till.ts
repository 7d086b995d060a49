/**
 * The till from the command line: `call NAME 'JSON'` does anything the screen can do, `verify` checks a ledger file,
 * `backup` and `restore` copy one, `recover` makes a new one from what is whole in a damaged one, `calls` lists the contract.
 * Prints JSON; where something is refused it exits with 1, prints the error's code, and says it in words on standard error.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { composeTill } from '#desktop/loopback/compose.ts'
import { machine, verdict } from '#desktop/loopback/diagnostics.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { recoverLedger, recoverTill } from '#desktop/storage/ledger/recover.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { CALLS, type CallName } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import { errorFacts, maskedJson } from '#shared/ports/log.ts'
import { readArguments, refuseArguments } from './arguments.ts'
import { connectTill } from './connect.ts'
import { ROOT } from './run-command.ts'
import { runningTill } from './running.ts'
import { backUpTo, restoreFrom, restoredMark } from './till/backup.ts'
import { PASSPHRASE_VARIABLE } from './till/passphrase.ts'

const USAGE = `npm run till -- calls                                   the contract's calls
npm run till -- call NAME ['JSON'] [--url READY_URL | --data DIR]
npm run till -- verify [--data DIR | --file till.db]
npm run till -- backup FILE [--data DIR]                 one sealed file, checked; the till may sell on meanwhile
npm run till -- restore FILE --data DIR                  a till out of a backup, in a folder that has none
   [--passphrase-file FILE]                              else ${PASSPHRASE_VARIABLE}; else backup takes the till's own, and restore asks
npm run till -- diagnostics FILE [--url READY_URL | --data DIR]   one file for whoever helps, without personal data
npm run till -- recover [--data DIR | --file till.db --to new.db]
JSON may be - to read it from standard input. A write without a key gets one.`

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: { url: { type: 'string' }, data: { type: 'string' }, file: { type: 'string' }, 'passphrase-file': { type: 'string' }, to: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
}, USAGE)
const data = resolve(values.data ?? join(ROOT, 'data'))
/** Every folder that `npm start` keeps has its till in a folder of its own. */
const tillFolder = existsSync(join(data, 'till', LEDGER_FILE)) || !existsSync(join(data, LEDGER_FILE)) ? join(data, 'till') : data
const print = (value: unknown): void => { process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`) }

try {
  const [command, name, json] = positionals
  if (command === 'verify') verify()
  else if (command === 'backup') print(await backUpTo(name, tillFolder, { file: values['passphrase-file'] }))
  else if (command === 'restore') print(await restoreFrom(name, data, { file: values['passphrase-file'] }))
  else if (command === 'diagnostics' && name !== undefined) print(await diagnostics(name))
  else if (command === 'recover') recover()
  else if (command === 'calls') for (const [call, { kind, about }] of Object.entries(CALLS)) process.stdout.write(`${call.padEnd(22)} ${kind.padEnd(6)} ${about}\n`)
  else if (command === 'call' && name !== undefined) print(await call(name, json))
  else {
    process.stderr.write(`${USAGE}\n`)
    process.exitCode = values.help ? 0 : 2
  }
} catch (error) {
  if (!(error instanceof TillError)) throw error
  const { languageOf, saidOf } = await import('./till/words.ts')
  process.stderr.write(`${saidOf(error, languageOf(process.env))}\n`)
  print({ error: { code: error.code, ...(error.detail ? { detail: error.detail } : {}) } })
  process.exitCode = 1
}

function verify(): void {
  const db = openForReading(resolve(values.file ?? join(tillFolder, LEDGER_FILE)))
  const verification = verifyLedger(db, sha256)
  db.close()
  print(verification)
  if (!verification.ok) process.exitCode = 1
}

/**
 * The till's own file, with the whole ledger verified beside it; where the till can't even be opened, what can be said
 * from outside.
 */
async function diagnostics(file: string): Promise<unknown> {
  const ledger = resolve(values.file ?? join(tillFolder, LEDGER_FILE))
  const facts = await call('till.diagnostics', undefined).then(
    (answer) => JSON.parse(String(gunzipSync(Buffer.from((answer as { data: string }).data, 'base64')))) as Record<string, unknown>,
    (error: unknown) => ({ format: 1, madeAt: new Date().toISOString(), refused: error instanceof TillError ? error.code : errorFacts(error), machine: machine(existsSync(tillFolder) ? tillFolder : ROOT) }),
  )
  if (values.url === undefined) Object.assign(facts, { verify: verifyBeside(ledger) })
  writeFileSync(file, gzipSync(maskedJson(facts)), { mode: 0o600 })
  return { file: resolve(file), refused: 'refused' in facts ? facts.refused : null }
}

function verifyBeside(file: string): unknown {
  try {
    const db = openForReading(file)
    try {
      return verdict(verifyLedger(db, sha256))
    } finally {
      db.close()
    }
  } catch (error) {
    return { ok: false, refused: error instanceof TillError ? error.code : errorFacts(error) }
  }
}

/** The damaged file is kept; ends with 1 where anything is missing, which the report names. */
function recover(): void {
  if ((values.file === undefined) !== (values.to === undefined)) refuseArguments('--file and --to go together: the damaged file, and where the new one goes.', USAGE)
  const recovery = values.file !== undefined && values.to !== undefined
    ? recoverLedger(resolve(values.file), resolve(values.to), sha256, restoredMark())
    : recoverTill(tillFolder, sha256, new Date(), restoredMark())
  print(recovery)
  if (recovery.missing || !recovery.goesOn) process.exitCode = 1
}

async function call(name: string, json: string | undefined): Promise<unknown> {
  if (!Object.hasOwn(CALLS, name)) throw new TillError('call.unknown', { name })
  const input = readInput(json)
  if (CALLS[name as CallName].kind === 'write' && input['key'] === undefined) input['key'] = keyFor(name, input)
  if (values.url !== undefined) return throughSocket(values.url, name as CallName, input)
  const running = runningTill(data)
  return running === undefined ? throughFolder(name as CallName, input) : throughSocket(running, name as CallName, input)
}

function readInput(json: string | undefined): Record<string, unknown> {
  const text = json === '-' ? readFileSync(0, 'utf8') : json ?? '{}'
  try {
    const value = JSON.parse(text) as unknown
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    throw new TillError('call.invalid', { field: '', reason: 'the input is not JSON' })
  }
  throw new TillError('call.invalid', { field: '', reason: 'the input is not a JSON object' })
}

/** A sale's key is its ticket's id; any other write gets a fresh one. */
function keyFor(name: string, input: Record<string, unknown>): unknown {
  const ticket = input['ticket'] as { id?: unknown } | undefined
  return name === 'sale.complete' ? ticket?.id : randomUUID()
}

async function throughSocket(url: string, name: CallName, input: object): Promise<unknown> {
  const client = await connectTill(url)
  try {
    return await client.call(name, input as never)
  } finally {
    client.close()
  }
}

/** No till runs: this command is the till for the length of one call. */
async function throughFolder(name: CallName, input: object): Promise<unknown> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const till = composeTill({ folder: tillFolder, version, log: (level, code, detail) => { if (level === 'error') process.stderr.write(`${JSON.stringify({ code, ...detail })}\n`) } })
  try {
    return await till.dispatcher.run(name, input)
  } finally {
    await till.close()
  }
}
