/**
 * PouchDB and express-pouchdb, fetched into `.cache` by the bench that needs them: 280 packages, two of them native, are
 * no part of what a shop installs. Versions are exact; what those ask for is npm's to choose.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT, run } from '../../run-command.ts'

const VERSIONS = {
  express: '4.22.3', 'express-pouchdb': '4.2.0',
  'pouchdb-adapter-http': '9.0.0', 'pouchdb-adapter-leveldb': '9.0.0', 'pouchdb-core': '9.0.0', 'pouchdb-replication': '9.0.0',
}
const FOLDER = join(ROOT, '.cache/pouchdb-9.0.0')

export interface PouchDatabase {
  bulkDocs(documents: readonly object[]): Promise<{ error?: unknown }[]>
  info(): Promise<{ doc_count: number }>
  close(): Promise<void>
}
export interface Pouch {
  new (name: string, options?: object): PouchDatabase
  plugin(plugin: unknown): Pouch
  defaults(options: object): Pouch
  replicate(source: PouchDatabase, target: string, options: object): Promise<{ ok: boolean; docs_written: number }>
}

/** Installs the packages at the first call. Throws what npm said when it can't. */
export async function fetchPouch(): Promise<void> {
  if (existsSync(FOLDER)) return
  const draft = `${FOLDER}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }))
  const { status, output } = await run({ file: 'npm', args: ['install', '--prefix', draft, '--no-audit', '--no-fund'] })
  if (status !== 0) throw new Error(`PouchDB could not be fetched, and without it there is nothing to compare with:\n${output}`)
  renameSync(draft, FOLDER)
}

export const requirePouch = createRequire(join(FOLDER, 'package.json'))

/** PouchDB over LevelDB, which replicates over HTTP. To be called once in a process: its plugins change it in place. */
export function pouch(): Pouch {
  const names = ['pouchdb-adapter-leveldb', 'pouchdb-adapter-http', 'pouchdb-replication']
  return names.reduce((made, name) => made.plugin(plain(requirePouch(name))), plain(requirePouch('pouchdb-core')) as Pouch)
}

/** What a package made for both kinds of modules means by itself. */
const plain = (module: unknown): unknown => (module !== null && typeof module === 'object' && 'default' in module ? module.default : module)
