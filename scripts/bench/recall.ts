/**
 * `recall.1m.PLACE.WHAT`: ms to find what a recall comes to, its lots, what is left, how many sales and the latest of them, at a
 * till and in the cloud whose sales name lots in a million lines (a hundred thousand without `--full`), against what an owner
 * waits for: one lot, and all that a supplier brought in half a year. The lines are put into the tables as projections have them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { composeTill } from '#desktop/loopback/compose.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { effectOf } from '#cloud/projections/recalls.ts'
import { inShop, openDatabase } from '#cloud/storage/database.ts'
import type { RecallWhat } from '#shared/trace/recall.ts'
import { makeShop } from '../demo/seed.ts'
import { ROOT } from '../run-command.ts'
import { openCloudStage } from './cloud-stage.ts'
import { id } from './counter.ts'
import { type Figure, limitFigure } from './figures.ts'

const GOODS = 100
const LOTS = 1000
const SUPPLIERS = 20
const RUNS = 10
const LIMITS = { till: 1000, cloud: 2000 } as const
const DAY_MS = 86_400_000

interface Lot { readonly lot: string; readonly good: string; readonly no: string; readonly supplier: string; readonly date: string; readonly at: number }
function stock(): Lot[] {
  const goods = Array.from({ length: GOODS }, id)
  return Array.from({ length: LOTS }, (_, i) => {
    const at = Date.now() - Math.floor(((LOTS - i) / LOTS) * 365 * DAY_MS)
    return { lot: id(), good: goods[i % GOODS]!, no: `B${String(i).padStart(4, '0')}`, supplier: `S${i % SUPPLIERS}`, date: new Date(at).toISOString().slice(0, 10), at }
  })
}
const docOf = ({ good, no, supplier, date, at }: Lot): string => JSON.stringify({ good, no, expiry: '', gtin: '00400000000000', quantity: 1_000_000, date, at, supplier, parents: [] })
const questions = (lots: readonly Lot[]): Record<string, RecallWhat> => {
  const nothing = { good: null, no: '', supplier: '', from: '', to: '' }
  return { lot: { ...nothing, good: lots[500]!.good, no: lots[500]!.no }, supplier: { ...nothing, supplier: 'S7', from: lots[LOTS / 2]!.date } }
}

export async function recall1m(full: boolean): Promise<Figure[]> {
  const lines = full ? 1_000_000 : 100_000
  return [...await atTill(lines), ...await inCloud(lines)]
}

async function timed(place: keyof typeof LIMITS, name: string, work: () => Promise<unknown>): Promise<Figure> {
  const ms: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now()
    await work()
    ms.push(performance.now() - began)
  }
  return limitFigure(`recall.1m.${place}.${name}`, 'ms', ms, LIMITS[place])
}

async function atTill(lines: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  const open = () => composeTill({ folder: join(folder, 'till'), version: 'bench', log: () => undefined })
  try {
    const first = open()
    await first.dispatcher.run('till.setup', { key: id(), shop: { name: 'bench' }, owner: { no: '01', name: 'bench' }, pin: '1357' })
    await first.close()
    const lots = stock()
    fillTill(join(folder, 'till', LEDGER_FILE), lots, lines)
    const till = open()
    try {
      const figures: Figure[] = []
      for (const [name, what] of Object.entries(questions(lots))) figures.push(await timed('till', name, () => till.dispatcher.run('recall.effect', { what, limit: 200 })))
      return figures
    } finally {
      await till.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fillTill(file: string, lots: readonly Lot[], lines: number): void {
  const db = new Sqlite(file)
  try {
    db.pragma('synchronous = OFF')
    db.exec('BEGIN')
    const from = (db.prepare('SELECT max(seq) AS seq FROM journal').get() as { seq: number }).seq + 1
    const document = db.prepare("INSERT INTO document (kind, id, doc, clocks) VALUES ('lot', ?, ?, '{}')")
    for (const lot of lots) document.run(lot.lot, docOf(lot))
    const sums = db.prepare("INSERT INTO lot (good, no, expiry, quantity) VALUES (?, ?, '', 500)")
    for (const { good, no } of lots) sums.run(good, no)
    const journal = db.prepare("INSERT INTO journal (seq, id, type, at, text, hash) VALUES (?, ?, 'sale.completed', ?, '{}', '')")
    const sale = db.prepare("INSERT INTO sale (seq, no, at, date, shift, staff, total) VALUES (?, ?, ?, '2026-01-01', '', '', 100)")
    const sold = db.prepare("INSERT INTO sold_lot (good, no, expiry, seq, quantity) VALUES (?, ?, '', ?, 1000)")
    for (let line = 0; line < lines; line++) {
      const seq = from + line
      const { good, no, at } = lots[line % LOTS]!
      journal.run(seq, id(), at + line)
      sale.run(seq, `N${seq}`, at + line)
      sold.run(good, no, seq)
    }
    db.exec('COMMIT')
  } finally {
    db.close()
  }
}

async function inCloud(lines: number): Promise<Figure[]> {
  const stage = await openCloudStage()
  try {
    const { shop } = await makeShop(stage, { name: 'bench', kind: 'shop' })
    const db = openDatabase(stage.databaseUrl, (error) => { throw error })
    try {
      const lots = stock()
      const device = id()
      await inShop(db, shop, async (trx) => {
        await sql`insert into device (shop_id, device_id, till, public_key, ledger_shops, token_hash, head, paired_at, seen_at) values (${shop}, ${device}, 1, '', '{}', ${id()}, '', 0, 0)`.execute(trx)
        await sql`insert into reference (shop_id, kind, id, doc, clocks, rev) select ${shop}::uuid, 'lot', id, doc, '{}'::jsonb, 1000000 + n from unnest(${lots.map(({ lot }) => lot)}::uuid[], ${lots.map(docOf)}::jsonb[]) with ordinality as row (id, doc, n)`.execute(trx)
        await sql`create temporary table bench_lots on commit drop as select good, no, n from unnest(${lots.map(({ good }) => good)}::uuid[], ${lots.map(({ no }) => no)}::text[]) with ordinality as row (good, no, n)`.execute(trx)
        await sql`insert into lot (shop_id, good_id, no, expiry, device_id, quantity) select ${shop}::uuid, good, no, '', ${device}::uuid, 500 from bench_lots`.execute(trx)
        await sql`create temporary table bench_sales on commit drop as select n as seq, uuidv7() as id from generate_series(1, ${sql.raw(String(lines))}) as n`.execute(trx)
        await sql`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at) select ${shop}::uuid, ${device}::uuid, seq, seq, id, 'sale.completed', seq, '{}', '', 0 from bench_sales`.execute(trx)
        await sql`insert into sale (shop_id, id, device_id, seq, no, at, date, total_fen, lines) select ${shop}::uuid, id, ${device}::uuid, seq, 'N' || seq, seq, '2026-01-01', 100, 1 from bench_sales`.execute(trx)
        await sql`insert into sold_lot (shop_id, good_id, no, expiry, sale_id, quantity) select ${shop}::uuid, good, no, '', id, 1000 from bench_sales join bench_lots on n = seq % ${sql.raw(String(LOTS))} + 1`.execute(trx)
      })
      const desk = { db, personalKeys: keysInMemory() }
      const figures: Figure[] = []
      for (const [name, what] of Object.entries(questions(lots))) figures.push(await timed('cloud', name, () => effectOf(desk, shop, { what }, 100)))
      return figures
    } finally {
      await db.destroy()
    }
  } finally {
    await stage.close()
  }
}
