/** Real SQLite files and a real PostgreSQL for a simulation: one server for the run, a fresh database and folder a seed. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '#cloud/storage/embedded-postgres.ts'
import { migrate } from '#cloud/storage/migrate.ts'
import { pgCloud } from '#cloud/testing/pg-cloud.ts'
import { administer, databaseUrl } from '#cloud/testing/postgres.ts'
import { folderDisk } from './disk.ts'
import type { SimulationOptions } from './simulation.ts'

export interface RealParts {
  readonly world: Pick<SimulationOptions, 'disk' | 'cloud'>
  drop(): Promise<void>
}
export interface Real {
  parts(): Promise<RealParts>
  close(): Promise<void>
}

/** Over `serverUrl` if there is a server already, else over one of its own. */
export async function openReal(serverUrl?: string): Promise<Real> {
  const data = mkdtempSync(join(tmpdir(), 'xiaopu-simulate-'))
  chmodSync(data, 0o755)
  const server = serverUrl === undefined ? await startPostgres({ data, onLog: () => {}, settings: ['fsync=off'] }) : undefined
  const url = serverUrl ?? server!.url
  const template = `xiaopu_simulate_${randomBytes(6).toString('hex')}`
  await administer(url, `create database ${template}`)
  await migrate(databaseUrl(url, template))
  let made = 0
  return {
    async parts() {
      made += 1
      const name = `${template}_${made}`
      await administer(url, `create database ${name} template ${template}`)
      const folder = join(data, `seed-${made}`)
      return {
        world: { disk: (till) => folderDisk(join(folder, till)), cloud: (notices) => pgCloud(databaseUrl(url, name), notices, 3) },
        async drop() {
          rmSync(folder, { recursive: true, force: true })
          await administer(url, `drop database if exists ${name} with (force)`)
        },
      }
    },
    async close() {
      await administer(url, `drop database if exists ${template} with (force)`)
      await server?.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
