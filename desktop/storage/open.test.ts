import type { Database } from 'better-sqlite3'
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LEDGER_FILE, MIGRATIONS, openMemory, openTillFolder } from './open.ts'
import { openStore, tamper, temporaryFolder } from './testing/store.ts'

function opened(folder: string, migrations?: string): ReturnType<typeof openTillFolder> {
  const till = openTillFolder(folder, migrations)
  onTestFinished(() => { if (till.db.open) till.release() })
  return till
}
function refusal(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was refused')
}

test('a document that is no JSON any more is damage, and the till says so', async () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  store.close()
  tamper(folder, (db) => db.exec("INSERT INTO document (kind, id, doc, clocks) VALUES ('staff', 's', '{\"name\":\"可', '{}')"))
  const again = openStore(folder)
  expect(refusal(() => again.staff('s'))).toMatchObject({ name: 'TillError', code: 'ledger.damaged' })
})

test('a schema that is another than the program was written for is damage too', () => {
  const folder = temporaryFolder()
  openStore(folder).close()
  tamper(folder, (db) => {
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, 'unicode61', 'unicode6x') WHERE name = 'good_search'")
  })
  expect(refusal(() => openStore(folder).searchGoods('可乐', 5))).toMatchObject({ name: 'TillError', code: 'ledger.damaged' })
})

describe('a till\'s folder', () => {
  test('is made where there is none, for its owner alone, durable at every commit', () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    const { db } = opened(folder)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  })

  test('belongs to one host at a time, and is free when that is gone', () => {
    const folder = temporaryFolder()
    const first = opened(folder)
    expect(refusal(() => opened(folder))).toMatchObject({ name: 'TillError', code: 'folder.in_use', detail: { folder } })
    first.release()
    opened(folder)
  })

  test('that can\'t be one says so', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(() => opened(join(file, 'till')))).toMatchObject({ name: 'TillError', code: 'folder.unwritable' })
  })

  test.skipIf(process.getuid?.() === 0)('that may not be written says so', () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o500)
    expect(refusal(() => opened(folder))).toMatchObject({ name: 'TillError', code: 'folder.unwritable' })
    chmodSync(folder, 0o700)
  })

  test('whose ledger is no database says that it is damaged, and is free again', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, LEDGER_FILE), 'a letter to a friend '.repeat(500))
    for (let i = 0; i < 2; i++) expect(refusal(() => opened(folder))).toMatchObject({ name: 'TillError', code: 'ledger.damaged' })
  })
})

describe('migrations', () => {
  const known = Number.parseInt(readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).sort().at(-1)!, 10)

  test('bring a new database to the version this program knows, and leave it there', () => {
    const folder = temporaryFolder()
    for (let i = 0; i < 2; i++) {
      const { db, release } = opened(folder)
      expect(db.pragma('user_version', { simple: true })).toBe(known)
      release()
    }
  })

  test('a newer database is refused and left byte for byte as it is', () => {
    const folder = temporaryFolder()
    openStore(folder).close()
    tamper(folder, (db) => {
      db.pragma('journal_mode = DELETE')
      db.pragma(`user_version = ${known + 1}`)
    })
    const before = readFileSync(join(folder, LEDGER_FILE))
    expect(refusal(() => opened(folder))).toMatchObject({ name: 'TillError', code: 'database.newer', detail: { present: known + 1, known } })
    expect(readFileSync(join(folder, LEDGER_FILE)).equals(before)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith(LEDGER_FILE))).toEqual([LEDGER_FILE])
    // Free for the newer program, which may be started next.
    expect(refusal(() => opened(folder))).toMatchObject({ code: 'database.newer' })
  })

  test('one that fails leaves the database at the version before it, whole', () => {
    const migrations = join(temporaryFolder(), 'migrations')
    mkdirSync(migrations)
    cpSync(MIGRATIONS, migrations, { recursive: true })
    const name = `${String(known + 1).padStart(4, '0')}_broken.sql`
    writeFileSync(join(migrations, name), 'CREATE TABLE extra (x INTEGER) STRICT; CREATE TABLE extra (x INTEGER) STRICT;')
    const folder = temporaryFolder()
    openStore(folder).close()
    expect(() => opened(folder, migrations)).toThrow('already exists')
    const { db } = opened(folder)
    expect(db.pragma('user_version', { simple: true })).toBe(known)
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").get()).toBeUndefined()
    // The rest of it, mended, goes on from there.
    db.close()
  })

  test('memory and file have the same schema', () => {
    const schema = (db: Database) => db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
    const { db } = opened(temporaryFolder())
    expect(schema(openMemory())).toEqual(schema(db))
  })
})
