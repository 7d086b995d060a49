/**
 * Makes a new ledger from what is whole in a damaged one: the longest right prefix of the journal, its projections made
 * anew, and all else (settings, PINs, printers, print jobs, documents, members' records) as far as it can be read. What
 * the cloud has is pulled once more. Says what is missing. The damaged file is kept as it is; nothing here writes to it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Identity } from '#shared/host/store.ts'
import { type Head, type JournalRow, openRow, type Sha256 } from '#shared/ledger/envelope.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import { soundChange } from '#shared/sync/changes.ts'
import { readEvent } from '#shared/sync/events.ts'
import { ChangeSchema } from '#shared/sync/protocol.ts'
import { syncPath } from '../backup/durable.ts'
import { LabelBatches } from '../label-batches.ts'
import { migrate } from '../migrate.ts'
import { LEDGER_FILE, LOCK_FILE, MIGRATIONS, RECOVERING_FILE, lockFolder } from '../open.ts'
import { nodeCiphers } from '../people/ciphers.ts'
import { keysBeside } from '../people/key-file.ts'
import { Eraser, People } from '../people/people.ts'
import { markWaitingAsCopies } from '../print-jobs.ts'
import { PROJECTED, Projector } from '../projector.ts'
import { EARLIER_ROWS, earlierEvent } from './earlier.ts'
import { type Salvage, type SalvagedRow, readable, salvage, wholeRows } from './salvage.ts'
import { SOLD } from '../reads/sold-goods.ts'
import { Settings } from '../settings.ts'

export interface Recovery {
  /** Rows of the journal that are whole, which are in the new file; and the hash of the last. */
  readonly rows: number
  readonly head: string
  /** Undefined where nothing is known to be missing. */
  readonly missing: {
    /** The first row that is not there, and the last that is known to have been. */
    readonly from: number
    readonly to: number
    /** Numbers of missing sales, where they can still be read. */
    readonly sales: readonly string[]
    /** Of the missing rows so many are at the cloud, which gives them back when the till meets it. */
    readonly atCloud: number
  } | undefined
  /** Members who joined here and whose number could not be read; what the cloud has of them it gives back. */
  readonly membersLost: number
  /** Whether the till can go on as the one it was: its key was read, and is the journal's. */
  readonly goesOn: boolean
  /** The new file, and where the damaged one lies. */
  readonly file: string
  readonly damaged: string
}

const RECOVERED_FILE = 'recovered.db'
/** A setting that says that the till asks its cloud where it stands before it sells: this file may be older than what the cloud has. */
export interface Mark { readonly key: string; readonly value: string }

/** Made by the projector, kept beside documents, or filled again by itself: never copied. */
const MADE = new Set([...Object.keys(PROJECTED), ...SOLD, 'journal', 'earlier', 'document', 'good_code', 'good_index', 'search_due'])

/**
 * Recovers the ledger of a till's folder in place: the damaged file goes to a folder beside it. Interrupted at any point it
 * can be run again, and until then no host opens the folder. A ledger that lost its key stays where it is, and the new
 * file lies beside it to be read. Throws TillError folder.*, ledger.not_found, ledger.unrecoverable.
 */
export function recoverTill(folder: string, sha256: Sha256, time: Date, mark: Mark): Recovery {
  if (!existsSync(join(folder, LOCK_FILE)) && !existsSync(join(folder, LEDGER_FILE))) throw new TillError('ledger.not_found', { file: join(folder, LEDGER_FILE) })
  const lock = lockFolder(folder)
  try {
    const marker = join(folder, RECOVERING_FILE)
    const asideName = existsSync(marker) ? readFileSync(marker, 'utf8') : `damaged-${time.toISOString().replace(/[:.]/g, '-')}`
    const aside = join(folder, asideName)
    const file = join(folder, LEDGER_FILE)
    const damaged = existsSync(join(aside, LEDGER_FILE)) ? join(aside, LEDGER_FILE) : file
    const recovered = join(folder, RECOVERED_FILE)
    const report = recoverLedger(damaged, recovered, sha256, mark)
    if (!report.goesOn) return report
    writeFileSync(marker, asideName, { flush: true })
    mkdirSync(aside, { recursive: true, mode: 0o700 })
    syncPath(folder, true)
    if (damaged === file) for (const ending of ['-wal', '-shm', '']) if (existsSync(file + ending)) renameSync(file + ending, join(aside, LEDGER_FILE + ending))
    syncPath(aside, true)
    renameSync(recovered, file)
    syncPath(folder, true)
    rmSync(marker)
    syncPath(folder, true)
    return { ...report, file, damaged: join(aside, LEDGER_FILE) }
  } finally {
    lock.close()
  }
}

/**
 * Makes `target` anew from the damaged `source`; the keys of members' records are looked for beside `target`. Throws TillError
 * ledger.not_found, or ledger.unrecoverable where not one row is whole.
 */
export function recoverLedger(source: string, target: string, sha256: Sha256, mark: Mark): Recovery {
  if (!existsSync(source)) throw new TillError('ledger.not_found', { file: source })
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(target + ending, { force: true })
  const room = mkdtempSync(`${target}-salvage-`)
  let salvaged: Salvage | undefined
  try {
    salvaged = salvage(source, room, sha256)
    if (!salvaged || salvaged.head.seq === 0) throw new TillError('ledger.unrecoverable', { file: source })
    const { db: from, head } = salvaged
    const to = new Sqlite(target)
    try {
      to.pragma('journal_mode = WAL')
      to.pragma('synchronous = FULL')
      to.pragma('secure_delete = ON')
      migrate(to, MIGRATIONS)
      let lost = 0
      const goesOn = to.transaction(() => {
        const projector = new Projector(to)
        copyEarlier(from, to, projector, sha256)
        writeRows(to, projector, wholeRows(from, sha256))
        copyRest(from, to, projector)
        projector.documents.settle()
        meetAnew(to, head, mark)
        if (!isIdentityOf(to, head.seq)) return false
        lost = membersLost(to, settlePeople(to, projector, sha256))
        return true
      })()
      const missing = missingAfter(from, head)
      return { rows: head.seq, head: head.hash, missing, membersLost: lost, goesOn, file: target, damaged: source }
    } finally {
      to.close()
    }
  } finally {
    salvaged?.db.close()
    rmSync(room, { recursive: true, force: true })
  }
}

/** Of the ledgers before this one, each row that is what its hash says: none needs another. */
function copyEarlier(from: Database, to: Database, projector: Projector, sha256: Sha256): void {
  const insert = to.prepare('INSERT OR IGNORE INTO earlier (seq, id, type, at, text, hash) VALUES (?, ?, ?, ?, ?, ?)')
  for (const { seq, text, hash } of readable<JournalRow>(from, EARLIER_ROWS)) {
    if (typeof text !== 'string' || !Number.isSafeInteger(seq) || seq >= 0 || sha256(text) !== hash) continue
    const event = earlierEvent({ seq, text, hash })
    if (event && insert.run(seq, event.id, event.type, event.at, text, hash).changes > 0) projector.applyEarlier(event)
  }
}

function writeRows(to: Database, projector: Projector, rows: Iterable<SalvagedRow>): void {
  const insert = to.prepare('INSERT INTO journal (seq, id, type, at, text, hash) VALUES (?, ?, ?, ?, ?, ?)')
  for (const row of rows) {
    insert.run(row.seq, row.id, row.type, row.at, row.text, row.hash)
    const opened = openRow(row)
    const read = 'envelope' in opened ? readEvent(opened.envelope) : opened
    if ('event' in read) projector.apply(read.event)
  }
}

/** What the journal doesn't make: documents by merging, so that no edit goes back; other tables row by row. */
function copyRest(from: Database, to: Database, { documents }: Projector): void {
  for (const row of readable<{ kind: string; id: string; doc: string; clocks: string }>(from, 'SELECT kind, id, doc, clocks FROM document')) {
    const read = ChangeSchema.safeParse({ ...row, rev: 1, doc: parsed(row.doc), clocks: parsed(row.clocks) })
    if (!read.success) continue
    const { change } = soundChange(read.data)
    documents.merge(change.kind, change.id, change.doc, change.clocks)
  }
  const tables = to.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'good_search%'").all()
  for (const { name } of tables) {
    if (MADE.has(name)) continue
    const columns = (to.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name)
    const insert = to.prepare(`INSERT OR IGNORE INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
    for (const row of readable<Record<string, unknown>>(from, `SELECT * FROM ${name}`)) {
      try {
        insert.run(columns.map((column) => row[column] ?? null))
      } catch (error) {
        // A row that its own table would refuse was damaged; the next may be whole.
        if (!(error instanceof Sqlite.SqliteError)) throw error
      }
    }
  }
}

/** What was read may be older than what the cloud has, printers did and stamps were given: none of it is believed. */
function meetAnew(to: Database, { seq }: Head, mark: Mark): void {
  const settings = new Settings(to)
  settings.set(`own:${mark.key}`, mark.value)
  // Nothing is taken for sent that is not here, and what came down and could not be read comes again.
  if (Number(settings.get('acknowledged') ?? 0) > seq) settings.set('acknowledged', String(seq))
  settings.set('rev', '0')
  const latest = to.prepare<[], { stamp: string | null }>('SELECT max(clock.value) AS stamp FROM document, json_each(clocks) AS clock').get()!.stamp ?? ''
  if (latest > (settings.get('hlc') ?? '')) settings.set('hlc', latest)
  markWaitingAsCopies(to)
}

/** Who was erased stays so, whatever was read. Where the keys are: what no seal holds any more goes, and numbers find their people again. */
function settlePeople(to: Database, { documents }: Projector, sha256: Sha256): People {
  const eraser = new Eraser(to)
  const erased = to.prepare<[], { id: string }>("SELECT id FROM document WHERE kind = 'member' AND doc ->> 'erased'").all()
  for (const { id } of erased) eraser.erase(id)
  const settings = new Settings(to)
  const people = new People({ db: to, documents, settings, keys: keysBeside(to), labels: new LabelBatches(to), ciphers: nodeCiphers, sha256 })
  const drop = to.prepare('DELETE FROM person_record WHERE person = ? AND digest = ?')
  for (const { person, digest } of people.broken()) drop.run(person, digest)
  people.rebind(settings.identity().shop)
  return people
}

/**
 * Those who joined and whose number can't be read any more, by which alone they are found, whatever else is still known of
 * them. Without any keys a record that is there counts as whole: the keys may be put back.
 */
function membersLost(to: Database, people: People): number {
  const hasKeys = keysBeside(to).read() !== undefined
  const joined = to.prepare<[], { person: Id; hasRecord: number }>(`SELECT person, EXISTS (SELECT 1 FROM person_record r WHERE r.person = j.person AND ',' || fields || ',' LIKE '%,phone,%') AS hasRecord
    FROM (SELECT text ->> '$.body.person' AS person FROM journal WHERE type = 'member.joined') j
    WHERE person NOT IN (SELECT id FROM document WHERE kind = 'member' AND doc ->> 'erased')`).all()
  return joined.filter(({ person, hasRecord }) => (hasKeys ? people.fields(person)?.phone === undefined : hasRecord === 0)).length
}

/** undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether the identity that was read is the one that the last whole row names. */
function isIdentityOf(to: Database, seq: number): boolean {
  const text = to.prepare<[], { value: string }>("SELECT value FROM setting WHERE key = 'identity'").get()?.value
  const identity = text === undefined ? undefined : parsed(text) as Partial<Identity> | null | undefined
  const last = JSON.parse(to.prepare<[number], { text: string }>('SELECT text FROM journal WHERE seq = ?').get(seq)!.text) as { device: string }
  return identity?.device === last.device && typeof identity.privateKey === 'string' && typeof identity.shop === 'string'
}

/**
 * What the damaged file still says of rows after the last whole one. Numbers in broken pages may be nonsense: a row counts
 * where it agrees with itself, a sale also where the table and its index, which lie apart, say the same.
 */
function missingAfter(from: Database, { seq }: Head): Recovery['missing'] {
  const numbers = new Map<number, string>()
  let to = seq
  // From the end, because what follows the break can often be read from there only.
  for (const row of readable<{ seq: number; text: string }>(from, `SELECT seq, text FROM journal WHERE seq > ${seq} ORDER BY seq DESC`)) {
    const opened = openRow({ ...row, hash: '' })
    if (!('envelope' in opened) || opened.envelope.seq !== row.seq) continue
    to = Math.max(to, row.seq)
    const body = SaleCompleted.body.safeParse(opened.envelope.body)
    if (body.success) numbers.set(row.seq, body.data.no)
  }
  const table = new Map([...readable<{ seq: number; no: string }>(from, `SELECT seq, no FROM sale WHERE seq > ${seq} ORDER BY seq`)].map((row) => [row.seq, row.no]))
  for (const row of readable<{ seq: number; no: string }>(from, 'SELECT seq, no FROM sale INDEXED BY sqlite_autoindex_sale_1 ORDER BY no DESC')) {
    if (table.get(row.seq) !== row.no) continue
    to = Math.max(to, row.seq)
    numbers.set(row.seq, row.no)
  }
  const [setting] = readable<{ value: string }>(from, "SELECT value FROM setting WHERE key = 'acknowledged'")
  const acknowledged = Number(setting?.value ?? 0) || 0
  to = Math.max(to, acknowledged)
  if (to === seq) return undefined
  return { from: seq + 1, to, sales: [...numbers].toSorted(([x], [y]) => x - y).map(([, no]) => no), atCloud: Math.max(0, acknowledged - seq) }
}
