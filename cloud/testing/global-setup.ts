/**
 * One PostgreSQL for a whole test run: our embedded one, or the one of DATABASE_URL. The schema goes into a template
 * database once; each suite clones it (see database.ts), which takes milliseconds.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '#cloud/storage/embedded-postgres.ts'
import { migrate } from '#cloud/storage/migrate.ts'
import { administer, databaseUrl } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A connection string that may make databases. */
    cloudServerUrl: string
    cloudTemplate: string
  }
}

interface Running { readonly url: string; stop(): Promise<void> }

/** Several projects of one run share one server. */
let running: { server: Promise<Running>; users: number } | undefined

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  running ??= { server: start(), users: 0 }
  const mine = running
  mine.users++
  const server = await mine.server
  const template = `xiaopu_template_${randomBytes(6).toString('hex')}`
  await administer(server.url, `create database ${template}`)
  await migrate(databaseUrl(server.url, template))
  project.provide('cloudServerUrl', server.url)
  project.provide('cloudTemplate', template)
  return async () => {
    await administer(server.url, `drop database if exists ${template}`)
    mine.users--
    if (mine.users > 0) return
    running = undefined
    await server.stop()
  }
}

async function start(): Promise<Running> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  const data = mkdtempSync(join(tmpdir(), 'xiaopu-pg-'))
  chmodSync(data, 0o755)
  // What a test writes need not outlive a power cut.
  const postgres = await startPostgres({ data, onLog: () => {}, settings: ['fsync=off', 'max_connections=200'] })
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
