/**
 * Checks a credit code with no network: `npm run credit-code -- verify TOKEN [--keys FILE|URL] [--at TIME]`. The token may be
 * the whole address from the QR code. `keys --url URL` saves the platform's public keys for later. JSON on stdout; the
 * exit status is 0 only for a valid code. Whether a code was revoked only the platform's page can say.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkerOf, JwksSchema, type Jwks } from '#cloud/identity/platform-key.ts'
import { readCreditCode } from '#shared/identity/credit-code.ts'
import { longId } from '#shared/identity/ids.ts'
import { readArguments } from './arguments.ts'
import { ROOT } from './run-command.ts'

const HELP = `npm run credit-code -- verify TOKEN [--keys FILE|URL] [--at TIME] [--data DIR]
npm run credit-code -- keys --url URL > keys.json`

/** A sentence for whoever typed the command. */
class CommandError extends Error {}

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: { keys: { type: 'string' }, at: { type: 'string' }, url: { type: 'string' }, data: { type: 'string', default: join(ROOT, 'data') } },
}, HELP)

async function readKeys(from: string | undefined): Promise<Jwks> {
  const file = from ?? [join(resolve(values.data), 'cloud', 'jwks.json'), join(resolve(values.data), 'jwks.json')].find(existsSync)
  if (file === undefined) throw new CommandError(`There is no jwks.json in ${values.data}. Say --keys FILE, or save the keys first: ${HELP.split('\n')[1]}`)
  try {
    const text = /^https?:/.test(file) ? await (await fetch(file)).text() : readFileSync(file, 'utf8')
    return JwksSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new CommandError(`${file} holds no Ed25519 keys that can be read: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
}

function readTime(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(time)) throw new CommandError(`--at ${text} is no time; say one like 2026-11-23T12:00:00Z`)
  return time
}

async function run(): Promise<void> {
  const [command, text] = positionals
  if (command === 'keys' && values.url) {
    console.log(JSON.stringify(await readKeys(`${values.url.replace(/\/+$/, '')}/.well-known/jwks.json`), null, 2))
  } else if (command === 'verify' && text) {
    const token = /\/c\/([^/?#]+)/.exec(text)?.[1] ?? text
    const at = readTime(values.at)
    const verdict = readCreditCode(token, checkerOf(await readKeys(values.keys)), at)
    const details = 'claims' in verdict
      ? { shop: longId(verdict.claims.sub), issued: new Date(verdict.claims.iat * 1000).toISOString(), expires: new Date(verdict.claims.exp * 1000).toISOString() }
      : {}
    console.log(JSON.stringify({ ...verdict, ...details, at: new Date(at).toISOString() }, null, 2))
    process.exitCode = verdict.verdict === 'valid' ? 0 : 1
  } else {
    throw new CommandError(HELP)
  }
}

run().catch((error: unknown) => {
  if (!(error instanceof CommandError)) throw error
  console.error(error.message)
  process.exitCode = 2
})
