import type { Database } from 'better-sqlite3'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type TestTill, openTill, ticketOf } from '#desktop/testing/till.ts'
import { MORNING, manualClock } from '#shared/testing/clock-and-ids.ts'
import { openForReading, openTillFolder, LEDGER_FILE, RECOVERING_FILE } from '../open.ts'
import { Projector } from '../projector.ts'
import { earlierEvent } from './earlier.ts'
import { recoverLedger, recoverTill } from './recover.ts'
import { tamper } from '../testing/store.ts'
import { sha256 } from '../till-store.ts'

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

/** Every table as it is, but for what says where the till stands with its cloud, what fills itself again, and seals, which are fresh. */
function tablesOf(folder: string): Record<string, unknown[]> {
  const db = openForReading(join(folder, LEDGER_FILE))
  const names = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'good_search%' AND name NOT IN ('search_due', 'sale_good', 'sale_good_upto') ORDER BY name").all()
  const tables = names.map(({ name }): [string, unknown[]] => [name, db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${name}`).all()
    .filter(({ key }) => name !== 'setting' || (key !== 'rev' && key !== `own:${MARK.key}`)).map((row) => JSON.stringify({ ...row, sealed: undefined })).sort()])
  db.close()
  return Object.fromEntries(tables)
}

/** A till with something in every table, closed; its member's number is PHONE. */
/** Sold under a ledger that this folder had before: beside its journal. */
async function soldEarlier(folder: string): Promise<void> {
  const old = openTill({ clock: manualClock(MORNING - 86_400_000) })
  await old.setUp()
  await old.run('shift.open', { float: 0 })
  await old.sell([{ good: await old.addGood() }])
  const row = old.store.rows(0, 100).find(({ text }) => text.includes('"type":"sale.completed"'))!
  const { id, type, at } = JSON.parse(row.text) as { id: string; type: string; at: number }
  tamper(folder, (db) => {
    const earlier = { ...row, seq: -5 }
    db.prepare('INSERT INTO earlier (seq, id, type, at, text, hash) VALUES (?, ?, ?, ?, ?, ?)').run(earlier.seq, id, type, at, row.text, row.hash)
    new Projector(db).applyEarlier(earlierEvent(earlier)!)
  })
}
async function fullTill(): Promise<{ till: TestTill; member: string }> {
  const begun = openTill()
  await begun.setUp()
  await begun.close()
  await soldEarlier(begun.folder)
  const till = await begun.restart()
  const printer = { id: randomUUID(), name: 'p', profile: 'generic-80' as const, address: 'tcp://127.0.0.1:9', receipts: true, drawer: true }
  await till.run('printer.put', { printer })
  const good = await till.addGood({ name: '可乐', code: '6901' })
  await till.run('shift.open', { float: 1000 })
  const labels = { ...printer, id: randomUUID(), receipts: false, label: { language: 'zpl' as const, density: 8 as const, size: { width: 50, height: 30 }, gap: 2, speed: 0, darkness: -1 } }
  await till.run('printer.put', { printer: labels })
  await till.run('label.print', { kind: 'price', printer: labels.id, goods: [{ good: good.id, copies: 1 }] })
  await till.run('stock.receive', { lines: [{ good: good.id, quantity: 3000, lot: { no: 'B1', expiry: '2027-01-31' } }] })
  const { count } = await till.run('count.begin', {})
  await till.run('count.scan', { count, good: good.id, quantity: 3000 })
  const sold = await till.sell([{ good }])
  await till.run('sale.refund', { sale: sold.sale, reason: 'quality', total: 350, lines: [{ line: 0, good: good.id, quantity: 1000, stock: 'back' }] })
  const byCode = ticketOf([{ good }])
  await till.run('sale.complete', { key: byCode.id, ticket: byCode, total: 350, given: 0, code: { via: '微信', fen: 350 } })
  const held = [randomUUID(), randomUUID()]
  for (const key of held) await till.run('ticket.hold', { key, ticket: ticketOf([{ good }]), heldAt: till.clock.now() })
  await till.run('ticket.take', { held: held[1]! })
  const { member } = await till.run('member.join', { set: { phone: PHONE, name: '张三', birthday: '11-23' } })
  await till.run('shop.put', { set: { loyalty: { earn: 100, worth: 1, bonus: [], birthday: 20 } } })
  await till.run('member.topUp', { member, amount: 5000 })
  const { coupon } = await till.run('coupon.issue', { terms: { name: '减一元', code: 'C1', member: null, off: { fen: 100 }, least: 0, from: '2026-01-01', until: '2026-12-31' } })
  const ticket = { ...ticketOf([{ good: await till.addGood({ price: 1000 }) }]), member, coupon }
  await till.run('sale.complete', { key: ticket.id, ticket, total: 700, given: 0, value: 700 })
  const history = '单号,日期,条码,品名,金额\nA1,2026-05-01,6901,,3.50\nA2,2026-05-01,,老冰棍,1.00\n'
  await till.run('import.bring', { kind: 'history', name: 'h.csv', data: Buffer.from(history).toString('base64') })
  const sister = { device: randomUUID(), till: '02' }
  const doc = { held: sister, heldAt: till.clock.now(), ticket: ticketOf([{ good }]), by: null }
  const twice = { taken: sister, again: [{ device: till.store.identity().device, till: '00' }] }
  till.store.applyChanges([
    { kind: 'stock', id: good.id, rev: 1, doc: { quantity: -3000, lots: [{ no: 'B1', expiry: '2027-01-31', quantity: -1000 }] }, clocks: {} },
    { kind: 'ticket', id: randomUUID(), rev: 2, doc, clocks: {} },
    { kind: 'ticket', id: held[1]!, rev: 3, doc: twice, clocks: {} },
    { kind: 'refund', id: sold.sale, rev: 4, doc: { back: [{ refund: randomUUID(), ...sister, fen: 100 }] }, clocks: {} },
  ], 4)
  till.store.setSetting('backup.folder', '/media/stick')
  till.store.keepRows([{ kind: 'stock', import: randomUUID(), row: 1, file: 'f.csv', cells: ['a'], mapping: [], bad: [] } as never])
  await till.close()
  return { till, member }
}
const PHONE = '13812345678'

test('whatever a till keeps comes over, table by table; what the cloud has is asked for once more', async () => {
  const { till, member } = await fullTill()
  const before = tablesOf(till.folder)
  expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([])
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, missing: undefined, membersLost: 0 })
  const after = tablesOf(till.folder)
  // Papers that waited may have come out since.
  expect(after['print_job']).toEqual(before['print_job']!.map((row) => String(row).replace('"copy":0', '"copy":1')))
  expect({ ...after, print_job: [] }).toEqual({ ...before, print_job: [] })
  const again = openTill({ folder: till.folder, clock: till.clock })
  expect([again.store.rev(), again.store.setting(MARK.key)]).toEqual([0, MARK.value])
  expect((await again.run('goods.search', { text: '可乐', limit: 1 })).goods[0]).toMatchObject({ name: '可乐', stock: -1000 })
  expect((await again.run('member.find', { text: PHONE })).members).toMatchObject([{ member }])
  expect(await again.run('member.get', { member })).toMatchObject({ name: '张三' })
  expect(await again.run('member.card', { member })).toMatchObject({ value: { balance: 4300, held: 4300 }, points: { balance: 7 }, birthday: 0 })
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
})

test('a parcel\'s label that waits under seal waits in the new file too', async () => {
  const { till } = await fullTill()
  const before = await till.restart()
  const printer = before.store.printers().find(({ label }) => label)!.id
  await before.run('parcel.print', { parcel: { no: 'D-1', to: '收件甲', phone: PHONE, address: '红旗路 88 号', note: '', fullPhone: false, parcels: 2 }, printer })
  const { ref } = before.store.printJobs(1)[0]!
  const labels = before.store.labels(ref)
  expect(labels).toHaveLength(2)
  await before.close()
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, missing: undefined })
  const again = openTill({ folder: till.folder, clock: till.clock })
  expect(again.store.labels(ref)).toEqual(labels)
})

test('a ledger of the first version is recovered into one of this', async () => {
  const { till } = await fullTill()
  tamper(till.folder, (db) => {
    for (const table of ['refund', 'refund_line', 'refund_elsewhere', 'stock_elsewhere', 'held', 'taken', 'holding', 'alert', 'person_record', 'person_tag', 'purse', 'coupon_use', 'birthday_use']) db.exec(`DROP TABLE ${table}`)
    db.pragma('user_version = 1')
  })
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, missing: undefined, membersLost: 1 })
  const again = openTill({ folder: till.folder, clock: till.clock })
  expect((await again.run('ticket.held', {})).held.length).toBe(1)
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
})

test('a member\'s record that no seal holds goes and is counted, also where a later one is whole, an erased one does not come back, a number finds its person without its tags', async () => {
  const { till, member } = await fullTill()
  const before = await till.restart()
  const [broken, erased] = [await before.run('member.join', { set: { phone: '13800000001' } }), await before.run('member.join', { set: { phone: '13800000002' } })]
  const half = await before.run('member.join', { set: { phone: '13800000003' } })
  const strange = await before.run('member.join', { set: { phone: '13800000004' } })
  await before.run('member.change', { member: half.member, set: { name: '李四' } })
  await before.close()
  let kept: unknown[] = []
  tamper(till.folder, (db) => {
    db.exec('DELETE FROM person_tag')
    db.prepare("UPDATE person_record SET sealed = zeroblob(length(sealed)) WHERE person = ?").run(broken.member)
    db.prepare("UPDATE person_record SET sealed = zeroblob(length(sealed)) WHERE person = ? AND fields = 'phone'").run(half.member)
    db.prepare("UPDATE person_record SET key = 'another' WHERE person = ?").run(strange.member)
    kept = Object.values(db.prepare<[string], object>('SELECT * FROM person_record WHERE person = ?').get(erased.member)!)
  })
  const erasing = await till.restart()
  await erasing.run('person.erase', { person: erased.member })
  await erasing.close()
  // As a page of before the erasing would bring it back.
  tamper(till.folder, (db) => db.prepare(`INSERT INTO person_record VALUES (${kept.map(() => '?').join(', ')})`).run(...kept))
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, membersLost: 3 })
  const again = openTill({ folder: till.folder, clock: till.clock })
  expect((await again.run('member.find', { text: PHONE })).members).toMatchObject([{ member }])
  expect((await again.run('ledger.verify', {})).faults).toEqual([])
  expect(again.store.people.records(erased.member)).toEqual([])
})

test('stamps given after those that were read are later than any', async () => {
  const { till } = await soldThree()
  tamper(till.folder, (db) => db.exec("DELETE FROM setting WHERE key = 'hlc'"))
  recoverTill(till.folder, sha256, TIME, MARK)
  // The clock stands before all that was done, as one whose battery is empty does.
  const again = openTill({ folder: till.folder, clock: manualClock(till.clock.now() - 86_400_000) })
  const [good] = (await again.run('goods.search', { text: '可乐', limit: 1 })).goods
  expect(await again.run('goods.put', { good: good!.id, set: { price: 999 } })).toMatchObject({ price: 999 })
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

test('rows that are whole but can only be read one after the other come over all the same', async () => {
  const till = openTill()
  await till.setUp()
  for (let n = 0; n < 150; n++) await till.addGood({ name: `可乐${n}` })
  await till.close()
  const { seq } = loseLastRow(till.folder)
  expect(recoverTill(till.folder, sha256, TIME, MARK)).toMatchObject({ goesOn: true, rows: seq, missing: undefined })
  expect(await openTill({ folder: till.folder, clock: till.clock }).run('ledger.verify', {})).toMatchObject({ ok: true, rows: seq })
})

/** Makes the key of the journal's last inner cell so large that a search for the last row goes astray, while a scan finds each. */
function loseLastRow(folder: string): { seq: number } {
  const file = join(folder, LEDGER_FILE)
  const db = openForReading(file)
  const { root, size } = db.prepare<[], { root: number; size: number }>("SELECT rootpage AS root, (SELECT page_size FROM pragma_page_size) AS size FROM sqlite_schema WHERE name = 'journal'").get()!
  db.close()
  const bytes = readFileSync(file)
  const page = (root - 1) * size
  const [INNER, HEADER] = [5, 12]
  expect(bytes[page]).toBe(INNER)
  const cells = bytes.readUInt16BE(page + 3)
  const key = page + bytes.readUInt16BE(page + HEADER + 2 * (cells - 1)) + 4
  // A key of two bytes stays one of two: see "varint" in SQLite's file format.
  expect(bytes[key]! & 0x80).toBe(0x80)
  bytes.writeUInt16BE(0xff7f, key)
  writeFileSync(file, bytes)
  const spoilt = openForReading(file)
  const seq = spoilt.prepare<[], { seq: number }>('SELECT seq FROM journal ORDER BY seq').all().at(-1)!.seq
  expect(spoilt.prepare('SELECT seq FROM journal WHERE seq = ?').get(seq)).toBe(undefined)
  spoilt.close()
  return { seq }
}

test('a till that is open is not recovered under its feet; a file that is none is said to be', async () => {
  const till = openTill()
  await till.setUp()
  expect(() => recoverTill(till.folder, sha256, TIME, MARK)).toThrow(expect.objectContaining({ code: 'folder.in_use' }) as Error)
  const file = join(till.folder, 'letter.db')
  writeFileSync(file, 'a letter to a friend '.repeat(500))
  expect(() => recoverLedger(file, join(till.folder, 'new.db'), sha256, MARK)).toThrow(expect.objectContaining({ code: 'ledger.unrecoverable' }) as Error)
  expect(readdirSync(till.folder).filter((name) => name.includes('salvage'))).toEqual([])
})
