/**
 * Reference data as the cloud edits it: the shop's profile, its goods, its staff. An edit is written down before it is
 * merged, gets a hybrid clock that is later than any the document has seen, and moves the shop's counter in the same
 * transaction, so that a till that pulls can't miss it.
 */
import { sql } from 'kysely'
import { tick, type Fields } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { inShop, json, storable, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { notify } from '#cloud/storage/notices.ts'
import { applyEdit, referenceKey, type Folded, type Known, type ReferenceDocument } from './fold.ts'
import { writeReferences } from './write.ts'

export interface Wanted { readonly kind: string; readonly id: Id }
export interface CloudEdit extends Wanted { readonly fields: Fields }

export async function loadReferences(trx: ShopTransaction, shop: Id, wanted: readonly Wanted[]): Promise<Map<string, ReferenceDocument>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{ kind: string; id: Id } & ReferenceDocument>`select kind, id, doc, clocks from reference
    where shop_id = ${shop} and (kind, id) in (select * from unnest(${wanted.map(({ kind }) => kind)}::text[], ${wanted.map(({ id }) => id)}::uuid[]))`.execute(trx)
  return new Map(rows.map(({ kind, id, doc, clocks }) => [referenceKey(kind, id), { doc, clocks }]))
}

/** Merges edits made in the cloud by `editor`. Returns the shop's rev; one per edited document is new. */
export function editReferences(db: Database, shop: Id, edits: readonly CloudEdit[], editor: string, now: number): Promise<number> {
  return inShop(db, shop, (trx) => editInTransaction(trx, shop, edits, editor, now))
}

export async function editInTransaction(trx: ShopTransaction, shop: Id, edits: readonly CloudEdit[], editor: string, now: number): Promise<number> {
  const counter = await trx.selectFrom('counter').selectAll().where('shop_id', '=', shop).forUpdate().executeTakeFirstOrThrow()
  const known = { references: await loadReferences(trx, shop, edits) }
  const folded: Pick<Folded, 'changed' | 'lost'> = { changed: new Set(), lost: [] }
  const stamped = edits.map((edit, index) => {
    const clocks = known.references.get(referenceKey(edit.kind, edit.id))?.clocks ?? {}
    const latest = Object.values(clocks).reduce<string | undefined>((max, clock) => (max === undefined || clock > max ? clock : max), undefined)
    const hlc = tick(latest, now, 'cloud')
    const arrival = counter.arrivals + index + 1
    applyEdit(folded, known, { ...edit, hlc, editor, arrival })
    return { ...edit, hlc, arrival }
  })
  await sql`insert into edit (shop_id, arrival, kind, id, fields, hlc, editor, at)
    select ${shop}::uuid, arrival, kind, id, fields, hlc, ${storable(editor)}, ${now}::bigint from unnest(
      ${stamped.map((row) => row.arrival)}::bigint[], ${stamped.map((row) => row.kind)}::text[], ${stamped.map((row) => row.id)}::uuid[],
      ${stamped.map((row) => json(row.fields))}::jsonb[], ${stamped.map((row) => row.hlc)}::text[]
    ) as row (arrival, kind, id, fields, hlc)`.execute(trx)
  const rev = await writeReferences(trx, shop, counter.rev, known, folded)
  await trx.updateTable('counter').set({ rev, arrivals: counter.arrivals + stamped.length }).where('shop_id', '=', shop).execute()
  await rememberShop(trx, shop, known, folded.changed)
  await notify(trx, { shop, rev })
  return rev
}

/** Keeps the public list in step with the shop's profile. True when the profile changed. */
export async function rememberShop(trx: ShopTransaction, shop: Id, known: Pick<Known, 'references'>, changed: ReadonlySet<string>): Promise<boolean> {
  const key = referenceKey('shop', shop)
  const doc = changed.has(key) ? known.references.get(key)?.doc : undefined
  if (!doc) return false
  await trx.updateTable('directory').set({ name: String(doc.name ?? ''), kind: String(doc.kind ?? 'shop') }).where('shop_id', '=', shop).execute()
  return true
}
