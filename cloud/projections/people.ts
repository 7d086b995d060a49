/**
 * Personal records in the cloud: taken from tills where an event names them, kept under seal, handed to the shop's other tills,
 * settled where one number joined twice, destroyed when a person is erased. No record in clear is ever written down here.
 */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { phoneTail, type PersonSet } from '#shared/identity/person.ts'
import { openRow } from '#shared/ledger/envelope.ts'
import { settle, timeOf, type Member } from '#shared/members/member.ts'
import { currentOf, digestOf, type NamedRecord } from '#shared/members/record.ts'
import { Vault, VaultError } from '#shared/members/vault.ts'
import { readEvent } from '#shared/sync/events.ts'
import { SentRecordSchema, personChange, type RecordState } from '#shared/sync/people.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { nodeCiphers } from '#cloud/identity/ciphers.ts'
import type { PersonalKeys } from '#cloud/identity/personal-keys.ts'
import { sha256 } from '#cloud/identity/secrets.ts'
import { inShop, type Database, type ShopTransaction } from '#cloud/storage/database.ts'
import { holdKeys } from '#cloud/storage/key-lock.ts'
import { notify } from '#cloud/storage/notices.ts'
import { CLOCK_LIMIT, referenceKey, type Known } from './fold.ts'
import { editInTransaction, loadReferences } from './references.ts'

export interface PeopleDesk {
  readonly db: Database
  readonly personalKeys: PersonalKeys
}

/** One shop's transaction that no key is destroyed under: what it reads it can open. */
export function withPeople<T>({ db }: PeopleDesk, shop: Id, work: (trx: ShopTransaction) => Promise<T>): Promise<T> {
  return inShop(db, shop, async (trx) => {
    await holdKeys(trx)
    return work(trx)
  })
}
const vaultOf = ({ personalKeys }: PeopleDesk, shop: Id): Vault => new Vault(personalKeys.ring(), nodeCiphers, shop)

/** Takes records of a till, in order: each is stored, or the reason why not. One that is bad holds up no other. */
export function storePeople(desk: PeopleDesk, shop: Id, device: Id, sent: readonly unknown[], now: number): Promise<RecordState[]> {
  return withPeople(desk, shop, async (trx) => {
    const counter = await trx.selectFrom('counter').selectAll().where('shop_id', '=', shop).forUpdate().executeTakeFirstOrThrow()
    const records = sent.map(soundRecord)
    const named = await namedBy(trx, shop, records.flatMap((record) => record?.event ?? []))
    const members = await loadReferences(trx, shop, records.flatMap((record) => (record ? [{ kind: 'member', id: record.person }] : [])))
    const states = records.map((record): RecordState => {
      const event = record && named.get(record.event)
      if (!record || event?.person !== record.person || event.digest !== record.digest || timeOf(event.hlc) >= CLOCK_LIMIT) return 'refused'
      return members.get(referenceKey('member', record.person))?.doc.erased === true ? 'erased' : 'stored'
    })
    const vault = vaultOf(desk, shop)
    const rows = records.flatMap((record, index) => {
      if (!record || states[index] !== 'stored') return []
      return [{ ...vault.seal(record, record.digest), event: record.event, hlc: named.get(record.event)!.hlc }]
    })
    const fresh = rows.length === 0 ? [] : await trx.insertInto('person').values(rows.map(({ person, digest, event, hlc, fields, key, sealed }) => ({
      shop_id: shop, person_id: person, digest, event_id: event, hlc, fields, key_id: key, sealed: Buffer.from(sealed), device_id: device, received_at: now,
    }))).onConflict((clash) => clash.doNothing()).returning('person_id').execute()
    const people = [...new Set(fresh.map(({ person_id: id }) => id))]
    if (people.length === 0) return states
    const current = await tidy(desk, trx, shop, people)
    const rev = await touch(trx, shop, people, counter.rev)
    await notify(trx, { shop, rev })
    for (const { phone } of current.values()) if (phone !== undefined) await settleNumber(trx, shop, vault, phone, now)
    return states
  })
}

type SentRecord = NonNullable<ReturnType<typeof SentRecordSchema.safeParse>['data']>
function soundRecord(sent: unknown): SentRecord | undefined {
  const record = SentRecordSchema.safeParse(sent).data
  try {
    return record && digestOf(record, sha256) === record.digest ? record : undefined
  } catch {
    return undefined // Fields that canonical JSON can't hold: no event can have named them.
  }
}

/** What events say of records, by the event's id. */
async function namedBy(trx: ShopTransaction, shop: Id, events: readonly Id[]): Promise<Map<Id, { person: Id; digest: string; hlc: string }>> {
  if (events.length === 0) return new Map()
  const rows = await trx.selectFrom('journal').select(['id', 'seq', 'text', 'hash']).where('shop_id', '=', shop).where('id', 'in', [...events])
    .where('type', 'in', ['member.joined', 'member.changed']).execute()
  return new Map(rows.flatMap((row) => {
    const opened = openRow(row)
    const read = 'envelope' in opened ? readEvent(opened.envelope) : undefined
    if (!read || !('event' in read) || (read.event.type !== 'member.joined' && read.event.type !== 'member.changed')) return []
    return [[read.event.id, read.event.body] as const]
  }))
}

/** Records by person, in clear, and how many could not be opened. */
export async function readPeople(desk: PeopleDesk, trx: ShopTransaction, shop: Id, people: readonly Id[]): Promise<{ records: Map<Id, NamedRecord[]>; closed: number }> {
  const records = new Map<Id, NamedRecord[]>()
  let closed = 0
  if (people.length === 0) return { records, closed }
  const rows = await trx.selectFrom('person').selectAll().where('shop_id', '=', shop).where('person_id', 'in', [...people]).orderBy('person_id').orderBy('hlc').execute()
  const vault = vaultOf(desk, shop)
  for (const { person_id: person, digest, fields, key_id: key, sealed, event_id: event, hlc } of rows) {
    try {
      const opened = { ...vault.open({ person, digest, fields, key, sealed }), digest, event, hlc }
      records.set(person, [...records.get(person) ?? [], opened])
    } catch (error) {
      // The other people of the shop must not wait for one whose key is lost or whose row was tampered with.
      if (!(error instanceof VaultError)) throw error
      closed += 1
    }
  }
  return { records, closed }
}

/** Deletes what later records have replaced and makes the tags anew. Gives what is known of each now. */
export async function tidy(desk: PeopleDesk, trx: ShopTransaction, shop: Id, people: readonly Id[]): Promise<Map<Id, PersonSet>> {
  const { records } = await readPeople(desk, trx, shop, people)
  const vault = vaultOf(desk, shop)
  const current = new Map([...records].map(([person, all]) => [person, currentOf(all)] as const))
  const superseded = [...current.values()].flatMap((each) => each.superseded)
  if (superseded.length > 0) await trx.deleteFrom('person').where('shop_id', '=', shop).where('person_id', 'in', [...people]).where('digest', 'in', superseded.map(({ digest }) => digest)).execute()
  await trx.deleteFrom('person_tag').where('shop_id', '=', shop).where('person_id', 'in', [...people]).execute()
  const tags = [...current].flatMap(([person, { fields: { phone } }]) => (phone === undefined ? [] : [vault.tag('phone', phone), vault.tag('tail', phoneTail(phone))].map((tag) => ({ ...tag, person }))))
  if (tags.length > 0) await trx.insertInto('person_tag').values(tags.map(({ kind, tag, key, person }) => ({ shop_id: shop, kind, tag, person_id: person, key_id: key }))).onConflict((clash) => clash.doNothing()).execute()
  return new Map([...current].map(([person, { fields }]) => [person, fields]))
}

/** Gives members the next numbers behind `rev`, so that every till pulls them, and their records with them. Returns the shop's new rev. */
async function touch(trx: ShopTransaction, shop: Id, people: readonly Id[], rev: number): Promise<number> {
  await sql`update reference set rev = fresh.rev from unnest(${people}::uuid[], ${people.map((_, index) => rev + index + 1)}::bigint[]) as fresh (id, rev)
    where shop_id = ${shop} and kind = 'member' and reference.id = fresh.id`.execute(trx)
  const next = rev + people.length
  await trx.updateTable('counter').set({ rev: next }).where('shop_id', '=', shop).execute()
  return next
}

/** Members whose number this is, by every key that tags were ever made with. */
export async function byTag(trx: ShopTransaction, shop: Id, vault: Vault, kind: 'phone' | 'tail', value: string): Promise<Map<Id, Member>> {
  const { rows } = await sql<{ id: Id; doc: Member }>`select distinct on (reference.id) reference.id, reference.doc from person_tag
    join reference on reference.shop_id = person_tag.shop_id and reference.kind = 'member' and reference.id = person_tag.person_id
    where person_tag.shop_id = ${shop} and person_tag.kind = ${kind} and person_tag.tag = any(${vault.tags(kind, value).map(({ tag }) => tag)}::text[])`.execute(trx)
  return new Map(rows.map(({ id, doc }) => [id, doc]))
}

/** One number that joined at several tills is one person: the earliest member stays the main one, the others lead to it. */
async function settleNumber(trx: ShopTransaction, shop: Id, vault: Vault, phone: string, now: number): Promise<void> {
  const members = await byTag(trx, shop, vault, 'phone', phone)
  const settled = settle([...members].flatMap(([id, { joined, erased, mergedInto }]) => (joined === undefined || erased === true || mergedInto !== undefined ? [] : [{ id, joined }])))
  if (!settled) return
  const led = await mergedInto(trx, shop, settled.merged)
  const edits = [...settled.merged, ...led].map((id) => ({ kind: 'member', id, fields: { mergedInto: settled.main } }))
  await editInTransaction(trx, shop, edits, 'cloud', now)
}

async function mergedInto(trx: ShopTransaction, shop: Id, mains: readonly Id[]): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`select id from reference where shop_id = ${shop} and kind = 'member' and doc ->> 'mergedInto' = any(${mains}::text[])
    and doc ->> 'erased' is null`.execute(trx)
  return rows.map(({ id }) => id)
}

/** Destroys the records of members that rows just taken in have erased, and erases who was merged into them. */
export async function destroyErased(trx: ShopTransaction, shop: Id, known: Pick<Known, 'references'>, changed: ReadonlySet<string>, now: number): Promise<void> {
  const erased = [...changed].filter((key) => key.startsWith('member ') && known.references.get(key)?.doc.erased === true).map((key) => key.slice('member '.length))
  if (erased.length === 0) return
  await destroy(trx, shop, erased)
  const followers = await mergedInto(trx, shop, erased)
  if (followers.length > 0) await eraseAll(trx, shop, followers, 'cloud', now)
}

/** Erases members for good: as an edit, which every till hears of, and their rows here at once. */
export async function eraseAll(trx: ShopTransaction, shop: Id, people: readonly Id[], editor: string, now: number): Promise<void> {
  await editInTransaction(trx, shop, people.map((id) => ({ kind: 'member', id, fields: { erased: true } })), editor, now)
  await destroy(trx, shop, people)
}

async function destroy(trx: ShopTransaction, shop: Id, people: readonly Id[]): Promise<void> {
  for (const table of ['person', 'person_tag'] as const) await trx.deleteFrom(table).where('shop_id', '=', shop).where('person_id', 'in', [...people]).execute()
}

/** The person as they are led to, with everybody merged into them; empty where there is no such member. */
export async function membersOf(trx: ShopTransaction, shop: Id, person: Id): Promise<Map<Id, Member>> {
  const load = async (id: Id): Promise<Member | undefined> => (await loadReferences(trx, shop, [{ kind: 'member', id }])).get(referenceKey('member', id))?.doc as Member | undefined
  const own = await load(person)
  const main = own?.mergedInto ?? person
  const ids = own ? [main, ...await mergedInto(trx, shop, [main])] : []
  const found = new Map<Id, Member>()
  for (const id of ids) {
    const member = await load(id)
    if (member && member.erased !== true) found.set(id, member)
  }
  return found
}

/** Puts each member's records behind the member's own change. */
export async function attachPeople(desk: PeopleDesk, shop: Id, changes: readonly Change[]): Promise<{ changes: Change[]; closed: number }> {
  const people = changes.filter(({ kind }) => kind === 'member').map(({ id }) => id)
  if (people.length === 0) return { changes: [...changes], closed: 0 }
  const { records, closed } = await withPeople(desk, shop, (trx) => readPeople(desk, trx, shop, people))
  const attached = changes.flatMap((change) => {
    const own = change.kind === 'member' ? records.get(change.id) : undefined
    return own ? [change, personChange(change, own)] : [change]
  })
  return { changes: attached, closed }
}
