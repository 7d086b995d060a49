/**
 * Runs other programs from scripts: packages' commands under this very Node, so that neither the path nor
 * Windows' .cmd wrappers decide which one answers.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export type Command = { readonly file: string; readonly args: readonly string[] }
/** `status` is undefined when the program could not be started or was stopped for taking too long. */
export type Outcome = { readonly status: number | undefined; readonly output: string }

export type RunOptions = {
  /** Stop it after this many milliseconds. */
  readonly limitMs?: number
  readonly env?: NodeJS.ProcessEnv
}

/** The command a package brings, such as `packageCommand('oxlint')`, run by this Node. */
export function packageCommand(name: string, command = name): Command {
  const folder = join(ROOT, 'node_modules', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> }
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command]
  if (script === undefined) throw new Error(`package ${name} brings no command ${command}`)
  return { file: process.execPath, args: [join(folder, script)] }
}

/** Runs a program to its end and returns what it printed, both streams in the order they came. Never rejects. */
export function run(command: Command, options: RunOptions = {}): Promise<Outcome> {
  return new Promise((done) => {
    const pieces: Buffer[] = []
    const child = spawn(command.file, command.args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: options.limitMs,
    })
    const collect = (piece: Buffer): void => {
      pieces.push(piece)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => done({ status: undefined, output: error.message }))
    child.on('close', (status) => done({ status: status ?? undefined, output: Buffer.concat(pieces).toString('utf8') }))
  })
}
