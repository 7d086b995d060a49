/** Starts a part of Xiaopu (the till's host, the cloud) as a child and waits for its ready line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ROOT } from './run-command.ts'

export interface Part {
  readonly child: ChildProcess
  /** What the part printed when it was up. */
  readonly ready: Record<string, string>
  /** Resolves with what ended it. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}
export interface PartOptions {
  readonly script: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Another program than this Node, such as Electron. */
  readonly program?: string
  /** Each line of its log. */
  readonly log: (line: string) => void
}

/** A part that would not start: its last error line says why, with a code. */
export class PartFailed extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>
  constructor(script: string, lines: readonly string[]) {
    const failure = [...lines].reverse().map(parseFailure).find((each) => each !== undefined)
    super(failure ? `${script}: ${failure.code}` : `${script} did not start:\n${lines.join('\n')}`)
    this.name = 'PartFailed'
    this.code = failure?.code ?? 'part.failed'
    this.detail = failure?.detail ?? {}
  }
}

function parseFailure(line: string): { code: string; detail: Record<string, unknown> } | undefined {
  const sentence = /^xiaopu \w+: ([a-z_]+\.[a-z_.]+): (.+)$/.exec(line)
  if (sentence) return { code: sentence[1]!, detail: { message: sentence[2] } }
  if (!line.startsWith('{')) return undefined
  try {
    const { code, detail } = JSON.parse(line) as { code?: unknown; detail?: Record<string, unknown> }
    return typeof code === 'string' ? { code, detail: detail ?? {} } : undefined
  } catch {
    return undefined
  }
}

const LINES_KEPT = 40
const STOP_LIMIT_MS = 10_000

/** Rejects with PartFailed when it ends before it is up. The child stops by itself when this process is gone. */
export async function startPart(options: PartOptions): Promise<Part> {
  const child = spawn(options.program ?? process.execPath, [options.script, ...options.args], {
    cwd: ROOT, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  const log = (line: string): void => {
    lines.push(line)
    if (lines.length > LINES_KEPT) lines.shift()
    options.log(line)
  }
  createInterface({ input: child.stderr! }).on('line', log)
  const ended = new Promise<string>((resolve) => {
    child.once('close', (status, signal) => resolve(signal ?? String(status)))
  })
  const ready = await new Promise<Record<string, string>>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line) as Record<string, string>)
      else log(line)
    })
    void ended.then(() => reject(new PartFailed(options.script, lines)))
    child.once('error', (error) => { log(error.message); reject(new PartFailed(options.script, lines)) })
  })
  return {
    child, ready, ended,
    async stop() {
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
      child.kill('SIGTERM')
      await ended
      clearTimeout(killer)
    },
  }
}
