/** The till's host as a process under torture: the product's own entry, started, connected to, and killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { connectTill } from '../connect.ts'
import { type Part, startPart } from '../part.ts'
import { ROOT } from '../run-command.ts'
import type { TillClient } from '#shared/host/client.ts'

export const HOST = 'desktop/loopback/main.ts'

export interface HostOptions {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  /** Another entry than the product's, to show what it would lose. */
  readonly script?: string
}
export interface Host {
  readonly client: TillClient
  readonly part: Part
  /** SIGKILL, and its end. */
  kill(): Promise<void>
  /** In good order. */
  stop(): Promise<string>
}

const argumentsFor = (folder: string): string[] => ['--data', folder, '--port', '0']

/** Rejects with PartFailed when the till says that it can't start, or was killed before it was up. */
export async function startHost({ folder, env = {}, script = HOST }: HostOptions): Promise<Host> {
  const part = await startPart({ script, args: argumentsFor(folder), env, log: () => undefined })
  const client = await connectTill(part.ready['url']!)
  return {
    client, part,
    async kill() {
      part.child.kill('SIGKILL')
      await part.ended
    },
    async stop() {
      client.close()
      await part.stop()
      return part.ended
    },
  }
}

/** Starts the host and waits for nothing: to be killed while it opens. */
export function beginHost({ folder, env = {}, script = HOST }: HostOptions): { child: ChildProcess; ended: Promise<void> } {
  const child = spawn(process.execPath, [script, ...argumentsFor(folder)], { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'ignore' })
  return { child, ended: new Promise((resolve) => { child.once('close', () => resolve()) }) }
}
