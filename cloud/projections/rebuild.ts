/**
 * Throws a shop's projections away and makes them again from its facts: the journal and the cloud's own edits, in the
 * order they arrived. Reference data and stock get new revs, so every till reads them once more.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { EMPTY_HEAD, type Head, type JournalRow } from '#shared/ledger/envelope.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { inShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import { applyEdit, foldRows, openRows, type Edit, type Folded, type Known } from './fold.ts'
import { salesOf, totalsOf, writeFlags, writeReferences, writeTogether } from './write.ts'

const ROWS_AT_ONCE = 1000

/** Returns how many journal rows were read. */
export function rebuild(db: Database, shop: Id): Promise<number> {
  return inShop(db, shop, async (trx) => {
    const counter = await trx.selectFrom('counter').selectAll().where('shop_id', '=', shop).forUpdate().executeTakeFirstOrThrow()
    // First what says how far the next is filled: whoever fills it just now has it locked, and is done when it goes.
    for (const table of ['sale_good_upto', 'sale_good', 'journal_flag', 'lost_edit', 'reference', 'sale', 'stock', 'lot', 'sold_lot', 'balance'] as const) await trx.deleteFrom(table).where('shop_id', '=', shop).execute()
    const known: Known = { events: new Set(), sales: new Set(), paid: new Map(), references: new Map() }
    const references: Pick<Folded, 'changed' | 'lost'> = { changed: new Set(), lost: [] }
    const { rows, rev: moved } = await replay(trx, shop, counter.rev, known, references)
    const rev = await writeReferences(trx, shop, moved, known, references)
    await trx.updateTable('counter').set({ rev }).where('shop_id', '=', shop).execute()
    await notify(trx, { shop, rev })
    return rows
  })
}

interface Arrived { arrival: number; device: Id | null; seq: number | null; text: string | null; hash: string | null; edit: Edit | null }

async function replay(trx: ShopTransaction, shop: Id, from: number, known: Known, references: Pick<Folded, 'changed' | 'lost'>): Promise<{ rows: number; rev: number }> {
  const rowsOfDevices = await trx.selectFrom('device').select(['device_id', 'ledger_shops', 'till']).where('shop_id', '=', shop).execute()
  const devices = new Map(rowsOfDevices.map(({ device_id, ledger_shops, till }) => [device_id, { ledgerShops: ledger_shops, till: tillNumber(till) }]))
  const heads = new Map<Id, Head>()
  let rows = 0
  let rev = from
  for (let after = 0; ;) {
    const arrived = await read(trx, shop, after)
    if (arrived.length === 0) return { rows, rev }
    after = arrived.at(-1)!.arrival
    for (const run of runsOf(arrived)) {
      const { device } = run[0]!
      if (device === null) {
        for (const { edit } of run) if (edit) applyEdit(references, known, edit)
        continue
      }
      rows += run.length
      const journal = run.map(({ seq, text, hash }): JournalRow => ({ seq: seq ?? 0, text: text ?? '', hash: hash ?? '' }))
      const { opened, flags, head } = openRows(heads.get(device) ?? EMPTY_HEAD, journal)
      heads.set(device, head)
      const folded = foldRows({ shop, device, ...(devices.get(device) ?? { ledgerShops: [], till: '' }) }, opened, run[0]!.arrival, known)
      await writeFlags(trx, { shop, device }, [...flags, ...folded.flags])
      await writeTogether(trx, [...salesOf({ shop, device }, folded), ...totalsOf({ shop, device }, rev, folded)])
      rev += folded.stock.size
      for (const key of folded.changed) references.changed.add(key)
      references.lost.push(...folded.lost)
    }
  }
}

async function read(trx: ShopTransaction, shop: Id, after: number): Promise<Arrived[]> {
  const { rows } = await sql<Arrived>`
    select arrival, device_id as device, seq, text, hash, null::jsonb as edit from journal where shop_id = ${shop} and arrival > ${after}
    union all
    select arrival, null, null, null, null, jsonb_build_object('kind', kind, 'id', id, 'fields', fields, 'hlc', hlc, 'editor', editor, 'arrival', arrival)
    from edit where shop_id = ${shop} and arrival > ${after}
    order by arrival limit ${ROWS_AT_ONCE}`.execute(trx)
  return rows
}

/** Cuts rows into runs of one device, or of the cloud's own edits. */
function runsOf(arrived: readonly Arrived[]): Arrived[][] {
  const runs: Arrived[][] = []
  for (const row of arrived) {
    const run = runs.at(-1)
    if (run && run[0]!.device === row.device) run.push(row)
    else runs.push([row])
  }
  return runs
}
