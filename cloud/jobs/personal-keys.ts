/**
 * Renews the keys of personal records while tills go on sending and pulling: a new key, every record sealed anew, and then, when
 * asked, the old keys destroyed, with which whatever was copied or backed up under them is closed for good.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { Vault } from '#shared/members/vault.ts'
import { nodeCiphers } from '#cloud/identity/ciphers.ts'
import { Refusal } from '#cloud/identity/refusal.ts'
import type { ShopTransaction } from '#cloud/storage/database.ts'
import { whenKeysRest } from '#cloud/storage/key-lock.ts'
import { readPeople, tidy, withPeople, type PeopleDesk } from '#cloud/projections/people.ts'

const PEOPLE_AT_ONCE = 200

export interface Renewed {
  /** Records sealed anew. */
  readonly records: number
  /** Records that no key here opens; they stay as they are. */
  readonly closed: number
  readonly destroyed: boolean
}

/** `given`: the newest key is there already. `destroy`: only the newest is left in the end; refused while a record needs another. */
export async function renewPersonalKeys(desk: PeopleDesk, now: number, { given, destroy }: { given: boolean; destroy: boolean }): Promise<Renewed> {
  // Nobody may be about to write with the key that was the newest until now.
  await whenKeysRest(desk.db, () => { if (!given) desk.personalKeys.renew(now) })
  let records = 0
  let closed = 0
  for (const { shop_id: shop } of await desk.db.selectFrom('directory').select('shop_id').orderBy('shop_id').execute()) {
    for (let after = NOBODY; ;) {
      const done = await withPeople(desk, shop, (trx) => resealSome(desk, trx, shop, after))
      records += done.records
      closed += done.closed
      if (done.last === undefined) break
      after = done.last
    }
  }
  if (destroy && closed > 0) throw new Refusal('not.allowed', `${closed} records can't be opened by any key here, so no key was destroyed; find the key that seals them, or erase these people`)
  // Whoever read before must have opened what they read.
  if (destroy) await whenKeysRest(desk.db, () => desk.personalKeys.keepNewest())
  return { records, closed, destroyed: destroy }
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

async function resealSome(desk: PeopleDesk, trx: ShopTransaction, shop: Id, after: Id): Promise<{ records: number; closed: number; last: Id | undefined }> {
  // As everybody who changes a shop's people: what is read here is what is there until this ends.
  await trx.selectFrom('counter').select('rev').where('shop_id', '=', shop).forUpdate().executeTakeFirst()
  const vault = new Vault(desk.personalKeys.ring(), nodeCiphers, shop)
  const { rows } = await sql<{ id: Id }>`select person_id as id from person where shop_id = ${shop} and person_id > ${after} and key_id <> ${vault.newest.data}
    union select person_id from person_tag where shop_id = ${shop} and person_id > ${after} and key_id <> ${vault.newest.index}
    order by id limit ${PEOPLE_AT_ONCE}`.execute(trx)
  const people = rows.map(({ id }) => id)
  const { records, closed } = await readPeople(desk, trx, shop, people)
  const opened = [...records.values()].flat()
  for (const record of opened) {
    const { key, sealed } = vault.seal(record, record.digest)
    await trx.updateTable('person').set({ key_id: key, sealed: Buffer.from(sealed) }).where('shop_id', '=', shop).where('person_id', '=', record.person).where('digest', '=', record.digest).execute()
  }
  if (people.length > 0) await tidy(desk, trx, shop, people)
  return { records: opened.length, closed, last: people.length < PEOPLE_AT_ONCE ? undefined : people.at(-1) }
}
