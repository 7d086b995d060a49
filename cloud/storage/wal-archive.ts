/**
 * Keeps PostgreSQL's log of changes (WAL) in a folder, one compressed file a segment, and gives it back: the commands
 * that the server runs itself, `node wal-archive.ts put SEGMENT FOLDER NAME` and `… get FOLDER NAME SEGMENT`. A segment
 * counts as kept only when it is on the disk under its name; another one of the same name is never overwritten.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

function put(segment: string, folder: string, name: string): void {
  const kept = join(folder, `${name}.gz`)
  const bytes = readFileSync(segment)
  if (existsSync(kept)) {
    // The server asks again when it died before it noted the answer.
    if (gunzipSync(readFileSync(kept)).equals(bytes)) return
    throw new Error(`${kept} is there already, and is another segment: two servers must not share a folder`)
  }
  const draft = `${kept}.${process.pid}`
  writeDurably(draft, gzipSync(bytes, { level: 3 }))
  renameSync(draft, kept)
  syncFolder(folder)
}

function get(folder: string, name: string, segment: string): void {
  writeDurably(segment, gunzipSync(readFileSync(join(folder, `${name}.gz`))))
}

export function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Makes the names in a folder durable; Windows has no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** A shell's word in double quotes, with the server's own `%` doubled. */
const quoted = (path: string): string => `"${(process.platform === 'win32' ? path : path.replaceAll(/[\\"$`]/g, '\\$&')).replaceAll('%', '%%')}"`
const SELF = `${quoted(process.execPath)} ${quoted(fileURLToPath(import.meta.url))}`

/** The settings `archive_command` and `restore_command` for a folder (PostgreSQL 18 documentation, 25.3). */
export const archiveCommand = (folder: string): string => `${SELF} put "%p" ${quoted(folder)} "%f"`
export const restoreCommand = (folder: string): string => `${SELF} get ${quoted(folder)} "%f" "%p"`
/** Archives nothing and succeeds, so that no segment is kept waiting. */
export const NO_ARCHIVE = process.platform === 'win32' ? 'cd .' : 'true'

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const [way, first = '', second = '', third = ''] = process.argv.slice(2)
  try {
    if (way === 'put') put(first, second, third)
    else get(first, second, third)
  } catch (error) {
    // A segment that isn't there is how the server learns that it has read all.
    const { code, message } = error as NodeJS.ErrnoException
    if (!(way === 'get' && code === 'ENOENT')) process.stderr.write(`xiaopu wal-archive ${way} ${dirname(first)}: ${message}\n`)
    process.exitCode = 1
  }
}
