/**
 * The keys that seal personal records: a file beside the data and never in the database, so that a copy of the database, or an
 * old backup whose keys were destroyed since, opens nobody's record. With several machines they come from outside.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { KeyRingSchema, newestOnly, withNewKeys, type KeyRing } from '#shared/members/vault.ts'
import { nodeCiphers } from './ciphers.ts'
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
