/** A ledger file damaged in every way we could think of: verify says exactly what is wrong, and where. */
import type { Database } from 'better-sqlite3'
import { closeSync, copyFileSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { play, stepArbitrary } from '#desktop/testing/history.ts'
import { openTill } from '#desktop/testing/till.ts'
import type { Verification } from '#shared/host/schemas.ts'
import { canonical } from '#shared/ledger/canonical.ts'
import type { Envelope } from '#shared/ledger/envelope.ts'
import { run } from '#scripts/run-command.ts'
import { LEDGER_FILE, openForReading } from '../open.ts'
import { sha256 } from '../till-store.ts'
import { verifyLedger } from './verify.ts'
import { tamper, temporaryFolder } from '../testing/store.ts'

interface Row { seq: number; id: string; type: string; text: string; hash: string }

/** A healthy file, made once; each test damages a copy. */
let healthy: string
let rows: Row[]
beforeAll(async () => {
  healthy = mkdtempSync(join(tmpdir(), 'xiaopu-healthy-'))
  const till = openTill({ folder: healthy, outlives: true })
  await till.setUp()
  const cola = await till.addGood({ name: '可乐', code: '6901', price: 350 })
  await till.addGood({ name: '雪碧', codes: ['77', '78'], quick: 1 })
  await till.run('shift.open', { float: 1000 })
  await till.sell([{ good: cola, quantity: 2000 }], 1000)
  await till.run('goods.put', { good: cola.id, set: { price: 400 } })
  await till.run('stock.move', { reason: 'received', lines: [{ good: cola.id, delta: 9000 }] })
  await till.sell([{ good: { ...cola, price: 400 } }])
  await till.run('shift.close', { counted: 2000 })
  await till.run('shift.open', { float: 500 })
  await till.close()
  tamper(healthy, (db) => {
    rows = db.prepare<[], Row>('SELECT seq, id, type, text, hash FROM journal ORDER BY seq').all()
    db.pragma('wal_checkpoint(TRUNCATE)')
  })
})
afterAll(() => rmSync(healthy, { recursive: true, force: true }))

const seqOf = (type: string, nth = 0): number => rows.filter((row) => row.type === type)[nth]!.seq
const faultsOf = (verification: Verification) => verification.faults.map(({ seq, code }) => [seq, code])

function copy(): string {
  const folder = temporaryFolder()
  copyFileSync(join(healthy, LEDGER_FILE), join(folder, LEDGER_FILE))
  return folder
}
function verify(folder: string): Verification {
  const db = openForReading(join(folder, LEDGER_FILE))
  try {
    return verifyLedger(db, sha256)
  } finally {
    db.close()
  }
}
/** Faults of a copy after `work`, the journal's triggers out of the way. */
function after(work: (db: Database) => void): Verification {
  const folder = copy()
  tamper(folder, (db) => {
    db.exec('DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete')
    work(db)
  })
  const verification = verify(folder)
  expect(verification.ok).toBe(verification.faults.length === 0)
  return verification
}
/** Rewrites an event, and everything after it, with hashes that are right: what only somebody with our program could do. */
function forge(db: Database, seq: number, change: (envelope: Envelope) => void): void {
  let prev: string | undefined
  const put = db.prepare('UPDATE journal SET text = ?, hash = ? WHERE seq = ?')
  for (const row of db.prepare<[number], Row>('SELECT seq, text FROM journal WHERE seq >= ? ORDER BY seq').all(seq)) {
    const envelope = JSON.parse(row.text) as Envelope
    if (row.seq === seq) change(envelope)
    if (prev !== undefined) envelope.prev = prev
    const text = canonical(envelope)
    prev = sha256(text)
    put.run(text, prev, row.seq)
  }
}

test('nothing is wrong with a healthy file', () => {
  expect(verify(copy())).toEqual({ ok: true, rows: rows.length, head: rows.at(-1)!.hash, sales: 2, salesFen: 1100, faults: [] })
})

describe('the journal', () => {
  test('an edited text: its own row, by its hash', () => {
    const seq = seqOf('sale.completed')
    const verification = after((db) => db.prepare("UPDATE journal SET text = replace(text, '可乐', '可可') WHERE seq = ?").run(seq))
    expect(faultsOf(verification)).toEqual([[seq, 'chain.hash']])
    expect(verification.faults[0]).toMatchObject({ expected: rows[seq - 1]!.hash, found: sha256(rows[seq - 1]!.text.replaceAll('可乐', '可可')) })
  })

  test('an edited hash: its own row, and the next that names it', () => {
    const seq = seqOf('shift.opened')
    expect(faultsOf(after((db) => db.prepare("UPDATE journal SET hash = ? WHERE seq = ?").run('a'.repeat(64), seq)))).toEqual([[seq, 'chain.hash'], [seq + 1, 'chain.prev']])
  })

  test('a text with its hash made anew: the next row names another', () => {
    const seq = seqOf('sale.completed')
    const text = rows[seq - 1]!.text.replaceAll('可乐', '可可')
    expect(faultsOf(after((db) => db.prepare('UPDATE journal SET text = ?, hash = ? WHERE seq = ?').run(text, sha256(text), seq)))).toEqual([[seq + 1, 'chain.prev']])
  })

  test('two rows swapped: both numbers, and every link around them', () => {
    const [a, b] = [rows[4]!, rows[5]!]
    const verification = after((db) => {
      const put = db.prepare('UPDATE journal SET id = ?, type = ?, at = ?, text = ?, hash = ? WHERE seq = ?')
      db.prepare('UPDATE journal SET id = -seq WHERE seq IN (?, ?)').run(a.seq, b.seq)
      for (const [from, to] of [[a, b], [b, a]] as const) put.run(from.id, from.type, (JSON.parse(from.text) as Envelope).at, from.text, from.hash, to.seq)
    })
    expect(faultsOf(verification)).toEqual([
      [a.seq, 'chain.seq'], [a.seq, 'chain.prev'], [b.seq, 'chain.seq'], [b.seq, 'chain.prev'], [b.seq + 1, 'chain.prev'],
    ])
  })

  test('a missing row: the gap is at the one after it', () => {
    const seq = seqOf('staff.signed_in')
    const verification = after((db) => db.prepare('DELETE FROM journal WHERE seq = ?').run(seq))
    expect(faultsOf(verification).slice(0, 2)).toEqual([[seq + 1, 'chain.seq'], [seq + 1, 'chain.prev']])
    expect(verification.faults[0]).toMatchObject({ expected: String(seq), found: String(seq + 1) })
    expect(verification.rows).toBe(rows.length - 1)
  })

  test('the last row cut off: what was made from it has no ground, and the cloud knows of more', () => {
    const last = rows.at(-1)!.seq
    const verification = after((db) => {
      db.prepare('DELETE FROM journal WHERE seq = ?').run(last)
      db.prepare("INSERT INTO setting (key, value) VALUES ('acknowledged', ?)").run(String(last))
    })
    expect(faultsOf(verification)).toContainEqual([last, 'journal.short'])
    expect(verification.faults.filter(({ code }) => code === 'projection.differs').map(({ reason }) => reason.split(' ')[0])).toEqual(['shift', 'balance', 'balance', 'session'])
  })

  test.each([['id', "'0198d3f2-0000-7000-8000-0000000000ff'"], ['type', "'drawer.opened'"], ['at', '1']])('an edited column %s', (column, value) => {
    const verification = after((db) => db.exec(`UPDATE journal SET ${column} = ${value} WHERE seq = 3`))
    expect(faultsOf(verification)).toEqual([[3, 'journal.column']])
    expect(verification.faults[0]!.reason).toContain(column)
  })

  test.each([['not JSON', 'gone'], ['no envelope', '{"seq":3}'], ['half of it', '{"actor":null,"at":17']])('a row that is %s', (_what, text) => {
    expect(faultsOf(after((db) => db.prepare('UPDATE journal SET text = ?, hash = ? WHERE seq = 3').run(text, sha256(text)))).slice(0, 2)).toEqual([[3, 'chain.malformed'], [4, 'chain.prev']])
  })

  test('a forged row of right hash whose postings do not sum to zero', () => {
    const seq = seqOf('sale.completed')
    const verification = after((db) => forge(db, seq, ({ body }) => { (body['postings'] as { fen: number }[])[0]!.fen -= 100 }))
    expect(faultsOf(verification)[0]).toEqual([seq, 'postings.unbalanced'])
    expect(verification.faults[0]).toMatchObject({ expected: '0', found: '-100' })
  })

  test.each([
    ['lines', 'sale.lines', (body: Record<string, unknown>) => { (body['lines'] as { net: number }[])[0]!.net += 1 }],
    ['tenders', 'sale.tenders', (body: Record<string, unknown>) => { (body['tenders'] as { amount: number }[])[0]!.amount += 1 }],
    ['discount', 'sale.discount', (body: Record<string, unknown>) => { body['discount'] = 5 }],
  ])('a forged sale whose %s do not come to its total', (_what, code, change) => {
    const seq = seqOf('sale.completed')
    expect(faultsOf(after((db) => forge(db, seq, ({ body }) => change(body))))[0]).toEqual([seq, code])
  })

  test('a forged event of a kind or version nobody knows, or of the wrong shape', () => {
    const seq = seqOf('staff.signed_in')
    for (const change of [(envelope: Envelope) => { envelope.v = 9 }, (envelope: Envelope) => { envelope.type = 'sale.forgotten' }]) {
      expect(faultsOf(after((db) => forge(db, seq, change)))).toContainEqual([seq, 'event.unknown'])
    }
    expect(faultsOf(after((db) => forge(db, seq, ({ body }) => { body['staff'] = 5 })))).toContainEqual([seq, 'event.malformed'])
  })
})

describe('what is made from the journal', () => {
  test.each([
    ['a sale\'s total', "UPDATE sale SET total = total + 1 WHERE seq = (SELECT min(seq) FROM sale)", 'sale '],
    ['a sale removed', 'DELETE FROM sale WHERE seq = (SELECT max(seq) FROM sale)', 'sale '],
    ['a sale put in', "INSERT INTO sale SELECT 1, 'x', at, date, shift, staff, total FROM sale LIMIT 1", 'sale 1 is not in the journal'],
    ['stock', 'UPDATE stock SET quantity = 0', 'stock '],
    ['a balance', "UPDATE balance SET fen = fen - 100 WHERE account = 'drawer' AND fen > 0", 'balance '],
    ['a shift\'s difference', 'UPDATE shift SET difference = 0 WHERE difference IS NOT NULL', 'shift '],
    ['who is signed in', "UPDATE session SET value = 'x' WHERE key = 'staff'", 'session staff'],
    ['nobody signed in', "DELETE FROM session WHERE key = 'staff'", 'session staff'],
    ['what a code finds', "UPDATE good_code SET code = '6902' WHERE code = '6901'", 'good_code '],
    ['what a name finds', "UPDATE good_index SET name = 'x' WHERE name = '可乐'", 'good_index '],
  ])('%s', (_what, sql, reason) => {
    const { faults } = after((db) => db.exec(sql))
    expect(faults.length).toBeGreaterThan(0)
    for (const fault of faults) expect(fault).toMatchObject({ seq: null, code: 'projection.differs' })
    expect(faults[0]!.reason).toContain(reason)
  })

  test('a good\'s edit taken out: which good, and which fields', () => {
    const { faults } = after((db) => {
      const { id, doc, clocks } = db.prepare<[], { id: string; doc: string; clocks: string }>("SELECT * FROM document WHERE doc LIKE '%可乐%'").get()!
      const [without, stamps] = [doc, clocks].map((text) => { const { price: _price, ...rest } = JSON.parse(text) as Record<string, unknown>; return JSON.stringify(rest) })
      db.prepare('UPDATE document SET doc = ?, clocks = ? WHERE id = ?').run(without, stamps, id)
    })
    expect(faults).toMatchObject([{ seq: null, code: 'projection.behind' }])
    expect(faults[0]!.reason).toMatch(/^good .* lacks edits of price$/)
  })

  test('a good\'s price changed under its old stamp', () => {
    const { faults } = after((db) => db.exec("UPDATE document SET doc = json_set(doc, '$.price', 1) WHERE doc LIKE '%可乐%'"))
    expect(faults).toMatchObject([{ code: 'projection.differs', expected: '400', found: '1' }])
    expect(faults[0]!.reason).toContain('price')
  })

  test('a later edit from the cloud is no fault', () => {
    expect(after((db) => db.exec("UPDATE document SET doc = json_set(doc, '$.price', 1), clocks = json_set(clocks, '$.price', 'ffffffffffff0000-cloud') WHERE doc LIKE '%可乐%'; UPDATE good_index SET price = 1 WHERE name = '可乐'")).faults).toEqual([])
  })
})

describe('the file itself', () => {
  const file = (folder: string): string => join(folder, LEDGER_FILE)

  test.each([0, 50, 4096, 20_000])('cut short to %i bytes', (bytes) => {
    const folder = copy()
    truncateSync(file(folder), bytes)
    const { ok, faults } = verify(folder)
    expect(ok).toBe(false)
    expect(faults.some(({ code }) => code === 'file.damaged')).toBe(true)
  })

  test('something else altogether', () => {
    const folder = copy()
    writeFileSync(file(folder), 'a letter to a friend '.repeat(1000))
    expect(faultsOf(verify(folder))).toEqual([[1, 'file.damaged']])
  })

  test('bytes flipped anywhere in the journal\'s pages are seen, and nothing throws', () => {
    const original = readFileSync(join(healthy, LEDGER_FILE))
    fc.assert(fc.property(fc.constantFrom(...rows), fc.nat({ max: 63 }), fc.integer({ min: 1, max: 255 }), (row, offset, mask) => {
      const folder = copy()
      const bytes = Buffer.from(original)
      // Wherever it stands: beside the row, in the next one's text, in what SQLite left in a page's gaps.
      for (let at = bytes.indexOf(row.hash); at >= 0; at = original.indexOf(row.hash, at + 64)) bytes[at + offset]! ^= mask
      writeFileSync(file(folder), bytes)
      expect(verify(folder).ok).toBe(false)
      rmSync(folder, { recursive: true })
    }), { numRuns: 20 })
    fc.assert(fc.property(fc.nat({ max: statSync(join(healthy, LEDGER_FILE)).size - 64 }), (at) => {
      const folder = copy()
      const handle = openSync(file(folder), 'r+')
      writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, at)
      closeSync(handle)
      let verification: Verification | undefined
      try {
        verification = verify(folder)
      } catch (error) {
        expect(error).toMatchObject({ name: 'TillError' })
      }
      if (verification) expect(verification.ok).toBe(verification.faults.length === 0)
      rmSync(folder, { recursive: true })
    }), { numRuns: 40 })
  })

  test('a till that sells on meanwhile is read at one moment', async () => {
    const folder = temporaryFolder()
    cpSync(healthy, folder, { recursive: true })
    const till = openTill({ folder })
    const good = (await till.run('goods.search', { text: '可乐', limit: 1 })).goods[0]!
    const reader = openForReading(join(folder, LEDGER_FILE))
    let isSelling = false
    const selling = (text: string | Uint8Array): string => {
      // While the journal is being read, and before the projections are.
      if (!isSelling) {
        isSelling = true
        till.store.commit({ events: [{ id: good.id, type: 'stock.moved', v: 1, body: { reason: 'wasted', note: '', lines: [{ good: good.id, delta: -1000 }] } }], prints: [] }, till.clock.now(), null)
      }
      return sha256(text)
    }
    expect(verifyLedger(reader, selling).faults).toEqual([])
    reader.close()
    expect((await till.run('ledger.verify', {})).rows).toBe(rows.length + 1)
  })
})

test('histories made up at random are healthy', { timeout: 60_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(stepArbitrary(false), { maxLength: 20 }), async (steps) => {
    const begun = openTill()
    await begun.setUp()
    const { till } = await play(begun, steps)
    await till.close()
    expect(verify(till.folder).faults).toEqual([])
  }), { numRuns: 6 })
})

describe('npm run till -- verify', () => {
  const verifyCommand = (args: readonly string[]) => run({ file: process.execPath, args: ['scripts/till.ts', 'verify', ...args] })
  const lastLine = (output: string): unknown => JSON.parse(output.trim().split('\n').at(-1)!)

  test('ends with 0 for a healthy file, and with 1 and the faults for a damaged one', { timeout: 30_000 }, async () => {
    const well = await verifyCommand(['--file', join(healthy, LEDGER_FILE)])
    expect(well.status).toBe(0)
    expect(lastLine(well.output)).toMatchObject({ ok: true, rows: rows.length })
    const folder = copy()
    tamper(folder, (db) => db.exec('DELETE FROM stock'))
    const ill = await verifyCommand(['--data', folder])
    expect(ill.status).toBe(1)
    expect(lastLine(ill.output)).toMatchObject({ ok: false, faults: [{ code: 'projection.differs' }] })
  })

  test('says that there is no such file', { timeout: 30_000 }, async () => {
    const missing = await verifyCommand(['--file', join(healthy, 'none.db')])
    expect(missing.status).toBe(1)
    expect(lastLine(missing.output)).toMatchObject({ error: { code: 'ledger.not_found' } })
  })
})
