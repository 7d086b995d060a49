/** The real cloud for benches: its process on a real PostgreSQL with its ordinary, durable settings, on this disk. */
import { randomUUID } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '#cloud/storage/embedded-postgres.ts'
import type { TillClient } from '#shared/host/client.ts'
import { connectTill } from '../connect.ts'
import type { CloudAccess } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { ROOT } from '../run-command.ts'

export interface CloudStage extends CloudAccess {
  /** A folder of this stage, for whatever else is measured on the same disk. */
  readonly folder: string
  readonly databaseUrl: string
  /** Process ids whose work is the cloud's, and PostgreSQL's first. */
  readonly cloudPid: number
  readonly postgresPid: number
  close(): Promise<void>
}

export async function openCloudStage(): Promise<CloudStage> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  chmodSync(folder, 0o755)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const data = join(folder, 'database')
  mkdirSync(data, { mode: 0o755 })
  try {
    const postgres = await startPostgres({ data, onLog: () => undefined })
    try {
      const cloud = await startPart({
        script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', '0'],
        // Every till of a bench comes from one machine: a header says which street it is in, or all would share one limit.
        env: { DATABASE_URL: postgres.url, XIAOPU_TRUST_PROXY: '127.0.0.1' }, log: complain,
      })
      return {
        folder, databaseUrl: postgres.url, url: cloud.ready['url']!, operatorKey: readFileSync(cloud.ready['operatorKeyFile']!, 'utf8').trim(),
        cloudPid: cloud.child.pid!, postgresPid: Number.parseInt(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8'), 10),
        async close() {
          await cloud.stop()
          await postgres.stop()
          remove()
        },
      }
    } catch (error) {
      await postgres.stop()
      throw error
    }
  } catch (error) {
    remove()
    throw error
  }
}

export interface TillProcess {
  readonly part: Part
  readonly client: TillClient
  close(): Promise<void>
}

/** A till as a process of its own, on a folder that is gone when it closes; `copyOf` is a ledger to begin with. */
export async function startTill(stage: CloudStage, copyOf?: string): Promise<TillProcess> {
  const folder = join(stage.folder, `till-${randomUUID()}`)
  if (copyOf !== undefined) cpSync(copyOf, folder, { recursive: true })
  const part = await startPart({ script: 'desktop/loopback/main.ts', args: ['--data', folder, '--port', '0'], env: { XIAOPU_TOKEN: randomUUID() }, log: complain })
  const client = await connectTill(part.ready['url']!)
  return {
    part, client,
    async close() {
      client.close()
      await part.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What goes wrong is seen; a bench that fails must say why. */
function complain(line: string): void {
  if (/"level":(?:"(?:warn|error)"|[45]0)/.test(line)) process.stderr.write(`${line}\n`)
}
