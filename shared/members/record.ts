/**
 * A person's records and what they come to. A record is some fields set together; an event names it by its digest, so the
 * journal proves what was written without holding it, and goes on proving when the record is gone.
 */
import type { Id } from '../identity/ids.ts'
import type { PersonRecord, PersonSet } from '../identity/person.ts'
import { canonical } from '../ledger/canonical.ts'
import type { Sha256 } from '../ledger/envelope.ts'

/** The name of a record in the journal. The salt makes it say nothing to whoever tries all numbers there are. Throws TypeError for fields the journal's text can't hold. */
export function digestOf({ person, salt, set }: PersonRecord, sha256: Sha256): string {
  return sha256(canonical({ person, salt, set }))
}

/** A record with its name, and the stamp of the event that names it. */
export interface NamedRecord extends PersonRecord {
  readonly digest: string
  readonly hlc: string
  /** The event that names it. */
  readonly event: Id
}

/** Field by field the latest record wins. `superseded`: records of which nothing is left, to be destroyed. */
export function currentOf<Record extends Pick<NamedRecord, 'set' | 'hlc' | 'digest'>>(records: readonly Record[]): { fields: PersonSet; superseded: Record[] } {
  const fields: PersonSet = {}
  const superseded: Record[] = []
  for (const record of records.toSorted((a, b) => (orderOf(a) > orderOf(b) ? -1 : 1))) {
    const fresh = Object.entries(record.set).filter(([name, value]) => value !== undefined && !Object.hasOwn(fields, name))
    if (fresh.length === 0) superseded.push(record)
    for (const [name, value] of fresh) Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return { fields, superseded }
}
/** Stamps differ between tills; the digest only makes the order whole. */
const orderOf = ({ hlc, digest }: Pick<NamedRecord, 'hlc' | 'digest'>): string => `${hlc} ${digest}`
