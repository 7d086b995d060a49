/**
 * The till's keys for personal records: a file of its own beside the database, for this account alone. A copy of the database
 * without it opens nobody's record; a backup that is to bring members back has to hold both.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { type KeyRing, KeyRingSchema } from '#shared/members/vault.ts'
import { syncPath } from '../backup/durable.ts'

export const PEOPLE_KEYS_FILE = 'people.keys'

export interface KeyFile {
  /** Undefined while there is none. */
  read(): KeyRing | undefined
  /** Durable when it returns: the file is the whole new ring or the whole old one. */
  write(ring: KeyRing): void
}

/** The keys beside an open database; of one in memory they are in memory too. */
export function keysBeside(db: Database): KeyFile {
  if (db.memory) {
    let ring: KeyRing | undefined
    return { read: () => ring, write: (next) => { ring = next } }
  }
  const file = join(dirname(db.name), PEOPLE_KEYS_FILE)
  return {
    read() {
      if (!existsSync(file)) return undefined
      const ring = ringIn(readFileSync(file, 'utf8'))
      // The till must open all the same. What can't be understood is put aside and not written over: somebody may mend it.
      if (!ring) renameSync(file, `${file}.${statSync(file).mtimeMs}.unreadable`)
      return ring
    },
    write(ring) {
      const fresh = `${file}.new`
      const out = openSync(fresh, 'w', 0o600)
      try {
        writeSync(out, `${JSON.stringify(ring)}\n`)
        fsyncSync(out)
      } finally {
        closeSync(out)
      }
      renameSync(fresh, file)
      syncPath(dirname(file), true)
    },
  }
}

function ringIn(text: string): KeyRing | undefined {
  try {
    return KeyRingSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
