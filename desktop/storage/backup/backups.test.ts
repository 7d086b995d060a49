/** Backups of a till that sells on, and a till made of one. */
import fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '#scripts/run-command.ts'
import { OWNER_PIN, type TestTill, openTill } from '#desktop/testing/till.ts'
import { LEDGER_FILE, openForReading } from '../open.ts'
import { tamper, temporaryFolder } from '../testing/store.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from '../ledger/verify.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { outdated } from './backups.ts'
import { CHECK_MS, START_MS } from './daily.ts'
import { restoreLedger } from './restore.ts'

async function selling(): Promise<{ till: TestTill; sell(): Promise<unknown> }> {
  const till = openTill()
  await till.setUp()
  const good = await till.addGood()
  await till.run('shift.open', { float: 0 })
  return { till, sell: () => till.sell([{ good }]) }
}
const PASSPHRASE = '巷子口的小铺第三家'
const HOUR = 3_600_000
/** The till's folder as a sealed backup brings it. */
async function opened(file: string, passphrase = PASSPHRASE): Promise<string> {
  const folder = join(temporaryFolder(), 'till')
  await restoreLedger(file, folder, { key: 'restored', value: '1' }, () => Promise.resolve(passphrase))
  return folder
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
/** Waits for the backup that a shift's close asked for. */
async function settled(till: TestTill) {
  await expect.poll(async () => {
    const { running, last } = await till.run('till.backups', {})
    return !running && last?.rows === till.store.head().seq
  }, { timeout: 10_000 }).toBe(true)
  return till.run('till.backups', {})
}
const command = (...args: string[]) => run({ file: process.execPath, args: ['scripts/till.ts', ...args] }, { env: { XIAOPU_BACKUP_PASSPHRASE: PASSPHRASE } })
const answerOf = (output: string): Record<string, unknown> => JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, unknown>

describe('a backup', () => {
  test('is one sealed file for its owner alone, whole, of one moment, while sales go on', async () => {
    const { till, sell } = await selling()
    await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })
    await till.run('member.join', { set: { phone: '13812345678', name: '张三丰' } })
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
    expect(filesIn(join(till.folder, 'backups'))).toEqual([expect.stringMatching(/^till-00-.{36}-2026-11-23-r\d{10}\.xpbackup$/)])
    expect(statSync(last!.file).mode & 0o777).toBe(0o600)
    expect(statSync(last!.file).size).toBe(last!.bytes)
    expect(filesIn(till.folder)).not.toContainEqual(expect.stringContaining('.part'))
    const bytes = readFileSync(last!.file)
    for (const secret of ['SQLite', till.store.identity().privateKey, till.store.identity().device, 'journal']) expect(bytes.includes(secret)).toBe(false)
    const folder = await opened(last!.file)
    expect(verifyFile(join(folder, LEDGER_FILE))).toMatchObject({ ok: true, rows: last!.rows, head: last!.head })
    expect(till.store.rows(last!.rows - 1, 1)[0]!.hash).toBe(last!.head)
    // Members come along, with what opens their records.
    const restored = openTill({ folder })
    await restored.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    expect((await restored.run('member.find', { text: '13812345678' })).members).toMatchObject([{ name: '张*' }])
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
    expect(await till.refusal('till.backupTo', { folder: stick })).toMatchObject({ code: 'backup.no_passphrase' })
    await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })
    expect(await till.refusal('till.backupTo', { folder: stick })).toMatchObject({ code: 'backup.folder_missing' })
    mkdirSync(stick)
    writeFileSync(join(stick, 'holiday.jpg'), 'not ours')
    expect(await till.run('till.backupTo', { folder: stick })).toMatchObject({ folder: stick, chosen: true, last: null })
    await till.run('till.backup', {})
    await sell()
    await till.run('till.backup', {})
    // The newest of the day, and what is not ours.
    expect(filesIn(stick)).toEqual(['holiday.jpg', expect.stringContaining(`-r${String(till.store.head().seq).padStart(10, '0')}.xpbackup`)])
    rmSync(stick, { recursive: true })
    // It is in the till's own folder meanwhile.
    expect(await till.run('till.backup', {})).toMatchObject({ failed: { at: till.clock.now(), code: 'backup.folder_missing' }, last: { file: expect.stringContaining(join(till.folder, 'backups')) } })
    await till.run('shift.close', { counted: 0 })
    const { failed, last } = await settled(till)
    expect(failed).toEqual({ at: till.clock.now(), code: 'backup.folder_missing' })
    expect(last).toMatchObject({ rows: till.store.head().seq })
    expect((await opened(last!.file)).length).toBeGreaterThan(0)
    expect(existsSync(stick)).toBe(false)
    expect(await till.run('till.backupTo', { folder: null })).toMatchObject({ chosen: false, failed: null })
    expect(await till.run('till.backup', {})).toMatchObject({ failed: null, folder: join(till.folder, 'backups') })
  })

  test('of a till that was set back to an older one stays beside the longer ones it finds', async () => {
    const { till } = await selling()
    const first = (await till.run('till.backup', {})).last!.file
    // The same till's, of the same day, with rows that this one never had.
    const longer = first.replace(/-r\d+/, '-r0000009999')
    cpSync(first, longer)
    const { file } = (await till.run('till.backup', {})).last!
    expect(existsSync(file)).toBe(true)
    expect(existsSync(longer)).toBe(true)
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

  test('without a passphrase is made all the same, never leaves the till\'s own folder, and gives way to sealed ones', async () => {
    const { till } = await selling()
    const { last, sealedSince } = await till.run('till.backup', {})
    expect([sealedSince, last!.file.endsWith('.db')]).toEqual([null, true])
    expect(readFileSync(last!.file).subarray(18, 20)).toEqual(Buffer.from([1, 1]))
    expect(verifyFile(last!.file)).toMatchObject({ ok: true, rows: last!.rows })
    // As an earlier version had it: a folder, and no passphrase.
    const stick = temporaryFolder()
    till.store.setSetting('backup.folder', stick)
    expect(await till.run('till.backup', {})).toMatchObject({ failed: { code: 'backup.no_passphrase' }, last: { file: last!.file } })
    expect(filesIn(stick)).toEqual([])
    expect(await till.refusal('till.backupPassphrase', { passphrase: '1234567' })).toMatchObject({ code: 'backup.passphrase_weak' })
    expect(await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })).toMatchObject({ sealedSince: till.clock.now() })
    expect(await till.run('till.backup', {})).toMatchObject({ failed: null, last: { file: expect.stringContaining(stick) } })
    await till.run('till.backupTo', { folder: null })
    await till.run('till.backup', {})
    expect(filesIn(join(till.folder, 'backups'))).toEqual([expect.stringMatching(/\.xpbackup$/)])
    // Nothing that opens a backup is kept: the passphrase is nowhere in the till's folder.
    await till.close()
    for (const name of filesIn(till.folder).filter((each) => statSync(join(till.folder, each)).isFile())) expect(readFileSync(join(till.folder, name)).includes(PASSPHRASE)).toBe(false)
  })

  test('opens with the passphrase it was made under: a new one is for what comes after', async () => {
    const { till, sell } = await selling()
    await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })
    const first = (await till.run('till.backup', {})).last!
    cpSync(first.file, `${first.file}.kept`)
    await till.run('till.backupPassphrase', { passphrase: '另一句只有我知道的话' })
    await sell()
    const second = (await till.run('till.backup', {})).last!
    await opened(`${first.file}.kept`)
    await opened(second.file, '另一句只有我知道的话')
    await expect(opened(second.file)).rejects.toMatchObject({ code: 'restore.passphrase_wrong' })
    await expect(opened(`${first.file}.kept`, '另一句只有我知道的话')).rejects.toMatchObject({ code: 'restore.passphrase_wrong' })
  })

  test('that can\'t be written where it was to go leaves no file behind, says so, and goes to the till\'s own folder', async () => {
    const { till } = await selling()
    await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })
    const stick = join(temporaryFolder(), 'stick')
    mkdirSync(stick)
    await till.run('till.backupTo', { folder: stick })
    // What a process that died left of a copy that was not sealed yet.
    writeFileSync(join(till.folder, 'backup-99999999.db.part'), 'half')
    mkdirSync(join(stick, `till-00-${till.store.identity().device}-2026-11-23-r0000000000.xpbackup.part`, 'in the way'), { recursive: true })
    const { failed, last } = await till.run('till.backup', {})
    expect(failed?.code).toBe('backup.failed')
    expect(last!.file).toContain(join(till.folder, 'backups'))
    await opened(last!.file)
    expect(filesIn(stick).filter((name) => name.endsWith('.xpbackup'))).toEqual([])
    expect(filesIn(till.folder).filter((name) => name.includes('.part'))).toEqual([])
  })

  test('that fills its stick leaves nothing there, says so, and goes to the till\'s own folder', async ({ skip }) => {
    const stick = temporaryFolder()
    skip(process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', stick]).status !== 0, 'mounting a small disk needs Linux and root')
    onTestFinished(() => { spawnSync('umount', ['-l', stick]) })
    const { till } = await selling()
    await till.run('till.backupPassphrase', { passphrase: PASSPHRASE })
    await till.run('till.backupTo', { folder: stick })
    const { failed, last } = await till.run('till.backup', {})
    expect(failed?.code).toBe('backup.disk_full')
    expect(filesIn(stick)).toEqual([])
    expect(last!.file).toContain(join(till.folder, 'backups'))
    await opened(last!.file)
  })

  test('is the owner\'s to make', async () => {
    const { till } = await selling()
    await till.addStaff('02', 'cashier', '0000')
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    expect(await till.refusal('till.backupPassphrase', { passphrase: PASSPHRASE })).toMatchObject({ code: 'staff.not_allowed' })
    for (const call of ['till.backup', 'till.backupTo'] as const) expect(await till.refusal(call, call === 'till.backup' ? {} : { folder: null } as never)).toMatchObject({ code: 'staff.not_allowed' })
  })
})

describe('a day\'s backup', () => {
  async function withTimer() {
    const timer = manualTimer()
    const till = openTill({ world: { timer } })
    return { till, timer }
  }
  const lastOf = async (till: TestTill) => (await till.run('till.backups', {})).last?.at
  /** Lets `ms` pass and the till look at its clock; then the last backup's time, once none is being made. */
  async function look(till: TestTill, timer: ReturnType<typeof manualTimer>, ms: number, every = CHECK_MS) {
    till.clock.pass(ms)
    await timer.fire(every)
    await expect.poll(async () => (await till.run('till.backups', {})).running, { timeout: 20_000 }).toBe(false)
    return lastOf(till)
  }

  test('comes by itself with a shift that is never closed, once a day', async () => {
    const { till, timer } = await withTimer()
    // An empty till has nothing to keep.
    expect(await look(till, timer, 0, START_MS)).toBeUndefined()
    await till.setUp()
    await till.run('shift.open', { float: 0 })
    const first = await look(till, timer, 0)
    expect(first).toBe(till.clock.now())
    // The same day: no other.
    expect(await look(till, timer, 6 * HOUR)).toBe(first)
    // The next day at nine: not yet. At ten a day has gone by.
    expect(await look(till, timer, 17 * HOUR)).toBe(first)
    expect(await look(till, timer, HOUR)).toBe(first! + 24 * HOUR)
  })

  test('waits for a quiet moment after two, and for nothing when a day has gone by', async () => {
    const { till, timer } = await withTimer()
    await till.setUp()
    const good = await till.addGood()
    await till.run('shift.open', { float: 0 })
    // The shop's evening: 20:00.
    till.clock.pass(10 * HOUR)
    const first = await look(till, timer, 0, START_MS)
    expect(first).toBe(till.clock.now())
    till.clock.pass(17.9 * HOUR)
    expect(await look(till, timer, 0)).toBe(first)
    till.clock.pass(0.2 * HOUR)
    await till.sell([{ good }])
    expect(await look(till, timer, 60_000)).toBe(first)
    const second = await look(till, timer, 60_000)
    expect(second).toBe(first! + 18.1 * HOUR + 120_000)
    // Two days of sleep: at once, sale or not.
    till.clock.pass(48 * HOUR)
    await till.sell([{ good }])
    expect(await look(till, timer, 0)).toBe(till.clock.now())
  })

  test('that failed is tried again after an hour; a clock set back stops none', async () => {
    const { till, timer } = await withTimer()
    await till.setUp()
    const folder = join(till.folder, 'backups')
    writeFileSync(folder, 'a file in the way')
    expect(await look(till, timer, 0, START_MS)).toBeUndefined()
    expect((await till.run('till.backups', {})).failed?.code).toBe('backup.failed')
    rmSync(folder)
    expect(await look(till, timer, 0.5 * HOUR)).toBeUndefined()
    const made = await look(till, timer, 0.6 * HOUR)
    expect(made).toBe(till.clock.now())
    till.clock.pass(-72 * HOUR)
    expect(await look(till, timer, 0)).toBe(till.clock.now())
  })

  test('is made soon after a start, where the last is older than a day', async () => {
    const { till, timer } = await withTimer()
    await till.setUp()
    const first = await look(till, timer, 0, START_MS)
    await till.close()
    till.clock.pass(25 * HOUR)
    const again = openTill({ folder: till.folder, clock: till.clock, world: { timer } })
    expect(await lastOf(again)).toBe(first)
    expect(await look(again, timer, 0, START_MS)).toBe(till.clock.now())
  })
})

test('of each day the newest is kept, of the last days, and only of this till', () => {
  const [ours, theirs] = ['0190a5b0-0000-7000-8000-000000000001', '0190a5b0-0000-7000-8000-000000000002']
  const days = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.oneof(fc.nat({ max: 1e9 }), fc.nat({ max: 3 })), fc.constantFrom('.db', '.xpbackup')), { maxLength: 40 })
  fc.assert(fc.property(days, fc.integer({ min: 1, max: 5 }), (made, kept) => {
    const nameOf = (device: string, [day, rows, ending]: [number, number, string]): string => `till-01-${device}-2026-11-${String(day + 1).padStart(2, '0')}-r${String(rows).padStart(10, '0')}${ending}`
    const names = [...new Set(made.map((each) => nameOf(ours, each)))]
    const others = [nameOf(theirs, [0, 1, '.db']), nameOf(theirs, [0, 2, '.xpbackup']), 'till-01-notes.txt', `${nameOf(ours, [0, 1, '.xpbackup'])}.part`]
    const gone = new Set(outdated([...others, ...names], ours, kept))
    for (const name of others) expect(gone.has(name)).toBe(false)
    const left = names.filter((name) => !gone.has(name))
    expect(new Set(left.map((name) => name.slice(45, 55))).size).toBe(left.length)
    expect(left.length).toBe(Math.min(kept, new Set(names.map((name) => name.slice(45, 55))).size))
    const rows = (name: string): number => Number(name.slice(57, 67))
    // Of two that hold the same, the sealed one stays.
    for (const name of left.filter((each) => each.endsWith('.db'))) expect(names).not.toContain(name.replace(/\.db$/, '.xpbackup'))
    // The very last one is never let go.
    if (names.length > 0) expect(Math.max(...left.map(rows))).toBe(Math.max(...names.map(rows)))
  }))
})

describe('npm run till -- backup and restore', () => {
  test('make a till of a backup, in an empty folder only, and say whose it is', { timeout: 60_000 }, async () => {
    const { till, sell } = await selling()
    for (let i = 0; i < 3; i++) await sell()
    const file = join(temporaryFolder(), 'stick', 'backup.xpbackup')
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

    // Standard input and a file say it as well; a wrong one is told, and nothing stands.
    const word = join(temporaryFolder(), 'word')
    writeFileSync(word, `${PASSPHRASE}\n`)
    const other = join(temporaryFolder(), 'other')
    expect(answerOf((await run({ file: process.execPath, args: ['scripts/till.ts', 'restore', file, '--data', other] })).output)).toMatchObject({ error: { code: 'restore.passphrase_needed' } })
    expect(answerOf((await run({ file: process.execPath, args: ['scripts/till.ts', 'restore', file, '--data', other] }, { env: { XIAOPU_BACKUP_PASSPHRASE: `${PASSPHRASE}?` } })).output)).toEqual({ error: { code: 'restore.passphrase_wrong' } })
    expect(existsSync(other)).toBe(false)
    expect((await run({ file: process.execPath, args: ['scripts/till.ts', 'restore', file, '--data', other, '--passphrase-file', word] })).status).toBe(0)

    const moved = openTill({ folder: join(data, 'till') })
    expect(moved.store.identity()).toEqual(till.store.identity())
    expect(moved.store.rows(0, 1000)).toEqual(till.store.rows(0, 1000))
    expect(await moved.run('staff.signIn', { no: '01', pin: '1234' })).toMatchObject({ no: '01' })
    expect((await moved.run('ledger.verify', {})).faults).toEqual([])
    await moved.close()
  })

  test('say in words what is wrong and what to do, as the screens do, beside the code for programs', async () => {
    const { till } = await selling()
    await till.close()
    const said = (lang: string, ...args: string[]) => run({ file: process.execPath, args: ['scripts/till.ts', ...args, '--data', till.folder] }, { env: { LC_ALL: lang } })
    const zh = await said('zh_CN.UTF-8', 'backup', join(temporaryFolder(), 'b.xpbackup'))
    expect([zh.status, answerOf(zh.output)]).toEqual([1, { error: { code: 'backup.no_passphrase' } }])
    expect(zh.output).toContain('还没有备份口令。请店主先在「设置 → 备份」里设一个口令。也可以在命令里给一个：--passphrase-file 文件，或环境变量 XIAOPU_BACKUP_PASSPHRASE。')
    expect((await said('C.UTF-8', 'backup', join(temporaryFolder(), 'b.xpbackup'))).output).toContain('There is no backup passphrase yet. The owner sets one in Settings → Backup first. Or give one to the command')
    expect((await said('zh_CN.UTF-8', 'call', 'sale.get')).output).toContain('没有这张单。请核对单号。')
    expect((await said('zh_CN.UTF-8', 'call', 'sale.take')).output).toContain('没有「sale.take」这个调用。用 calls 看有哪些。')
    for (const args of [['recover', '--to', join(till.folder, 'new.db')], ['verify']]) {
      const file = join(till.folder, 'none.db')
      const none = await said('zh_CN.UTF-8', ...args, '--file', file)
      expect([none.status, none.output.split('\n')[0]]).toEqual([1, `没有这本账：${file}。请看看文件夹对不对；用 --data 文件夹 指定。`])
    }
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
    // As tills made them before there was a passphrase.
    expect((await command('restore', broken('plain', () => undefined), '--data', join(folder, 'plain-till'))).status).toBe(0)
    expect(filesIn(join(folder, 'plain-till', 'till'))).toEqual([LEDGER_FILE])
    expect(await refusal(broken('newer', (db) => db.pragma('user_version = 9999')))).toBe('database.newer')
    expect(await refusal(broken('hurt', (db) => db.exec('DELETE FROM shift')))).toBe('restore.damaged')
    expect(existsSync(join(data, 'till')) ? filesIn(join(data, 'till')) : []).toEqual([])
  })
})
