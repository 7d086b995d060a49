/**
 * Personal records in the till's database, each under seal, and the keyed hashes that find a telephone number. What is destroyed
 * here is written over in the file. Nothing of it joins the journal, and nothing in clear leaves but by the calls below.
 */
import type { Database } from 'better-sqlite3'
import type { PersonStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type PersonRecord, type PersonSet, normalPhone, phoneTail } from '#shared/identity/person.ts'
import type { JournalRow, Sha256 } from '#shared/ledger/envelope.ts'
import { type Member, PEOPLE_EVENTS } from '#shared/members/member.ts'
import { type NamedRecord, currentOf, digestOf } from '#shared/members/record.ts'
import { type Ciphers, type KeyRing, type Sealed, Vault, VaultError, newestOnly, withNewKeys } from '#shared/members/vault.ts'
import { type RecordState, PEOPLE_MAX, recordsOf } from '#shared/sync/people.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { type LabelBatches, type TextSeal, DROP_SEALED } from '../label-batches.ts'
import type { Documents } from '../documents.ts'
import type { Settings } from '../settings.ts'
import type { KeyFile } from './key-file.ts'

interface Row extends Sealed { event: Id; hlc: string; sent: number }
const COLUMNS = 'person, digest, event, hlc, fields, key, sealed, sent'
const SENT: Readonly<Record<Exclude<RecordState, 'erased'>, number>> = { stored: 1, refused: 2 }
const TYPES = PEOPLE_EVENTS.map((type) => `'${type}'`).join(', ')

/** What the records stand on. */
export interface PeopleParts {
  readonly db: Database
  readonly documents: Documents
  readonly settings: Settings
  readonly keys: KeyFile
  readonly labels: LabelBatches
  readonly ciphers: Ciphers
  readonly sha256: Sha256
}

/** Destroys a person's rows; open.ts has SQLite write over what is deleted. In one place for the live path and for what comes down. */
export class Eraser {
  readonly #records
  readonly #tags
  readonly #labels
  constructor(db: Database) {
    this.#records = db.prepare('DELETE FROM person_record WHERE person = ?')
    this.#tags = db.prepare('DELETE FROM person_tag WHERE person = ?')
    this.#labels = db.prepare(DROP_SEALED)
  }
  erase(person: Id): boolean {
    // Labels of parcels name nobody by id: of whoever it was, nothing is kept to be printed again.
    this.#labels.run()
    return this.#records.run(person).changes + this.#tags.run(person).changes > 0
  }
}

export class People implements PersonStore {
  readonly #parts
  readonly #db
  readonly #eraser
  readonly #put
  readonly #rows
  readonly #reseal
  readonly #drop
  readonly #mark
  readonly #untag
  readonly #tag
  readonly #byTag
  #ring: KeyRing | undefined
  /** Of one ring and one shop. */
  #vault: { ring: KeyRing; shop: Id; vault: Vault } | undefined

  constructor(parts: PeopleParts) {
    const { db } = parts
    this.#parts = parts
    this.#db = db
    this.#eraser = new Eraser(db)
    this.#put = db.prepare(`INSERT INTO person_record (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET sealed = excluded.sealed, key = excluded.key, sent = max(sent, excluded.sent)`)
    this.#rows = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM person_record WHERE person = ?`)
    this.#reseal = db.prepare('UPDATE person_record SET key = ?, sealed = ? WHERE person = ? AND digest = ?')
    this.#drop = db.prepare('DELETE FROM person_record WHERE person = ? AND digest = ?')
    this.#mark = db.prepare('UPDATE person_record SET sent = ? WHERE person = ? AND digest = ?')
    this.#untag = db.prepare('DELETE FROM person_tag WHERE person = ?')
    this.#tag = db.prepare('INSERT OR IGNORE INTO person_tag (kind, tag, person, key) VALUES (?, ?, ?, ?)')
    this.#byTag = db.prepare<[string, string], { person: Id }>('SELECT person FROM person_tag WHERE kind = ? AND tag = ?')
    this.#ring = parts.keys.read()
  }

  make(person: Id, set: PersonSet): PersonRecord & { digest: string } {
    const record = { person, salt: Buffer.from(this.#parts.ciphers.random(32)).toString('hex'), set }
    return { ...record, digest: digestOf(record, this.#parts.sha256) }
  }

  put(record: NamedRecord, from: 'here' | 'cloud'): void {
    if (this.member(record.person)?.erased) return
    const { key, sealed, fields } = this.#open().seal(record, record.digest)
    this.#put.run(record.person, record.digest, record.event, record.hlc, fields, key, sealed, from === 'cloud' ? 1 : 0)
    this.#tidy(record.person)
  }

  readonly member = (person: Id): Member | undefined => {
    return this.#parts.documents.get('member', person)?.doc as Member | undefined
  }
  list(after: Id | undefined, limit: number): Id[] {
    return this.#db.prepare<[string, number], { id: Id }>("SELECT id FROM document WHERE kind = 'member' AND id > ? ORDER BY id LIMIT ?").all(after ?? '', limit).map(({ id }) => id)
  }
  mergedInto(person: Id): Id[] {
    return this.#db.prepare<[string], { id: Id }>("SELECT id FROM document WHERE kind = 'member' AND doc ->> 'mergedInto' = ?").all(person).map(({ id }) => id)
  }

  records(person: Id): NamedRecord[] {
    return this.#rows.all(person).flatMap((row) => this.#openRow(row) ?? [])
  }
  fields(person: Id): PersonSet | undefined {
    const records = this.records(person)
    return records.length === 0 ? undefined : currentOf(records).fields
  }
  find(kind: 'phone' | 'tail', value: string): Id[] {
    if (!this.#ring) return []
    const found = this.#open().tags(kind, value).flatMap(({ tag }) => this.#byTag.all(kind, tag).map(({ person }) => person))
    return [...new Set(found)]
  }
  events(person: Id): JournalRow[] {
    const rows = this.#db.prepare<[], JournalRow>(`SELECT seq, text, hash FROM journal WHERE type IN (${TYPES}) ORDER BY seq`).all()
    return rows.filter(({ text }) => (JSON.parse(text) as { body: { person?: unknown } }).body.person === person)
  }

  erase(person: Id): boolean {
    return this.#eraser.erase(person)
  }
  scrub(): void {
    // What was destroyed must not live on in pages that wait to be written back.
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
  }

  unsent(acknowledged: number): NamedRecord[] {
    // A row that is not in this journal is one that the cloud knew before this ledger was begun anew.
    // Those whose key is gone are left out before they are counted, or enough of them would hold up all others.
    const rows = this.#db.prepare<[string, number, number], Row>(`SELECT ${COLUMNS} FROM (SELECT p.*, j.seq FROM person_record p LEFT JOIN journal j ON j.id = p.event
      WHERE p.sent = 0 AND p.key IN (SELECT value FROM json_each(?))) WHERE seq IS NULL OR seq <= ? ORDER BY seq LIMIT ?`).all(JSON.stringify(this.#dataKeys()), acknowledged, PEOPLE_MAX)
    return rows.flatMap((row) => this.#openRow(row) ?? [])
  }
  sent(record: Pick<NamedRecord, 'person' | 'digest'>, state: RecordState): void {
    if (state === 'erased') this.#eraser.erase(record.person)
    else this.#mark.run(SENT[state], record.person, record.digest)
  }
  sendAgain(): void {
    this.#db.prepare('UPDATE person_record SET sent = 0 WHERE sent = 1 AND event IN (SELECT id FROM journal)').run()
  }

  /** For other texts that say something of a person, such as whom a parcel is for. */
  seal(): TextSeal {
    return this.#open()
  }

  /** Takes what comes down of people. `done`: there is nothing else to it; `erased`: something was destroyed, so `scrub` is due. */
  take(change: Change): { done: boolean; erased: boolean } {
    if (change.kind === 'member') return { done: false, erased: change.doc['erased'] === true && this.erase(change.id) }
    if (change.kind !== 'person') return { done: false, erased: false }
    for (const record of recordsOf(change)) {
      if (digestOf(record, this.#parts.sha256) === record.digest) this.put(record, 'cloud')
    }
    return { done: true, erased: false }
  }

  broken(): { person: Id; digest: string }[] {
    if (!this.#ring) return []
    const rows = this.#db.prepare<[], Row>(`SELECT ${COLUMNS} FROM person_record`).all()
    return rows.filter((row) => {
      const opened = this.#tryOpen(row)
      return opened instanceof VaultError ? opened.code === 'seal.broken' : digestOf(opened, this.#parts.sha256) !== row.digest
    })
  }

  rotate(now: number): { records: number } {
    // First the file: a record must never be under a key that a power cut takes away.
    this.#write(withNewKeys(this.#ring, this.#parts.ciphers, now))
    const records = this.#db.transaction(() => this.#sealAll(this.#open()))()
    this.scrub()
    // Records whose key was lost before stay as they are; the ring never had it.
    this.#write(newestOnly(this.#ring!))
    return { records }
  }

  rebind(shop: Id): void {
    if (!this.#ring) return
    this.#sealAll(new Vault(this.#ring, this.#parts.ciphers, shop))
  }

  /** Records whose key is gone. Those that the cloud has are dropped, to come again from there. */
  recover(): { lost: number; sentBefore: number } {
    const known = this.#dataKeys()
    const lost = this.#db.prepare<[string], Pick<Row, 'person' | 'digest' | 'sent'>>('SELECT person, digest, sent FROM person_record WHERE key NOT IN (SELECT value FROM json_each(?))').all(JSON.stringify(known))
    const again = lost.filter(({ sent }) => sent === 1)
    for (const { person, digest } of again) {
      this.#drop.run(person, digest)
      this.#untag.run(person)
    }
    return { lost: lost.length, sentBefore: again.length }
  }

  #dataKeys(): string[] {
    return this.#ring?.data.map(({ id }) => id) ?? []
  }

  /** Undefined where its key is gone or its seal broken: neither may hold up the others. `broken` names the latter. */
  #openRow(row: Row): NamedRecord | undefined {
    const opened = this.#ring && this.#tryOpen(row)
    return opened instanceof VaultError || !opened ? undefined : { ...opened, digest: row.digest, event: row.event, hlc: row.hlc }
  }
  #tryOpen(row: Row): PersonRecord | VaultError {
    try {
      return this.#open().open(row)
    } catch (error) {
      if (error instanceof VaultError) return error
      throw error
    }
  }

  /** Drops what later records have replaced, and makes the tags anew. */
  #tidy(person: Id, vault = this.#open()): void {
    const { fields, superseded } = currentOf(this.records(person))
    for (const { digest } of superseded) this.#drop.run(person, digest)
    this.#untag.run(person)
    this.#tagAll(person, fields, vault)
  }
  #tagAll(person: Id, { phone }: PersonSet, vault: Vault): void {
    if (phone === undefined || normalPhone(phone) === undefined) return
    for (const { kind, tag, key } of [vault.tag('phone', phone), vault.tag('tail', phoneTail(phone))]) this.#tag.run(kind, tag, person, key)
  }

  /** Seals everything that can be opened with `vault`. Call inside a transaction. */
  #sealAll(vault: Vault): number {
    const people = this.#db.prepare<[], { person: Id }>('SELECT DISTINCT person FROM person_record').all()
    let count = 0
    this.#parts.labels.reseal(this.#open(), vault)
    for (const { person } of people) {
      const records = this.records(person)
      for (const record of records) {
        const { key, sealed } = vault.seal(record, record.digest)
        this.#reseal.run(key, sealed, person, record.digest)
        count += 1
      }
      if (records.length > 0) this.#untag.run(person)
      this.#tagAll(person, currentOf(records).fields, vault)
    }
    return count
  }

  #open(): Vault {
    // The clock says when a key was made and nothing hangs on it.
    if (!this.#ring) this.#write(withNewKeys(undefined, this.#parts.ciphers, 0))
    const { shop } = this.#parts.settings.identity()
    if (this.#vault?.ring !== this.#ring || this.#vault?.shop !== shop) this.#vault = { ring: this.#ring!, shop, vault: new Vault(this.#ring!, this.#parts.ciphers, shop) }
    return this.#vault!.vault
  }
  #write(ring: KeyRing): void {
    this.#parts.keys.write(ring)
    this.#ring = ring
  }
}
