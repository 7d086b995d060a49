/** An empty till that takes a backup in, through its contract: all of it or nothing, and it goes on as the till that it was. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import { HEADER_BYTES } from '#shared/host/restore.ts'
import type { Snapshot } from '#shared/host/schemas.ts'

const PASSPHRASE = '巷子口的小铺第三家'
let old: TestTill
let backup: Buffer

beforeEach(async () => {
  old = openTill()
  await old.setUp()
  await old.run('till.backupPassphrase', { passphrase: PASSPHRASE })
  const good = await old.addGood({ name: '可乐' })
  await old.run('member.join', { set: { phone: '13812345678', name: '张三丰' } })
  await old.run('shift.open', { float: 0 })
  for (let i = 0; i < 3; i++) await old.sell([{ good }])
  backup = readFileSync((await old.run('till.backup', {})).last!.file)
})

const begin = (till: TestTill, upload: string, { start = backup.subarray(0, HEADER_BYTES), passphrase = PASSPHRASE } = {}) => till.run('till.restoreBegin', { key: upload, start: start.toString('base64'), passphrase })
const part = (till: TestTill, upload: string, at: number, bytes: Buffer) => till.run('till.restorePart', { upload, at, data: bytes.toString('base64') })
async function handOver(till: TestTill, bytes = backup, size = 70_000): Promise<string> {
  const upload = randomUUID()
  await begin(till, upload)
  for (let at = HEADER_BYTES; at < bytes.length; at += size) await part(till, upload, at, bytes.subarray(at, at + size))
  return upload
}
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', ({ code, detail }: { code: string; detail?: { byte?: number } }) => (detail?.byte === undefined ? code : { code, byte: detail.byte }))
const nothingIn = (till: TestTill): void => { expect(existsSync(join(till.folder, 'restoring'))).toBe(false) }

describe('a backup on a till that nobody has set up', () => {
  test('is that till from then on, for the screens that are open too; members and keys come along', async () => {
    const till = openTill()
    const empty = till.store.identity().device
    const upload = await handOver(till)
    const restored = await till.run('till.restoreEnd', { upload })
    expect(restored).toEqual({ shop: '试验小铺', till: '00', device: old.store.identity().device, cloud: null, rows: old.store.head().seq, sales: 3, lastAt: old.clock.now() })
    expect(await till.run('till.restoreEnd', { upload })).toEqual(restored)
    const told = till.events.filter(({ name }) => name === 'snapshot.changed').at(-1)!.payload as Snapshot
    expect(told).toMatchObject({ empty: false, shop: { name: '试验小铺' }, device: old.store.identity().device })
    expect(till.events.map(({ seq }) => seq)).toEqual(till.events.map((_event, i) => till.events[0]!.seq + i))
    expect(till.store.rows(0, 1000)).toEqual(old.store.rows(0, 1000))
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
    // Whoever sat at the old till: here nobody does until somebody's PIN is typed, and then the open shift goes on.
    expect(told).toMatchObject({ staff: null, shift: { staff: old.store.signedIn() } })
    expect(await codeOf(till.run('member.find', { text: '5678' }))).toBe('staff.none')
    await till.run('staff.signIn', { no: '01', pin: '1234' })
    expect((await till.run('till.snapshot', {})).shift?.shift).toBe(old.store.openShift()!.shift)
    expect((await till.run('member.find', { text: '5678' })).members).toHaveLength(1)
    const good = (await till.run('goods.search', { text: '可乐' })).goods[0]!
    await till.sell([{ good }])
    // What the old machine's backups did is not this one's.
    expect(await till.run('till.backups', {})).toMatchObject({ last: null, failed: null })
    // It backs itself up with the passphrase it had.
    expect((await till.run('till.backup', {})).last!.file).toMatch(/\.xpbackup$/)
    nothingIn(till)
    // What was there is kept, though it was nothing.
    expect(readdirSync(join(till.folder, 'archive'))).toContain('before-restore-till.db')
    const again = await till.restart()
    expect(again.store.identity().device).not.toBe(empty)
    expect((await again.run('ledger.verify', {})).faults).toEqual([])
  })

  test('says a wrong passphrase before anything is handed over, and takes the right one after', async () => {
    const till = openTill()
    expect(await codeOf(begin(till, randomUUID(), { passphrase: '另一句话另一句话' }))).toBe('restore.passphrase_wrong')
    nothingIn(till)
    expect(await codeOf(begin(till, randomUUID(), { start: Buffer.from('SQLite format 3\0'.repeat(12)) }))).toBe('restore.not_sealed')
    await till.run('till.restoreEnd', { upload: await handOver(till) })
    expect(till.store.countSales()).toBe(3)
  })

  test('that is damaged, cut off or out of order is refused with its place, and leaves the till empty', async () => {
    const till = openTill()
    const before = till.store.rows(0, 10)
    const hurt = Buffer.from(backup)
    hurt[HEADER_BYTES + 100]! ^= 1
    for (const [bytes, expected] of [
      [hurt, { code: 'restore.file_damaged', byte: HEADER_BYTES }],
      [backup.subarray(0, -1), { code: 'restore.file_damaged', byte: HEADER_BYTES }],
      [backup.subarray(0, HEADER_BYTES), { code: 'restore.cut_off', byte: HEADER_BYTES }],
    ] as const) {
      const upload = await handOver(till, bytes)
      expect(await codeOf(till.run('till.restoreEnd', { upload }))).toEqual(expected)
      nothingIn(till)
      expect(await codeOf(till.run('till.restoreEnd', { upload }))).toBe('restore.out_of_step')
    }
    const upload = randomUUID()
    await begin(till, upload)
    const [first, second] = [backup.subarray(HEADER_BYTES, 1000), backup.subarray(1000, 2000)]
    expect(await codeOf(part(till, upload, 1000, second))).toBe('restore.out_of_step')
    expect(await part(till, upload, HEADER_BYTES, first)).toEqual({ bytes: 1000 })
    // The answer was lost, and it comes once more.
    expect(await part(till, upload, HEADER_BYTES, first)).toEqual({ bytes: 1000 })
    expect(await codeOf(part(till, randomUUID(), 1000, second))).toBe('restore.out_of_step')
    expect(till.store.rows(0, 10)).toEqual(before)
    // Left half done, it is gone with the next start, and another one goes through.
    expect(existsSync(join(till.folder, 'restoring', 'till.db')) || existsSync(join(till.folder, 'restoring'))).toBe(true)
    const again = await till.restart()
    nothingIn(again)
    await again.run('till.restoreEnd', { upload: await handOver(again) })
    expect(again.store.countSales()).toBe(3)
  })

  test('is not disturbed by a screen that begins once more while it is being checked', async () => {
    const till = openTill()
    const upload = await handOver(till)
    const ending = till.run('till.restoreEnd', { upload })
    // A screen that was loaded anew knows nothing of the first upload.
    const other = randomUUID()
    const again = codeOf(begin(till, other).then(() => part(till, other, HEADER_BYTES, backup.subarray(HEADER_BYTES, 2000))))
    expect(await codeOf(ending)).toBe('done')
    expect(await again).toBe('restore.not_empty')
    expect(till.store.countSales()).toBe(3)
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
    nothingIn(till)
  })

  test('is refused by a till that has a shop, at its beginning and at its end', async () => {
    const till = openTill()
    const upload = await handOver(till)
    await till.setUp()
    expect(await codeOf(till.run('till.restoreEnd', { upload }))).toBe('restore.not_empty')
    expect(await codeOf(begin(till, randomUUID()))).toBe('restore.not_empty')
    nothingIn(till)
    expect(till.store.shop().name).toBe('试验小铺')
    expect(till.store.countSales()).toBe(0)
  })
})
