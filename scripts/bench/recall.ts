/**
 * `recall.1m.PLACE.WHAT`: ms to find what a recall comes to, its lots, what is left, how many sales and the latest of them, those that
 * may be of it included, at a till and in the cloud that sold a million lines (a hundred thousand without `--full`), a third of
 * which name no lot, against what an owner waits for: one lot, all that a supplier brought in half a year, all that anybody
 * did, and a whole good of which no sale names a lot. `recall.1m.till.slice`: ms that the counter is held at most while years of sales are taken
 * into the table behind it, and `waiting`: the same questions before any of them is. The lines are put into the journal and the tables as projections have them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import pg from 'pg'
import { SALES_AT_ONCE } from '#desktop/host/sold-queue.ts'
import { type Till, composeTill } from '#desktop/loopback/compose.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { effectOf } from '#cloud/projections/recalls.ts'
import { inShop, openDatabase } from '#cloud/storage/database.ts'
import type { RecallWhat } from '#shared/trace/recall.ts'
import { makeShop } from '../demo/seed.ts'
import { ROOT } from '../run-command.ts'
import { openCloudStage } from './cloud-stage.ts'
import { id } from './counter.ts'
import { type Figure, limitFigure, maxFigure } from './figures.ts'

const GOODS = 100
const LOTS = 1000
const SUPPLIERS = 20
const RUNS = 10
const LIMITS = { till: 1000, cloud: 2000 } as const
/** A wait that whoever stands at the counter notices. */
const SLICE_LIMIT = 200
/** Every third line names no lot, every fiftieth one for half of it; every tenth sale has a bag, which never does. */
const [UNNAMED, HALF, BAGS] = [3, 50, 10]
/** Sales that a cloud has not taken into its table when it is asked: some that came in since the last round. */
const LATE = 500
const QUANTITY = 1000
const DAY_MS = 86_400_000

const BAG = id()
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
  return {
    lot: { ...nothing, good: lots[500]!.good, no: lots[500]!.no },
    supplier: { ...nothing, supplier: 'S7', from: lots[LOTS / 2]!.date }, days: { ...nothing, from: lots[LOTS / 2]!.date }, whole: { ...nothing, good: BAG },
  }
}

/** How much of a sale's line names its lot, in thousandths. */
const namedOf = (seq: number): number => (seq % UNNAMED === 0 ? 0 : seq % HALF === 1 ? QUANTITY / 2 : QUANTITY)

/** A sale's row as the journal has it: two lines at most, a kilobyte or so. */
function saleOf(at: { shop: string; device: string; seq: number; time: number; sale: string }, { good, no }: Lot): { text: string; date: string; named: number } {
  const named = namedOf(at.seq)
  const date = new Date(at.time).toISOString().slice(0, 10)
  const line = { code: '6901234567892', name: '本地青菜', unit: '公斤', pricing: 'weight', per: 1000, quantity: QUANTITY, price: 600, list: 600, gross: 600, discount: 0, net: 600 }
  const lines = [{ good, ...line, ...named > 0 && { lots: [{ no, expiry: '', quantity: named }] } }, ...at.seq % BAGS === 0 ? [{ good: BAG, ...line }] : []]
  const fen = lines.length * 600
  const body = { sale: at.sale, no: `N${at.seq}`, shift: at.device, staff: at.device, date, lines, gross: fen, discount: 0, total: fen, tenders: [{ channel: 'cash', amount: fen, given: fen, change: 0 }], postings: [{ account: 'drawer', fen }, { account: 'sales', fen: -fen }] }
  return { text: JSON.stringify({ shop: at.shop, device: at.device, seq: at.seq, id: at.sale, type: 'sale.completed', v: 1, at: at.time, actor: null, body, prev: '0'.repeat(64) }), date, named }
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
      const ask = async (prefix: string): Promise<Figure[]> => {
        const figures: Figure[] = []
        for (const [name, what] of Object.entries(questions(lots))) figures.push(await timed('till', `${prefix}${name}`, () => till.dispatcher.run('recall.effect', { what, limit: 200 })))
        return figures
      }
      return [...await ask('waiting.'), slices(till), ...await ask('')]
    } finally {
      await till.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Takes all sales in, as the till does beside its work. */
function slices({ store }: Till): Figure {
  const ms: number[] = []
  for (let isMore = true; isMore;) {
    const began = performance.now()
    isMore = store.settleSold(SALES_AT_ONCE)
    if (isMore) ms.push(performance.now() - began)
  }
  return maxFigure('recall.1m.till.slice', 'ms', ms, SLICE_LIMIT)
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
    const journal = db.prepare("INSERT INTO journal (seq, id, type, at, text, hash) VALUES (?, ?, 'sale.completed', ?, ?, '')")
    const sale = db.prepare("INSERT INTO sale (seq, no, at, date, shift, staff, total) VALUES (?, ?, ?, ?, '', '', 600)")
    const sold = db.prepare("INSERT INTO sold_lot (good, no, expiry, seq, quantity) VALUES (?, ?, '', ?, ?)")
    for (let line = 0; line < lines; line++) {
      const seq = from + line
      const lot = lots[line % LOTS]!
      const [time, key] = [lot.at + line, id()]
      const { text, date, named } = saleOf({ shop: BAG, device: BAG, seq, time, sale: key }, lot)
      journal.run(seq, key, time, text)
      sale.run(seq, `N${seq}`, time, date)
      if (named > 0) sold.run(lot.good, lot.no, seq, named)
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
      const early = lines - LATE
      await inShop(db, shop, async (trx) => {
        await sql`insert into device (shop_id, device_id, till, public_key, ledger_shops, token_hash, head, paired_at, seen_at) values (${shop}, ${device}, 1, '', '{}', ${id()}, '', 0, 0)`.execute(trx)
        await sql`insert into reference (shop_id, kind, id, doc, clocks, rev) select ${shop}::uuid, 'lot', id, doc, '{}'::jsonb, 1000000 + n from unnest(${lots.map(({ lot }) => lot)}::uuid[], ${lots.map(docOf)}::jsonb[]) with ordinality as row (id, doc, n)`.execute(trx)
        await sql`create temporary table bench_lots on commit drop as select good, no, date, n from unnest(${lots.map(({ good }) => good)}::uuid[], ${lots.map(({ no }) => no)}::text[], ${lots.map(({ date }) => date)}::text[]) with ordinality as row (good, no, date, n)`.execute(trx)
        await sql`insert into lot (shop_id, good_id, no, expiry, device_id, quantity) select ${shop}::uuid, good, no, '', ${device}::uuid, 500 from bench_lots`.execute(trx)
        await sql`create temporary table bench_sales on commit drop as select seq, uuidv7() as id, good, no, date,
            case when seq % ${sql.raw(String(UNNAMED))} = 0 then 0 when seq % ${sql.raw(String(HALF))} = 1 then ${sql.raw(String(QUANTITY / 2))} else ${sql.raw(String(QUANTITY))} end as named
          from generate_series(1, ${sql.raw(String(lines))}) as seq join bench_lots on n = seq % ${sql.raw(String(LOTS))} + 1`.execute(trx)
        await sql`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at) select ${shop}::uuid, ${device}::uuid, seq, seq, id, 'sale.completed', seq, '{}', '', 0 from bench_sales where seq <= ${early}`.execute(trx)
        await sql`insert into sale (shop_id, id, device_id, seq, no, at, date, total_fen, lines) select ${shop}::uuid, id, ${device}::uuid, seq, 'N' || seq, seq, date, 600, 1 from bench_sales where seq <= ${early}`.execute(trx)
        await sql`insert into sold_lot (shop_id, good_id, no, expiry, sale_id, quantity) select ${shop}::uuid, good, no, '', id, named from bench_sales where named > 0 and seq <= ${early}`.execute(trx)
        await sql`insert into sale_good (shop_id, good_id, sale_id, date, quantity, unnamed, named) select ${shop}::uuid, good, id, date, ${QUANTITY}::bigint, ${QUANTITY}::bigint - named, named > 0 from bench_sales where seq <= ${early}
          union all select ${shop}::uuid, ${BAG}::uuid, id, date, ${QUANTITY}::bigint, ${QUANTITY}::bigint, false from bench_sales where seq <= ${early} and seq % ${sql.raw(String(BAGS))} = 0`.execute(trx)
        await sql`insert into sale_good_upto (shop_id, arrival) values (${shop}, ${early}) on conflict (shop_id) do update set arrival = excluded.arrival`.execute(trx)
        const late = Array.from({ length: LATE }, (_, i) => {
          const [lot, seq, sale] = [lots[i % LOTS]!, early + i + 1, id()]
          return { seq, sale, ...saleOf({ shop, device, seq, time: Date.now(), sale }, lot) }
        })
        await sql`insert into journal (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at) select ${shop}::uuid, ${device}::uuid, seq, seq, id, 'sale.completed', seq, text, '', 0
          from unnest(${late.map(({ seq }) => seq)}::bigint[], ${late.map(({ sale }) => sale)}::uuid[], ${late.map(({ text }) => text)}::text[]) as row (seq, id, text)`.execute(trx)
        await sql`insert into sale (shop_id, id, device_id, seq, no, at, date, total_fen, lines) select ${shop}::uuid, id, ${device}::uuid, seq, 'N' || seq, seq, date, 600, 1
          from unnest(${late.map(({ seq }) => seq)}::bigint[], ${late.map(({ sale }) => sale)}::uuid[], ${late.map(({ date }) => date)}::text[]) as row (seq, id, date)`.execute(trx)
        await sql`update counter set arrivals = greatest(arrivals, ${lines}) where shop_id = ${shop}`.execute(trx)
      })
      await vacuum(stage.databaseUrl)
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

/** What the database does by itself after so many rows, and would do in the midst of a measurement. */
async function vacuum(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  await owner.query('vacuum analyze')
  await owner.end()
}
