/**
 * The keys that seal personal records: a file beside the data and never in the database, so that a copy of the database, or an
 * old backup whose keys were destroyed since, opens nobody's record. With several machines they come from outside.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { KeyRingSchema, newestOnly, withNewKeys, type KeyRing } from '#shared/members/vault.ts'
import { nodeCiphers } from './ciphers.ts'
import type { Database } from '#cloud/storage/database.ts'
import { StartupError } from '#cloud/storage/startup-error.ts'
import { Refusal } from './refusal.ts'

export interface PersonalKeys {
  /** As they are now: another process may have changed them. Ask after reading what is to be opened. */
  ring(): KeyRing
  /** New keys, which seal from now on. Throws `not.allowed` where keys are not ours to make. */
  renew(now: number): void
  /** Destroys all but the newest. */
  keepNewest(): void
}

/** In a file that only this account can read, made at the first start. */
export function keysInFile(file: string, now: number): PersonalKeys {
  let held: { ring: KeyRing; mark: string } | undefined
  const markOf = (): string => {
    const { ino, mtimeMs, size } = statSync(file)
    return `${ino} ${mtimeMs} ${size}`
  }
  const write = (ring: KeyRing): void => {
    const fresh = `${file}.new`
    const out = openSync(fresh, 'w', 0o600)
    try {
      writeSync(out, `${JSON.stringify(ring)}\n`)
      fsyncSync(out)
    } finally {
      closeSync(out)
    }
    renameSync(fresh, file)
  }
  const ring = (): KeyRing => {
    const mark = markOf()
    if (held?.mark !== mark) held = { ring: KeyRingSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), mark }
    return held.ring
  }
  if (!existsSync(file)) write(withNewKeys(undefined, nodeCiphers, now))
  ring()
  return { ring, renew: (at) => write(withNewKeys(ring(), nodeCiphers, at)), keepNewest: () => write(newestOnly(ring())) }
}

/** From outside, as the file's text: for servers that share no disk. Whoever gives them adds and removes them. Throws on what is no ring. */
export function keysGiven(text: string): PersonalKeys {
  const ring = KeyRingSchema.parse(JSON.parse(text))
  const refuse = (): never => { throw new Refusal('not.allowed', 'the personal keys are given by XIAOPU_PERSONAL_KEYS and changed there: add a newer one behind the others, run this with --given, then remove the old ones') }
  return { ring: () => ring, renew: refuse, keepNewest: refuse }
}

/** For tests: gone with the process. */
export function keysInMemory(): PersonalKeys {
  let ring = withNewKeys(undefined, nodeCiphers, 0)
  return { ring: () => ring, renew: (now) => { ring = withNewKeys(ring, nodeCiphers, now) }, keepNewest: () => { ring = newestOnly(ring) } }
}

/** Notes which ring seals for this database, the first time; throws StartupError `personal_keys.differ` when it is another. */
export async function claimKeys(db: Database, keys: PersonalKeys): Promise<void> {
  const { id } = keys.ring()
  await db.updateTable('platform').set({ personal_ring: id }).where('personal_ring', 'is', null).execute()
  const { personal_ring: known } = await db.selectFrom('platform').select('personal_ring').executeTakeFirstOrThrow()
  if (known === id) return
  throw new StartupError('personal_keys.differ', `This database's personal records are sealed by the key ring ${known}, and this process has ${id}: it could read none of them. Put the right personal-keys.json back, or give its text to all processes in XIAOPU_PERSONAL_KEYS. Where it is lost for good, so are the records: delete them and set platform.personal_ring to null, as the owner of the tables.`)
}
