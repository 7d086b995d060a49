/**
 * `damage`: a ledger's file, or its log, cut or overwritten at random places. Opening and verifying it must say so or be
 * right; recovering must give a ledger that verifies, holds the journal up to its first unreadable row and its members'
 * records, and names what is missing; and the damaged file must stay as it was.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeTill } from '#desktop/loopback/compose.ts'
import { LEDGER_FILE, openForReading } from '#desktop/storage/open.ts'
import { Documents } from '#desktop/storage/documents.ts'
import { LabelBatches } from '#desktop/storage/label-batches.ts'
import { nodeCiphers } from '#desktop/storage/people/ciphers.ts'
import { PEOPLE_KEYS_FILE, keysBeside } from '#desktop/storage/people/key-file.ts'
import { People } from '#desktop/storage/people/people.ts'
import { Settings } from '#desktop/storage/settings.ts'
import { type Recovery, recoverTill } from '#desktop/storage/ledger/recover.ts'
import { sha256 } from '#desktop/storage/till-store.ts'
import { verifyLedger } from '#desktop/storage/ledger/verify.ts'
import { COMMITS_UNSEEN_MAX } from '#desktop/storage/ledger/wal-file.ts'
import { TillError } from '#shared/host/frames.ts'
import { chance } from '../replay/sales-files.ts'
import { startMessage } from '../start-messages.ts'
import { restoredMark } from '../till/backup.ts'
import { Auditor } from './auditor.ts'
import { startHost } from './host.ts'
import { Load } from './load.ts'
import { type TortureOptions, type TortureReport, Verdict } from './report.ts'

const WRITES = 300
/** Rows that the last commits of a log can hold, and be lost with it unseen: see COMMITS_UNSEEN_MAX. */
const ROWS_UNSEEN_MAX = COMMITS_UNSEEN_MAX

interface Whole {
  readonly folder: string
  readonly auditor: Auditor
  /** By seq − 1. */
  readonly hashes: readonly string[]
  /** Row of each sale, by its number. */
  readonly sales: ReadonlyMap<string, number>
  /** Row in which each member joined. */
  readonly members: ReadonlyMap<string, number>
}
type Damage = (bytes: Buffer, random: () => number) => { bytes: Buffer; what: string }

const DAMAGES: readonly Damage[] = [
  (bytes, random) => { const at = Math.floor(random() * bytes.length); return { bytes: bytes.subarray(0, at), what: `cut to ${at}` } },
  (bytes, random) => ({ bytes: flipped(bytes, random, 1), what: 'a byte flipped' }),
  (bytes, random) => ({ bytes: flipped(bytes, random, 100), what: '100 bytes flipped' }),
  (bytes, random) => { const at = 4096 * Math.floor(random() * bytes.length / 4096); return { bytes: Buffer.from(bytes).fill(0, at, at + 4096), what: `4096 zeros at ${at}` } },
  (bytes, random) => { const at = Math.floor(random() * bytes.length); return { bytes: Buffer.from(bytes).fill(0xa5, at, at + 64), what: `64 bytes of nonsense at ${at}` } },
]

function flipped(bytes: Buffer, random: () => number, times: number): Buffer {
  const changed = Buffer.from(bytes)
  for (let n = 0; n < times; n++) changed[Math.floor(random() * bytes.length)]! ^= 1 + Math.floor(random() * 255)
  return changed
}

export async function damage({ times, seed, log }: TortureOptions): Promise<TortureReport> {
  const verdict = new Verdict()
  const random = chance(seed)
  const room = mkdtempSync(join(tmpdir(), 'xiaopu-damage-'))
  const figures = { damaged: 0, refusedToOpen: 0, opened: 0, recoveredWhole: 0, recoveredInPart: 0, unrecoverable: 0, keyLost: 0, unseen: 0 }
  try {
    const wholes = await ledgers(room, random, verdict)
    for (let n = 0; n < times && verdict.wrong.length === 0; n++) {
      const whole = wholes[n % wholes.length]!
      const files = readdirSync(whole.folder).filter((name) => name === LEDGER_FILE || name === `${LEDGER_FILE}-wal`)
      const name = files[Math.floor(random() * files.length)]!
      const { bytes, what } = DAMAGES[Math.floor(random() * DAMAGES.length)]!(readFileSync(join(whole.folder, name)), random)
      const when = `${n}: ${name}, ${what}`
      const folder = join(room, 'damaged')
      const again = (): void => {
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder)
        for (const file of [...files, PEOPLE_KEYS_FILE]) copyFileSync(join(whole.folder, file), join(folder, file))
        writeFileSync(join(folder, name), bytes)
      }
      again()
      verifies(folder, when, verdict)
      again()
      figures[await opens(folder, whole, when, verdict, bytes.length < statSync(join(whole.folder, name)).size && name.endsWith('-wal'))] += 1
      again()
      figures[recovers(folder, whole, when, verdict)] += 1
      figures.damaged += 1
      if (figures.damaged % 100 === 0) log(`damage: ${figures.damaged} of ${times}`)
    }
    return { name: 'damage', seed, ...figures, lost: verdict.lost, doubled: verdict.doubled, wrong: verdict.wrong }
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

/** One till stopped in good order, whose log is empty, and one killed, whose log is long. */
async function ledgers(room: string, random: () => number, verdict: Verdict): Promise<Whole[]> {
  const made: Whole[] = []
  for (const end of ['stop', 'kill'] as const) {
    const folder = join(room, end)
    const auditor = new Auditor(verdict)
    const load = new Load({ auditor, chance: random })
    const host = await startHost({ folder })
    await load.setUp(host.client)
    await load.work(host.client, WRITES)
    await host[end]()
    // Read from a copy: a reader, too, would move the log.
    const copy = join(room, `${end}-read`)
    cpSync(folder, copy, { recursive: true })
    const db = openForReading(join(copy, LEDGER_FILE))
    const hashes = db.prepare<[], { hash: string }>('SELECT hash FROM journal ORDER BY seq').all().map(({ hash }) => hash)
    const sales = new Map(db.prepare<[], { no: string; seq: number }>('SELECT no, seq FROM sale').all().map(({ no, seq }) => [no, seq]))
    const joined = db.prepare<[], { person: string; seq: number }>("SELECT text ->> '$.body.person' AS person, seq FROM journal WHERE type = 'member.joined'").all()
    db.close()
    if (joined.length === 0) verdict.fault(`${end}: nobody joined`)
    if (hashes.length !== auditor.rows) verdict.fault(`${end}: ${hashes.length} rows, ${auditor.rows} were acknowledged`)
    made.push({ folder, auditor, hashes, sales, members: new Map(joined.map(({ person, seq }) => [person, seq])) })
  }
  return made
}

/** Verifying never throws but in the till's own words, and what it calls right has nothing missing that SQLite could see. */
function verifies(folder: string, when: string, verdict: Verdict): void {
  try {
    const db = openForReading(join(folder, LEDGER_FILE))
    try {
      verifyLedger(db, sha256)
    } finally {
      db.close()
    }
  } catch (error) {
    if (!(error instanceof TillError)) verdict.fault(`${when}: verify threw ${String(error)}`)
  }
}

/**
 * The product opens it, or says why not. What it opens and verifies lacks no more than the log's last commits; only a log
 * cut at its end is a ledger as it was earlier, and nothing in it says so (the cloud does, when the till meets it).
 */
async function opens(folder: string, { hashes }: Whole, when: string, verdict: Verdict, isLogCut: boolean): Promise<'refusedToOpen' | 'opened' | 'unseen'> {
  let till
  try {
    till = composeTill({ folder, version: 'torture', log: () => undefined })
  } catch (error) {
    if (!(error instanceof TillError)) verdict.fault(`${when}: opening threw ${String(error)}`)
    else if (startMessage(error.code, error.detail ?? {}).startsWith('Could not start')) verdict.fault(`${when}: no sentence for ${error.code}`)
    return 'refusedToOpen'
  }
  try {
    const { ok, rows } = till.store.verify()
    if (ok && rows < hashes.length) {
      if (isLogCut) return 'unseen'
      if (rows < hashes.length - ROWS_UNSEEN_MAX) verdict.fault(`${when}: opened and verified with ${rows} of ${hashes.length} rows`)
    }
    for (const [name, ask] of [['goods', () => till.store.searchGoods('商品', 5)], ['sales', () => till.store.listSales({ limit: 20 })], ['verify', () => till.store.verify()]] as const) {
      try {
        ask()
      } catch (error) {
        if (!(error instanceof TillError)) verdict.fault(`${when}: reading ${name} threw ${String(error)}`)
      }
    }
  } finally {
    await till.close().catch((error: unknown) => { if (!(error instanceof TillError)) verdict.fault(`${when}: closing threw ${String(error)}`) })
  }
  return 'opened'
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

type Recovered = 'recoveredWhole' | 'recoveredInPart' | 'unrecoverable' | 'keyLost'
function recovers(folder: string, { auditor, hashes, sales, members }: Whole, when: string, verdict: Verdict): Recovered {
  const originals = [LEDGER_FILE, `${LEDGER_FILE}-wal`].filter((name) => existsSync(join(folder, name)))
  const before = originals.map((name) => digest(join(folder, name)))
  let recovery: Recovery
  try {
    recovery = recoverTill(folder, sha256, new Date(), restoredMark())
  } catch (error) {
    if (!(error instanceof TillError) || error.code !== 'ledger.unrecoverable') verdict.fault(`${when}: recovering threw ${String(error)}`)
    return 'unrecoverable'
  }
  const { rows, head, missing, membersLost, goesOn, file, damaged } = recovery
  const kept = originals.map((name) => digest(damaged + name.slice(LEDGER_FILE.length)))
  if (kept.join() !== before.join()) verdict.fault(`${when}: recovering changed the damaged file`)
  const db = openForReading(file)
  const verification = verifyLedger(db, sha256)
  const people = new People({ db, documents: new Documents(db), settings: new Settings(db), labels: new LabelBatches(db), keys: keysBeside(db), ciphers: nodeCiphers, sha256 })
  if (goesOn) {
    const lost = [...members].filter(([member, seq]) => seq <= rows && people.fields(member)?.phone !== auditor.members.get(member))
    if (lost.length !== membersLost) verdict.fault(`${when}: ${lost.length} members are lost, ${membersLost} were named`)
    if (people.broken().length > 0) verdict.fault(`${when}: a record that no seal holds was kept`)
  }
  db.close()
  if (!verification.ok || verification.rows !== rows) verdict.fault(`${when}: the recovered ledger: ${JSON.stringify(verification.faults.slice(0, 2))}`)
  if (hashes[rows - 1] !== head) verdict.fault(`${when}: row ${rows} is not the one that was there`)
  if (missing && (missing.from !== rows + 1 || missing.to > hashes.length)) verdict.fault(`${when}: missing ${missing.from} to ${missing.to}, after ${rows} of ${hashes.length}`)
  for (const no of missing?.sales ?? []) if ((sales.get(no) ?? Infinity) <= rows) verdict.fault(`${when}: sale ${no} is there and called missing`)
  if (!goesOn) return 'keyLost'
  return rows === hashes.length ? 'recoveredWhole' : 'recoveredInPart'
}
