/**
 * Makes a cloud's folder from a backup: the copy of the files, and the log played over it up to the moment that is
 * asked for. It works in a new folder and leaves backup and old folder as they are; what it made is whole and stopped.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ManifestSchema, type Manifest, connectEmbedded, KEY_FILES, RING_FILE } from './base-backup.ts'
import { startPostgres } from './embedded-postgres.ts'
import { postgresAccount } from './postgres-account.ts'
import { StartupError } from './startup-error.ts'
import { NO_ARCHIVE, restoreCommand } from './wal-archive.ts'

/** Reading the log of a month takes its time. */
const REPLAY_LIMIT_MS = 6 * 3_600_000
/**
 * How far each shop's count of changes jumps. A till may have seen numbers that the restored cloud has yet to give; given
 * a second time to other changes, they would be skipped by that till.
 */
const REV_JUMP = 1_000_000_000

export interface Restored {
  readonly base: string
  /** The last change that is in it, UTC ms; null for a backup without any behind it. */
  readonly lastChangeAt: number | null
  readonly shops: number
  readonly rows: number
}

/** Restores `folder` into the new folder `data`, up to and with what was committed at `until` (UTC ms) or to the end. Throws StartupError restore.*. */
export async function restore(folder: string, data: string, until?: number): Promise<Restored> {
  const from = resolve(folder)
  const base = chooseBase(from, until)
  if (existsSync(data) && readdirSync(data).length > 0) throw new StartupError('restore.not_empty', `${data} is not empty. A restore goes into a new folder, so that nothing is lost by it.`)
  mkdirSync(data, { recursive: true, mode: 0o755 })
  const server = join(resolve(data), 'postgres')
  try {
    cpSync(join(base, 'postgres'), server, { recursive: true })
    chmodSync(server, 0o700)
    for (const name of KEY_FILES) if (existsSync(join(base, name))) writeFileSync(join(data, name), readFileSync(join(base, name)), { mode: 0o600 })
    if (existsSync(join(from, RING_FILE))) writeFileSync(join(data, RING_FILE), readFileSync(join(from, RING_FILE)), { mode: 0o600 })
    const settings = join(server, 'postgresql.auto.conf')
    const own = readFileSync(settings, 'utf8').split('\n').filter((line) => !/^\s*(archive_|restore_|recovery_)/.test(line)).join('\n')
    // Not into the archive it comes from: the cloud that wrote that may still run.
    const quiet = `${own}archive_mode = on\narchive_command = '${NO_ARCHIVE}'\n`
    const target = until === undefined ? '' : `recovery_target_time = '${new Date(until).toISOString().replace('T', ' ').replace('Z', '+00')}'\nrecovery_target_action = 'promote'\n`
    writeFileSync(settings, `${quiet}restore_command = '${restoreCommand(join(from, 'wal')).replaceAll("'", "''")}'\n${target}`)
    writeFileSync(join(server, 'recovery.signal'), '')
    handOver(data, server)
    const restored = await replay(data, until)
    writeFileSync(settings, quiet)
    return { base, ...restored }
  } catch (error) {
    rmSync(data, { recursive: true, force: true })
    throw error
  }
}

/** The latest backup that was whole by then. */
function chooseBase(from: string, until = Infinity): string {
  const folder = join(from, 'base')
  const bases = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'manifest.json'))) : []
  const whole = bases.map((name) => ({ name, manifest: ManifestSchema.parse(JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8'))) }))
    .filter(({ manifest }: { manifest: Manifest }) => manifest.endedAt <= until).sort((a, b) => a.manifest.endedAt - b.manifest.endedAt)
  const last = whole.at(-1)
  if (!last) throw new StartupError('restore.no_backup', bases.length === 0 ? `There is no backup in ${from}.` : `No backup in ${from} was finished by ${new Date(until).toISOString()}; the first later moment is after ${bases.sort()[0]}.`)
  return join(folder, last.name)
}

async function replay(data: string, until: number | undefined): Promise<Omit<Restored, 'base'>> {
  const said: string[] = []
  const postgres = await startPostgres({ data, onLog: (line) => said.push(line), startLimitMs: REPLAY_LIMIT_MS }).catch((error: unknown) => {
    if (!said.some((line) => line.includes('before configured recovery target was reached'))) throw error
    throw new StartupError('restore.too_late', `The log in the backup ends before ${new Date(until!).toISOString()}. Choose an earlier moment, or leave --until out for all there is.`)
  })
  try {
    const client = await connectEmbedded(data)
    try {
      const last = await client.query<{ at: Date | null }>('select pg_last_xact_replay_timestamp() as at')
      await client.query('update counter set rev = rev + $1', [REV_JUMP])
      const { rows } = await client.query<{ shops: string; rows: string }>('select (select count(*) from shop) as shops, (select count(*) from journal) as rows')
      return { lastChangeAt: last.rows[0]?.at?.getTime() ?? null, shops: Number(rows[0]!.shops), rows: Number(rows[0]!.rows) }
    } finally {
      await client.end()
    }
  } finally {
    await postgres.stop()
  }
}

/** PostgreSQL's account gets all of it: a copy made by root is root's. */
function handOver(data: string, folder: string): void {
  const account = postgresAccount([data])
  account.own(folder)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) account.own(join(folder, name))
}
