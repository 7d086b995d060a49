import { randomUUID } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OWNER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { diagnose } from './diagnostics.ts'

interface Facts {
  till: { sales: number; goods: number; staffByRole: Record<string, number> }
  sync: { unsent: number; state: string }
  verify: { ok: boolean; rows: number; faults: { code: string; reason?: string }[] }
  commits: { count: number; p50Ms: number; p99Ms: number; slowestMs: number }
  database: { bytes: number; rows: Record<string, number>; events: Record<string, number>; synchronous: number }
  machine: { disk: { freeBytes: number } }
  printers: { address: string; error: string | null; waiting: number }[]
  printJobs: { state: string; error: string | null }[]
  log: { code: string }[]
}
const read = (data: string): { text: string; facts: Facts } => {
  const text = String(gunzipSync(Buffer.from(data, 'base64')))
  return { text, facts: JSON.parse(text) as Facts }
}

/** Whatever a person wrote, is called, or keeps secret. */
const WRITTEN = ['马小云', 'Waldemar', '13812345678', '九阳豆浆', 'Zanzibar', '龙井路', '6901028075831', 'Front-Desk-Printer', '多谢光临马家']
async function fill(till: TestTill): Promise<void> {
  await till.run('till.setup', { shop: { name: '马小云的店', address: '龙井路 1 号', phone: '13812345678', footer: '多谢光临马家' }, owner: { no: '01', name: '马小云' }, pin: OWNER_PIN })
  await till.addStaff('02', 'cashier').then((staff) => till.run('staff.put', { staff, set: { name: 'Waldemar' } }))
  await till.run('shift.open', { float: 0 })
  const good = await till.addGood({ name: '九阳豆浆 Zanzibar', code: '6901028075831', price: 77_777_777 })
  await till.run('printer.put', { printer: { id: randomUUID(), name: 'Front-Desk-Printer', address: 'tcp://127.0.0.1:9', profile: 'generic-80', receipts: true, drawer: true } })
  for (let i = 0; i < 5; i++) await till.sell([{ good }])
}

test('one file says how the till does, and holds nothing that a person wrote', async () => {
  const till = openTill()
  await fill(till)
  await till.refusal('staff.signIn', { no: '02', pin: '97538642' })
  const { name, data } = await till.run('till.diagnostics', {})
  const { text, facts } = read(data)
  expect(name).toMatch(/^xiaopu-00-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.json\.gz$/)
  expect(facts).toMatchObject({
    till: { sales: 5, goods: 1, staffByRole: { owner: 1, cashier: 1 } }, sync: { state: 'none' },
    verify: { ok: true, faults: [] }, database: { rows: { print_job: 5 }, events: { 'sale.completed': 5 }, synchronous: 2 },
    printers: [{ address: 'tcp://127.0.0.1:9' }],
  })
  expect(facts.printJobs).toHaveLength(5)
  expect(facts.verify.rows).toBe(facts.sync.unsent)
  expect(facts.commits.count).toBeGreaterThanOrEqual(facts.verify.rows - 5)
  expect(facts.commits.p50Ms).toBeGreaterThan(0)
  expect(facts.commits.slowestMs).toBeGreaterThanOrEqual(facts.commits.p99Ms)
  expect(facts.database.bytes).toBeGreaterThan(0)
  expect(facts.machine.disk.freeBytes).toBeGreaterThan(0)
  expect(facts.log.map(({ code }) => code)).toContain('till.opened')
  const { privateKey, publicKey } = till.store.identity()
  for (const secret of [...WRITTEN, '97538642', privateKey, publicKey, '77777777', 'verifier', 'scrypt']) expect(text).not.toContain(secret)
})

test('a damaged ledger\'s faults are told without what the rows say', async () => {
  const till = openTill()
  await fill(till)
  await till.close()
  const db = new Sqlite(join(till.folder, LEDGER_FILE))
  db.exec("DROP TRIGGER journal_no_update; UPDATE journal SET text = replace(text, '{', '{Waldemar ') WHERE seq = 4")
  db.prepare("UPDATE document SET doc = replace(doc, '马小云', 'Zanzibar')").run()
  db.close()
  const again = openTill({ folder: till.folder })
  const { text, facts } = read((await again.run('till.diagnostics', {})).data)
  expect(facts.verify.ok).toBe(false)
  expect(facts.verify.faults.map(({ code }) => code)).toContain('chain.malformed')
  for (const written of WRITTEN) expect(text).not.toContain(written)
})

test('a long ledger is not verified while it is sold on', () => {
  const till = openTill()
  const store = { ...till.store, head: () => ({ seq: 1_000_000, hash: '0'.repeat(64) }), verify: () => { throw new Error('asked') } }
  const db = new Sqlite(join(till.folder, LEDGER_FILE), { readonly: true })
  const recorder = { lines: [], commits: () => ({}) } as never
  const { facts } = read(diagnose({ folder: till.folder, version: '0', store, db, sync: { state: 'none', cloud: null } as never, recorder, startedAt: 0 }, 0).data)
  db.close()
  expect(facts.verify).toEqual({ skipped: expect.stringContaining('npm run till -- diagnostics') as string })
})
