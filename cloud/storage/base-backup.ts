/**
 * Backs a running embedded PostgreSQL up into a folder: a copy of its files taken between pg_backup_start and
 * pg_backup_stop (the low-level interface: the packages bring no pg_basebackup), and from then on every segment of its
 * log as it fills. With both, restore.ts goes to any moment after the backup. Nothing waits while it runs.
 */
import { closeSync, copyFileSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { postgresAccount } from './postgres-account.ts'
import { StartupError } from './startup-error.ts'
import { archiveCommand, syncFolder, writeDurably } from './wal-archive.ts'

/** Contents that a copy must not have or does not need (PostgreSQL 18 documentation, 25.3.4). */
const EMPTIED = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'])
const LEFT = /^(postmaster\.(pid|opts)|pg_internal\.init|pgsql_tmp.*|backup_label(\.old)?|tablespace_map(\.old)?)$/
/** What the cloud keeps beside its database: without them the restored one would be another cloud. */
export const KEY_FILES = ['platform-key.pem', 'operator.key', 'postgres.password'] as const
/**
 * The ring that personal records are sealed by. It lies once beside all copies and is replaced by each backup, so that keys
 * which the cloud has destroyed go from here too, and with them what older copies hold under them.
 */
export const RING_FILE = 'personal-keys.json'
/** A server that can't put its log into the folder by then never will. */
const ARCHIVE_LIMIT_MS = 120_000
/** A machine that is lost takes at most so much of the log with it. */
const ARCHIVE_EVERY = '60s'

export const ManifestSchema = z.object({ format: z.literal(1), startedAt: z.int(), endedAt: z.int(), lsn: z.string(), files: z.int(), bytes: z.int() })
export type Manifest = z.output<typeof ManifestSchema>

/** Connects to the server that runs on a cloud's folder. Throws StartupError backup.not_running. */
export async function connectEmbedded(data: string): Promise<pg.Client> {
  const line = join(data, 'postgres', 'postmaster.pid')
  const secret = join(data, 'postgres.password')
  if (!existsSync(line) || !existsSync(secret)) {
    throw new StartupError('backup.not_running', `No cloud with a database of its own runs on ${data}. Start it, or say --data; a server of your own (DATABASE_URL) is backed up with its own tools, see docs/operating.md.`)
  }
  const port = Number(readFileSync(line, 'utf8').split('\n')[3])
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'xiaopu', database: 'postgres', password: readFileSync(secret, 'utf8').trim() })
  await client.connect().catch(() => { throw new StartupError('backup.not_running', `The database in ${data} does not answer. Start the cloud first.`) })
  return client
}

/** Takes a backup of the cloud that runs on `data` into `folder`. Throws StartupError backup.* with what to do. */
export async function backUp(data: string, folder: string): Promise<Manifest & { base: string }> {
  const to = resolve(folder)
  const client = await connectEmbedded(data)
  try {
    await archiveInto(client, data, join(to, 'wal'))
    const startedAt = Date.now()
    const base = join(to, 'base', new Date(startedAt).toISOString().replaceAll(':', '-'))
    const draft = `${base}.part`
    mkdirSync(draft, { recursive: true, mode: 0o700 })
    await client.query("select pg_backup_start('xiaopu', fast => true)")
    const copied = copyFolder(join(data, 'postgres'), join(draft, 'postgres'))
    await client.query(`set statement_timeout = ${ARCHIVE_LIMIT_MS}`)
    const { rows } = await client.query<{ lsn: string; labelfile: string; spcmapfile: string }>('select * from pg_backup_stop(wait_for_archive => true)').catch(archiveFailed(to))
    const { lsn, labelfile, spcmapfile } = rows[0]!
    // Exactly as they came, or the copy is not recognised as one.
    writeDurably(join(draft, 'postgres', 'backup_label'), Buffer.from(labelfile))
    if (spcmapfile.trim() !== '') writeDurably(join(draft, 'postgres', 'tablespace_map'), Buffer.from(spcmapfile))
    for (const name of KEY_FILES) if (existsSync(join(data, name))) writeDurably(join(draft, name), readFileSync(join(data, name)))
    if (existsSync(join(data, RING_FILE))) writeDurably(join(to, RING_FILE), readFileSync(join(data, RING_FILE)))
    const manifest: Manifest = { format: 1, startedAt, endedAt: Date.now(), lsn, ...copied }
    writeDurably(join(draft, 'manifest.json'), Buffer.from(`${JSON.stringify(manifest)}\n`))
    renameSync(draft, base)
    syncFolder(dirname(base))
    return { ...manifest, base }
  } finally {
    await client.end()
  }
}

/** Makes the server put its log into `wal` from now on, also after a restart. */
async function archiveInto(client: pg.Client, data: string, wal: string): Promise<void> {
  mkdirSync(wal, { recursive: true, mode: 0o700 })
  postgresAccount([data]).own(wal)
  await client.query(`alter system set archive_command = ${client.escapeLiteral(archiveCommand(wal))}`)
  await client.query(`alter system set archive_timeout = '${ARCHIVE_EVERY}'`)
  await client.query('alter system set archive_mode = on')
  await client.query('select pg_reload_conf()')
  const { rows } = await client.query<{ archive_mode: string }>('show archive_mode')
  if (rows[0]?.archive_mode !== 'on') throw new StartupError('backup.restart_needed', 'This database was made by an older Xiaopu and is ready for backups now. Restart the cloud once, and back up again.')
}

const archiveFailed = (to: string) => (error: unknown): never => {
  if ((error as { code?: string }).code !== '57014') throw error
  throw new StartupError('backup.archive_failed', `PostgreSQL could not put its log into ${join(to, 'wal')}. Give its account (postgres, when the cloud runs as root) the right to write there; the cloud's log says why it failed.`)
}

/** Files may change, grow and vanish meanwhile: the log that is kept beside them puts that right. */
function copyFolder(from: string, to: string): { files: number; bytes: number } {
  mkdirSync(to, { mode: 0o700 })
  let files = 0
  let bytes = 0
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (LEFT.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      if (EMPTIED.has(entry.name)) {
        mkdirSync(target, { mode: 0o700 })
        continue
      }
      const within = copyFolder(source, target)
      files += within.files
      bytes += within.bytes
    } else if (entry.isFile()) {
      const size = copyFile(source, target)
      if (size === undefined) continue
      files += 1
      bytes += size
    } else {
      throw new StartupError('backup.unsupported', `${source} is neither a file nor a folder: tablespaces are not backed up by this command.`)
    }
  }
  syncFolder(to)
  return { files, bytes }
}

function copyFile(source: string, target: string): number | undefined {
  try {
    copyFileSync(source, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    rmSync(target, { force: true })
    return undefined
  }
  const handle = openSync(target, 'r+')
  fsyncSync(handle)
  const { size } = fstatSync(handle)
  closeSync(handle)
  return size
}
