/** Backups of a till that sells on, and a till made of one. */
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '#scripts/run-command.ts'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import { LEDGER_FILE, openForReading } from '../open.ts'
import { tamper, temporaryFolder } from '../testing/store.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../verify.ts'
import { outdated } from './backups.ts'

async function selling(): Promise<{ till: TestTill; sell(): Promise<unknown> }> {
  const till = openTill()
  await till.setUp()
  const good = await till.addGood()
  await till.run('shift.open', { float: 0 })
  return { till, sell: () => till.sell([{ good }]) }
}
function verifyFile(file: string) {
  const db = openForReading(file)
  onTestFinished(() => { db.close() })
  return verifyLedger(db, sha256)
}
function jobsIn(file: string): unknown[] {
  const db = openForReading(file)
  onTestFinished(() => { db.close() })
  return db.prepare("SELECT kind, copy, state IN ('queued', 'sending') AS waits FROM print_job").all()
}
const filesIn = (folder: string): string[] => readdirSync(folder).sort()
/** Waits for the backup that a shift's close asked for: made or failed. */
async function settled(till: TestTill) {
  await expect.poll(async () => {
    const { running, last, failed } = await till.run('till.backups', {})
    return !running && (failed !== null || last?.rows === till.store.head().seq)
  }, { timeout: 10_000 }).toBe(true)
  return till.run('till.backups', {})
}
const command = (...args: string[]) => run({ file: process.execPath, args: ['scripts/till.ts', ...args] })
const answerOf = (output: string): Record<string, unknown> => JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, unknown>

describe('a backup', () => {
  test('is one file for its owner alone, whole, of one moment, while sales go on', async () => {
    const { till, sell } = await selling()
    for (let i = 0; i < 50; i++) await sell()
    const before = till.store.head().seq
    let isMade = false
    const made = till.run('till.backup', {}).finally(() => { isMade = true })
    let meanwhile = 0
    while (!isMade) {
      await sell()
      meanwhile += 1
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    const { last, failed, running } = await made
    expect([failed, running]).toEqual([null, false])
    expect(meanwhile).toBeGreaterThan(1)
    expect(last!.rows).toBeGreaterThanOrEqual(before)
    expect(last!.rows).toBeLessThanOrEqual(before + meanwhile)
    expect(filesIn(join(till.folder, 'backups'))).toEqual([expect.stringMatching(/^till-00-.{36}-2026-11-23-r\d{10}\.db$/)])
    expect(statSync(last!.file).mode & 0o777).toBe(0o600)
    expect(statSync(last!.file).size).toBe(last!.bytes)
    // It opens where nothing can be written beside it.
    expect(readFileSync(last!.file).subarray(18, 20)).toEqual(Buffer.from([1, 1]))
    expect(verifyFile(last!.file)).toMatchObject({ ok: true, rows: last!.rows, head: last!.head })
    expect(till.store.rows(last!.rows - 1, 1)[0]!.hash).toBe(last!.head)
  })

  test('is made when a shift closes, and the screens are told', async () => {
    const { till, sell } = await selling()
    await sell()
    await till.run('shift.close', { counted: 350 })
    const { last } = await settled(till)
    expect(last).toMatchObject({ rows: till.store.head().seq, head: till.store.head().hash, at: till.clock.now() })
    const shown = till.events.filter(({ name }) => name === 'snapshot.changed').map(({ payload }) => (payload as { backup: { running: boolean; last: unknown } }).backup)
    expect(shown.some(({ running }) => running)).toBe(true)
    expect(shown.at(-1)).toMatchObject({ running: false, last })
    // The next start still knows.
    expect((await (await till.restart()).run('till.backups', {})).last).toEqual(last)
  })

  test('goes to the folder that was chosen; where that is gone the screens say so, and no folder is made in its place', async () => {
    const { till, sell } = await selling()
    const stick = join(temporaryFolder(), 'stick')
    expect(await till.refusal('till.backupTo', { folder: stick })).toMatchObject({ code: 'backup.folder_missing' })
    mkdirSync(stick)
    writeFileSync(join(stick, 'holiday.jpg'), 'not ours')
    expect(await till.run('till.backupTo', { folder: stick })).toMatchObject({ folder: stick, chosen: true, last: null })
    await till.run('till.backup', {})
    await sell()
    await till.run('till.backup', {})
    // The newest of the day, and what is not ours.
    expect(filesIn(stick)).toEqual(['holiday.jpg', expect.stringContaining(`-r${String(till.store.head().seq).padStart(10, '0')}.db`)])
    rmSync(stick, { recursive: true })
    expect(await till.refusal('till.backup', {})).toMatchObject({ code: 'backup.folder_missing' })
    await till.run('shift.close', { counted: 0 })
    const { failed, last } = await settled(till)
    expect(failed).toEqual({ at: till.clock.now(), code: 'backup.folder_missing' })
    expect(last).not.toBeNull()
    expect(existsSync(stick)).toBe(false)
    expect(await till.run('till.backupTo', { folder: null })).toMatchObject({ chosen: false, failed: null })
    expect(await till.run('till.backup', {})).toMatchObject({ failed: null, folder: join(till.folder, 'backups') })
  })

  test('of a damaged ledger is not kept, and the last good one stays', async () => {
    const { till } = await selling()
    const { last } = await till.run('till.backup', {})
    await till.close()
    tamper(till.folder, (db) => db.exec('DROP TRIGGER journal_no_update; UPDATE journal SET text = replace(text, \'350\', \'950\') WHERE type = \'good.changed\''))
    const again = await till.restart()
    expect(await again.refusal('till.backup', {})).toMatchObject({ code: 'backup.damaged', detail: { fault: 'chain.hash' } })
    expect(filesIn(join(till.folder, 'backups'))).toEqual([last!.file.split(/[\\/]/).at(-1)])
    expect((await again.run('till.backups', {})).failed?.code).toBe('backup.damaged')
  })

  test('that was broken off leaves nothing that is taken for one, and the next sweeps it away', async () => {
    const { till } = await selling()
    await till.run('till.backup', {})
    const [name] = filesIn(join(till.folder, 'backups'))
    const half = join(till.folder, 'backups', `${name}.part`)
    writeFileSync(half, 'half')
    const unfinished = till.run('till.backup', {})
    unfinished.catch(() => undefined)
    await till.close()
    await expect(unfinished).rejects.toMatchObject({ code: 'backup.failed' })
    const again = await till.restart()
    await again.run('till.backup', {})
    expect(filesIn(join(till.folder, 'backups')).filter((each) => !/-r\d{10}\.db$/.test(each))).toEqual([])
  })

  test('is the owner\'s to make', async () => {
    const { till } = await selling()
    await till.addStaff('02', 'cashier', '0000')
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    for (const call of ['till.backup', 'till.backupTo'] as const) expect(await till.refusal(call, call === 'till.backup' ? {} : { folder: null } as never)).toMatchObject({ code: 'staff.not_allowed' })
  })
})

test('of each day the newest is kept, of the last days, and only of this till', () => {
  const [ours, theirs] = ['0190a5b0-0000-7000-8000-000000000001', '0190a5b0-0000-7000-8000-000000000002']
  const days = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 1e9 })), { maxLength: 40 })
  fc.assert(fc.property(days, fc.integer({ min: 1, max: 5 }), (made, kept) => {
    const nameOf = (device: string, [day, rows]: [number, number]): string => `till-01-${device}-2026-11-${String(day + 1).padStart(2, '0')}-r${String(rows).padStart(10, '0')}.db`
    const names = [...new Set(made.map((each) => nameOf(ours, each)))]
    const others = [nameOf(theirs, [0, 1]), 'till-01-notes.txt', `${nameOf(ours, [0, 1])}.part`]
    const gone = new Set(outdated([...others, ...names], ours, kept))
    for (const name of others) expect(gone.has(name)).toBe(false)
    const left = names.filter((name) => !gone.has(name))
    expect(new Set(left.map((name) => name.slice(45, 55))).size).toBe(left.length)
    expect(left.length).toBe(Math.min(kept, new Set(names.map((name) => name.slice(45, 55))).size))
    const rows = (name: string): number => Number(name.slice(57, 67))
    // The very last one is never let go.
    if (names.length > 0) expect(Math.max(...left.map(rows))).toBe(Math.max(...names.map(rows)))
  }))
})

describe('npm run till -- backup and restore', () => {
  test('make a till of a backup, in an empty folder only, and say whose it is', { timeout: 60_000 }, async () => {
    const { till, sell } = await selling()
    for (let i = 0; i < 3; i++) await sell()
    const file = join(temporaryFolder(), 'stick', 'backup.db')
    const backup = await command('backup', file, '--data', till.folder)
    expect(backup.status).toBe(0)
    const { rows, head, bytes } = answerOf(backup.output)
    expect({ rows, head }).toEqual({ rows: till.store.head().seq, head: till.store.head().hash })
    expect(statSync(file)).toMatchObject({ size: bytes })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const data = join(temporaryFolder(), 'new')
    const restored = await command('restore', file, '--data', data)
    expect(restored.status).toBe(0)
    expect(answerOf(restored.output)).toEqual({
      shop: '试验小铺', till: '00', device: till.store.identity().device, cloud: null, rows, sales: 3, lastAt: till.clock.now(), file: join(data, 'till', LEDGER_FILE),
    })
    const again = await command('restore', file, '--data', data)
    expect([again.status, answerOf(again.output)]).toEqual([1, { error: { code: 'restore.not_empty', detail: { folder: join(data, 'till') } } }])
    expect(answerOf((await command('restore', file, '--data', till.folder)).output)).toMatchObject({ error: { code: 'restore.not_empty' } })

    const moved = openTill({ folder: join(data, 'till') })
    expect(moved.store.identity()).toEqual(till.store.identity())
    expect(moved.store.rows(0, 1000)).toEqual(till.store.rows(0, 1000))
    expect(await moved.run('staff.signIn', { no: '01', pin: '1234' })).toMatchObject({ no: '01' })
    expect((await moved.run('ledger.verify', {})).faults).toEqual([])
    await moved.close()
  })

  test('bring papers that waited as copies: they may have come out since', { timeout: 60_000 }, async () => {
    const { till, sell } = await selling()
    // Nobody listens there: the paper waits.
    await till.run('printer.put', { printer: { id: randomUUID(), name: 'p', profile: 'generic-80', address: 'tcp://127.0.0.1:9', receipts: true, drawer: false } })
    await sell()
    const file = join(temporaryFolder(), 'backup.db')
    await command('backup', file, '--data', till.folder)
    await till.close()
    const data = join(temporaryFolder(), 'new')
    expect((await command('restore', file, '--data', data)).status).toBe(0)
    expect(jobsIn(file)).toEqual([{ kind: 'receipt', copy: 0, waits: 1 }])
    expect(jobsIn(join(data, 'till', LEDGER_FILE))).toEqual([{ kind: 'receipt', copy: 1, waits: 1 }])
  })

  test('refuse what is no backup, is damaged or is newer, and leave the folder empty', { timeout: 60_000 }, async () => {
    const { till } = await selling()
    await till.close()
    const data = join(temporaryFolder(), 'new')
    const refusal = async (file: string): Promise<unknown> => (answerOf((await command('restore', file, '--data', data)).output) as { error: { code: string } }).error.code
    const folder = temporaryFolder()
    const broken = (name: string, work: Parameters<typeof tamper>[1]): string => {
      const at = join(folder, name)
      mkdirSync(at)
      cpSync(join(till.folder, LEDGER_FILE), join(at, LEDGER_FILE))
      tamper(at, work)
      return join(at, LEDGER_FILE)
    }
    writeFileSync(join(folder, 'letter'), 'a letter to a friend '.repeat(500))
    expect(await refusal(join(folder, 'none'))).toBe('ledger.not_found')
    expect(await refusal(join(folder, 'letter'))).toBe('ledger.damaged')
    expect(await refusal(broken('newer', (db) => db.pragma('user_version = 9999')))).toBe('database.newer')
    expect(await refusal(broken('hurt', (db) => db.exec('DELETE FROM shift')))).toBe('restore.damaged')
    expect(existsSync(join(data, 'till')) ? filesIn(join(data, 'till')) : []).toEqual([])
  })
})
