import type { Database } from 'better-sqlite3'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import { openTillFolder, LEDGER_FILE, RECOVERING_FILE } from './open.ts'
import { recoverLedger, recoverTill } from './recover.ts'
import { tamper } from './testing/store.ts'
import { sha256 } from './till-store.ts'

const TIME = new Date(Date.UTC(2026, 10, 24))
const MARK = { key: 'restored', value: '1' }

/** A till with three sales, closed; gives their numbers too. */
async function soldThree(): Promise<{ till: TestTill; numbers: string[] }> {
  const till = openTill()
  await till.setUp()
  const good = await till.addGood({ name: '可乐', code: '6901' })
  await till.run('shift.open', { float: 1000 })
  const numbers: string[] = []
  for (let n = 0; n < 3; n++) numbers.push((await till.sell([{ good }])).no)
  till.store.acknowledge(till.store.head().seq)
  await till.close()
  return { till, numbers }
}
/** Spoils the row of the nth sale, as a bad sector may. */
function spoilSale(folder: string, nth: number): number {
  let seq = 0
  tamper(folder, (db: Database) => {
    seq = db.prepare<[], { seq: number }>('SELECT seq FROM sale ORDER BY seq').all()[nth]!.seq
    db.exec('DROP TRIGGER journal_no_update')
    db.prepare("UPDATE journal SET text = replace(text, '可乐', '可可') WHERE seq = ?").run(seq)
  })
  return seq
}

test('what is whole goes on as the same till; what is missing is named, and the damaged file is kept', async () => {
  const { till, numbers } = await soldThree()
  const { folder } = till
  const seq = spoilSale(folder, 1)
  const before = readFileSync(join(folder, LEDGER_FILE))
  const recovery = recoverTill(folder, sha256, TIME, MARK)
  expect(recovery).toMatchObject({ rows: seq - 1, goesOn: true, missing: { from: seq, to: seq + 1, sales: numbers.slice(1), atCloud: 2 } })
  expect(readFileSync(recovery.damaged).equals(before)).toBe(true)
  const again = openTill({ folder, clock: till.clock })
  expect(await again.run('ledger.verify', {})).toMatchObject({ ok: true, rows: seq - 1, sales: 1 })
  // Its owner's PIN, its goods and its shift are as they were.
  expect((await again.run('staff.signIn', { no: '01', pin: '1234' })).no).toBe('01')
  const good = (await again.run('goods.search', { text: '可乐', limit: 1 })).goods[0]!
  expect((await again.sell([{ good }])).no).toBe(numbers[1])
  expect(again.store.acknowledged()).toBe(seq - 1)
})

test('a ledger with nothing wrong comes out as it was', async () => {
  const { till } = await soldThree()
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, missing: undefined })
  expect(await openTill({ folder: till.folder, clock: till.clock }).run('ledger.verify', {})).toMatchObject({ ok: true, sales: 3 })
})

test('interrupted while the new file takes the old one\'s place, no host opens the folder, and it goes on where it stopped', async () => {
  const { till } = await soldThree()
  const { folder } = till
  const seq = spoilSale(folder, 2)
  mkdirSync(join(folder, 'damaged-before'))
  renameSync(join(folder, LEDGER_FILE), join(folder, 'damaged-before', LEDGER_FILE))
  writeFileSync(join(folder, RECOVERING_FILE), 'damaged-before')
  expect(() => openTillFolder(folder)).toThrow(expect.objectContaining({ code: 'ledger.recovering' }) as Error)
  expect(recoverTill(folder, sha256, TIME, MARK)).toMatchObject({ rows: seq - 1, damaged: join(folder, 'damaged-before', LEDGER_FILE) })
  expect(existsSync(join(folder, RECOVERING_FILE))).toBe(false)
  expect((await openTill({ folder, clock: till.clock }).run('ledger.verify', {})).ok).toBe(true)
})

test('a ledger that lost its key stays where it is, its rows beside it to be read', async () => {
  const { till } = await soldThree()
  tamper(till.folder, (db) => db.exec("DELETE FROM setting WHERE key = 'identity'"))
  const before = readFileSync(join(till.folder, LEDGER_FILE))
  const recovery = recoverTill(till.folder, sha256, TIME, MARK)
  expect(recovery).toMatchObject({ goesOn: false, file: join(till.folder, 'recovered.db') })
  expect(readFileSync(join(till.folder, LEDGER_FILE)).equals(before)).toBe(true)
})

test('a till that is open is not recovered under its feet; a file that is none is said to be', async () => {
  const till = openTill()
  await till.setUp()
  expect(() => recoverTill(till.folder, sha256, TIME, MARK)).toThrow(expect.objectContaining({ code: 'folder.in_use' }) as Error)
  const file = join(till.folder, 'letter.db')
  writeFileSync(file, 'a letter to a friend '.repeat(500))
  expect(() => recoverLedger(file, join(till.folder, 'new.db'), sha256, MARK)).toThrow(expect.objectContaining({ code: 'ledger.unrecoverable' }) as Error)
  expect(readdirSync(till.folder).filter((name) => name.includes('salvage'))).toEqual([])
})
