/** Edits that lost to others, as the shop's owner is shown them: what, whose, when, and what counts instead. */
import { sql } from 'kysely'
import { nodeOf, wallOf } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { tillNumber } from '#cloud/identity/devices.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'

/** `till` is the number of the till where it was made, null for the cloud; `at` its own time there, UTC ms. */
export interface LostSide { readonly value: unknown; readonly till: string | null; readonly at: number }
export interface LostView { readonly kind: string; readonly id: Id; readonly name: string; readonly field: string; readonly lost: LostSide; readonly won: LostSide }

interface Row { kind: string; id: Id; name: string | null; field: string; value: unknown; hlc: string; won: unknown; wonHlc: string | null }

/** The latest to arrive first. Of one that lost before its winner was kept, what counts now is shown. */
export function listLost(db: Database, shop: Id, limit: number): Promise<LostView[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<Row>`
      select lost_edit.kind, lost_edit.id, doc->>'name' as name, field, value, hlc, coalesce(won, doc->field) as won, coalesce(won_hlc, clocks->>field) as "wonHlc"
      from lost_edit left join reference on reference.shop_id = lost_edit.shop_id and reference.kind = lost_edit.kind and reference.id = lost_edit.id
      where lost_edit.shop_id = ${shop} and value is distinct from coalesce(won, doc->field) order by arrival desc, field limit ${limit}`.execute(trx)
    const devices = await trx.selectFrom('device').select(['device_id', 'till']).where('shop_id', '=', shop).execute()
    const tills = new Map(devices.map(({ device_id, till }) => [device_id, tillNumber(till)]))
    const side = (value: unknown, hlc: string): LostSide => ({ value, till: tills.get(nodeOf(hlc)) ?? null, at: wallOf(hlc) })
    return rows.flatMap(({ kind, id, name, field, value, hlc, won, wonHlc }) =>
      (wonHlc === null ? [] : [{ kind, id, name: name ?? '', field, lost: side(value, hlc), won: side(won, wonHlc) }]))
  })
}
