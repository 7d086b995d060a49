/** A database of its own for a suite: a clone of the migrated template, dropped afterwards. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { administer, databaseUrl } from './postgres.ts'

export interface TestDatabase {
  /** A connection string of the owner of the tables. */
  readonly url: string
  drop(): Promise<void>
}

export async function cloneDatabase(): Promise<TestDatabase> {
  const server = inject('cloudServerUrl')
  const name = `xiaopu_test_${randomBytes(8).toString('hex')}`
  await administer(server, `create database ${name} template ${inject('cloudTemplate')}`)
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  }
}
