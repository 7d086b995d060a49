/** People in the cloud: what is taken, who gets it, how one number that joined twice is settled, and how nothing is left of the erased. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EMPTY_HEAD, checkRow } from '#shared/ledger/envelope.ts'
import { Vault } from '#shared/members/vault.ts'
import type { Change } from '#shared/sync/protocol.ts'
import { nodeCiphers } from '#cloud/identity/ciphers.ts'
import { sha256 } from '#cloud/identity/secrets.ts'
import { withPeople } from '#cloud/projections/people.ts'
import { rebuild } from '#cloud/projections/rebuild.ts'
import { inShop } from '#cloud/storage/database.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { TestTill, openShop } from '#cloud/testing/till.ts'

const PHONE = '13812345678'
const NAME = '张三丰'

let cloud: TestCloud
let owner: pg.Client
beforeAll(async () => {
  cloud = await startCloud()
  owner = new pg.Client({ connectionString: cloud.databaseUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await cloud.destroy()
})

type Shop = Awaited<ReturnType<typeof openShop>>
async function secondTill(shop: string): Promise<TestTill> {
  const till = new TestTill(cloud)
  const { body } = await cloud.call('POST', `/api/shops/${shop}/pairing-codes`)
  await till.pair(String(body.code))
  return till
}
/** Joins somebody at a till and sends it all. */
async function enrol(till: TestTill, set: Record<string, unknown>, at?: number): Promise<string> {
  const person = randomUUID()
  const record = till.recordPerson(person, set, at === undefined ? {} : { at })
  await till.push()
  expect((await till.people([record])).body).toEqual({ states: ['stored'] })
  return person
}
const recordsIn = (changes: readonly Change[], person: string): { set: Record<string, unknown> }[] =>
  (changes.find(({ kind, id }) => kind === 'person' && id === person)?.doc.records ?? []) as { set: Record<string, unknown> }[]
const memberIn = (changes: readonly Change[], person: string): Record<string, unknown> | undefined => changes.find(({ kind, id }) => kind === 'member' && id === person)?.doc

/** Every row of every table that has this text in it, as the owner of the tables sees them; bytes as hex. */
async function rowsWith(text: string): Promise<string[]> {
  const { rows: tables } = await owner.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public'")
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from ${name} as t where to_jsonb(t)::text like $1`, [`%${text}%`])
    if (rows[0]!.count > 0) found.push(name)
  }
  return found
}
async function rowsOf(shop: string, person: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>('select (select count(*) from person where shop_id = $1 and person_id = $2) + (select count(*) from person_tag where shop_id = $1 and person_id = $2) as count', [shop, person])
  return Number(rows[0]!.count)
}

describe('a record that an event names', () => {
  test('is kept under seal, comes down to the shop\'s other tills behind its member, and is in no row in clear', async () => {
    const { till, shop } = await openShop(cloud)
    const person = await enrol(till, { name: NAME, phone: PHONE })
    const other = await secondTill(shop)
    const { changes, rev } = await other.changes()
    expect(memberIn(changes, person)).toMatchObject({ joined: expect.stringContaining(till.device) })
    expect(recordsIn(changes, person)).toMatchObject([{ person, set: { name: NAME, phone: PHONE } }])
    expect(changes.find(({ kind }) => kind === 'person')?.clocks).toEqual({})
    for (const clear of [NAME, PHONE, '12345678', Buffer.from(NAME).toString('hex'), Buffer.from(PHONE).toString('hex')]) expect(await rowsWith(clear)).toEqual([])
    expect((await other.changes(rev)).changes).toEqual([])
    expect((await other.changes(0, undefined, '')).changes.filter(({ kind }) => kind === 'person')).toEqual([])
    const change = till.recordPerson(person, { note: '不吃香菜' }, { type: 'member.changed' })
    await till.push()
    await till.people([change])
    expect(recordsIn((await other.changes(rev)).changes, person).map(({ set }) => set)).toEqual([{ name: NAME, phone: PHONE }, { note: '不吃香菜' }])
  })

  test('is stored once however often it is sent', async () => {
    const { till, shop } = await openShop(cloud)
    const record = till.recordPerson(randomUUID(), { phone: PHONE })
    await till.push()
    for (let i = 0; i < 3; i++) expect((await till.people([record, record])).body).toEqual({ states: ['stored', 'stored'] })
    const { rev } = await till.changes()
    await till.people([record])
    expect((await till.changes()).rev).toBe(rev)
    expect(await rowsOf(shop, record.person)).toBe(3)
  })

  test('is refused where no event names it or it is not what was named; the sound ones beside it are taken', async () => {
    const { till, shop } = await openShop(cloud)
    const early = till.recordPerson(randomUUID(), { phone: PHONE })
    expect((await till.people([early])).body).toEqual({ states: ['refused'] })
    const good = till.recordPerson(randomUUID(), { phone: '13900001111' })
    const sale = till.sell({ good: randomUUID() })
    await till.push()
    const { id } = JSON.parse(sale.text) as { id: string }
    const sent = [
      { ...early, set: { phone: '13900002222' } }, { ...early, person: randomUUID() }, { ...early, salt: '0'.repeat(64) }, { ...early, event: good.event }, { ...early, event: id },
      { ...early, set: { phone: 'x' } }, { ...early, set: { phone: PHONE, shine: 1.5 } }, null, 5, {}, good,
    ]
    expect((await till.people(sent)).body).toEqual({ states: [...sent.slice(1).map(() => 'refused'), 'stored'] })
    expect(await rowsOf(shop, early.person)).toBe(0)
  })

  test('is taken from nobody else: another key, another device, another shop, a revoked or a quarantined till', async () => {
    const { till, shop } = await openShop(cloud)
    const stranger = (await openShop(cloud)).till
    const record = till.recordPerson(randomUUID(), { phone: PHONE })
    await till.push()
    expect((await till.people([record], { signedBy: stranger })).body).toMatchObject({ code: 'signature.invalid' })
    expect((await till.people([record], { device: stranger.device })).body).toMatchObject({ code: 'not.allowed' })
    expect((await stranger.people([record])).body).toEqual({ states: ['refused'] })
    expect((await till.people([])).body).toMatchObject({ code: 'input.invalid' })
    expect((await till.people(Array.from({ length: 201 }, () => record))).body).toMatchObject({ code: 'input.invalid' })
    expect((await till.people(['x'.repeat(1_100_000)])).status).toBe(413)
    expect((await new TestTill(cloud).people([record])).status).toBe(401)
    await owner.query('update device set quarantined_at = 1 where device_id = $1', [till.device])
    expect((await till.people([record])).body).toMatchObject({ code: 'device.quarantined' })
    await cloud.call('POST', `/api/shops/${shop}/devices/${till.device}/revoke`)
    expect((await till.people([record])).body).toMatchObject({ code: 'device.revoked' })
    expect(await rowsOf(shop, record.person)).toBe(0)
  })

  test('is seen by no other shop, and by nobody without one', async () => {
    const { till, shop } = await openShop(cloud)
    const person = await enrol(till, { name: NAME, phone: PHONE })
    const other = await openShop(cloud)
    const count = (as: string | undefined): Promise<number[]> => Promise.all((['person', 'person_tag'] as const).map(async (table) => {
      const query = (db: Pick<TestCloud['db'], 'selectFrom'>) => db.selectFrom(table).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return (as === undefined ? await query(cloud.db) : await inShop(cloud.db, as, query)).n
    }))
    expect([await count(shop), await count(other.shop), await count(undefined)]).toEqual([[1, 2], [0, 0], [0, 0]])
    await expect(inShop(cloud.db, other.shop, (trx) => trx.insertInto('person_tag').values({ shop_id: shop, kind: 'phone', tag: 'x', person_id: person, key_id: 'x' }).execute())).rejects.toThrow('row-level security')
    expect((await other.till.changes()).changes.filter(({ kind }) => kind === 'person' || kind === 'member')).toEqual([])
    expect((await cloud.call('POST', `/api/shops/${other.shop}/people/find`, { text: PHONE }, other.ownerKey)).body).toEqual({ people: [] })
  })
})

describe('one number that joined at two tills', () => {
  async function twice(order: 'earlier first' | 'later first') {
    const made = await openShop(cloud)
    const other = await secondTill(made.shop)
    let early = ''
    if (order === 'earlier first') early = await enrol(made.till, { phone: PHONE, name: NAME }, 1000)
    const late = await enrol(other, { phone: PHONE, name: '老张' }, 2000)
    if (order === 'later first') early = await enrol(made.till, { phone: PHONE, name: NAME }, 1000)
    return { ...made, other, early, late }
  }

  test.each(['earlier first', 'later first'] as const)('is the one who joined earlier, with the other merged into them and kept: %s', async (order) => {
    const { shop, ownerKey, till, other, early, late } = await twice(order)
    for (const each of [till, other]) {
      const { changes } = await each.changes()
      expect([memberIn(changes, early)?.mergedInto, memberIn(changes, late)?.mergedInto]).toEqual([undefined, early])
      expect(recordsIn(changes, late)).toMatchObject([{ set: { name: '老张' } }])
    }
    expect((await cloud.call('POST', `/api/shops/${shop}/people/find`, { text: '5678' }, ownerKey)).body).toEqual({ people: [{ person: early, name: '张*', phone: '138****5678' }] })
  })

  test('leads straight to the main one, also when that one turns out to be somebody who joined earlier still', async () => {
    const { shop, till, early, late } = await twice('earlier first')
    const third = await secondTill(shop)
    const earliest = await enrol(third, { phone: PHONE }, 500)
    const { changes } = await till.changes()
    expect([early, late].map((each) => memberIn(changes, each)?.mergedInto)).toEqual([earliest, earliest])
  })

  test('is erased whole, whichever of the two is named and whether or not the till knew of the other', async () => {
    const { shop, till, early, late } = await twice('earlier first')
    till.record('person.erased', { person: early, hlc: `${(9000).toString(16).padStart(12, '0')}0000-${till.device}` })
    await till.push()
    expect([await rowsOf(shop, early), await rowsOf(shop, late)]).toEqual([0, 0])
    const { changes } = await till.changes()
    expect([memberIn(changes, early)?.erased, memberIn(changes, late)?.erased]).toEqual([true, true])
  })

  test('is erased whole in the middle of a long push, and what follows counts on from there', async () => {
    const { shop, till, early, late } = await twice('earlier first')
    const good = randomUUID()
    till.sell({ good })
    till.record('person.erased', { person: early, hlc: `${(9000).toString(16).padStart(12, '0')}0000-${till.device}` })
    for (let i = 0; i < 600; i++) till.sell({ good })
    expect(await till.push()).toMatchObject({ status: 200, body: { ack: till.rows.length, flags: [] } })
    expect([await rowsOf(shop, early), await rowsOf(shop, late)]).toEqual([0, 0])
    till.sell({ good })
    expect(await till.push(till.rows.slice(-1))).toMatchObject({ status: 200, body: { flags: [] } })
    const { rows: [counted] } = await owner.query('select counter.arrivals::int, (select max(arrival) from (select arrival from journal where shop_id = $1 union all select arrival from edit where shop_id = $1) as all_of_them)::int as last from counter where shop_id = $1', [shop])
    expect(counted.last).toBe(counted.arrivals)
  })
})

describe('a person who is erased', () => {
  let made: Shop
  let person: string
  beforeAll(async () => {
    made = await openShop(cloud)
    person = await enrol(made.till, { phone: PHONE, name: NAME })
    made.till.record('person.erased', { person, hlc: `${(2 ** 42).toString(16).padStart(12, '0')}0000-${made.till.device}` })
    await made.till.push()
  })

  test('has no rows any more, and every till is told', async () => {
    expect(await rowsOf(made.shop, person)).toBe(0)
    const { changes } = await made.till.changes()
    expect(memberIn(changes, person)).toMatchObject({ erased: true })
    expect(recordsIn(changes, person)).toEqual([])
  })
  test('does not come back with a record from a till that was off-line, which is told', async () => {
    const other = await secondTill(made.shop)
    const late = other.recordPerson(person, { note: 'x' }, { type: 'member.changed', at: 2 ** 43 })
    await other.push()
    expect((await other.people([late])).body).toEqual({ states: ['erased'] })
    expect(await rowsOf(made.shop, person)).toBe(0)
  })
  test('does not come back when the projections are made anew', async () => {
    await rebuild(cloud.db, made.shop)
    const { changes } = await made.till.changes()
    expect(memberIn(changes, person)).toMatchObject({ erased: true })
    expect(recordsIn(changes, person)).toEqual([])
  })
  test('leaves a journal whose chain is whole', async () => {
    const { rows } = await owner.query<{ seq: string; text: string; hash: string; type: string }>('select seq, text, hash, type from journal where shop_id = $1 and device_id = $2 order by seq', [made.shop, made.till.device])
    let head = EMPTY_HEAD
    for (const row of rows) {
      const checked = checkRow(head, { ...row, seq: Number(row.seq) }, sha256)
      expect(checked.faults).toEqual([])
      head = checked.head
    }
    expect(rows.map(({ type }) => type)).toEqual(['member.joined', 'person.erased'])
    expect((await cloud.call('GET', `/api/shops/${made.shop}/summary`)).body).toMatchObject({ flagCount: 0 })
  })
})

describe('the owner', () => {
  test('gets everything on a person to hand to them, which is written down, and erases', async () => {
    const { till, shop, ownerKey } = await openShop(cloud)
    const person = await enrol(till, { phone: PHONE, name: NAME, note: '不吃香菜' })
    await enrol(till, { phone: '13900001111', name: '李四' })
    const at = (what: string): string => `/api/shops/${shop}/people/${person}/${what}`
    for (const key of ['x', (await openShop(cloud)).ownerKey]) {
      for (const what of ['export', 'erase']) expect((await cloud.call('POST', at(what), undefined, key)).status).toBe(401)
    }
    const { body } = await cloud.call('POST', at('export'), undefined, ownerKey)
    expect(body).toMatchObject({ person, members: [{ member: person, fields: { phone: PHONE, name: NAME, note: '不吃香菜' } }], edits: [{ editor: 'owner', fields: { exportedAt: expect.any(Number) } }] })
    const { digest } = (body.members as { records: { digest: string }[] }[])[0]!.records[0]!
    expect((body.events as { text: string }[]).map(({ text }) => (JSON.parse(text) as { body: { digest: string } }).body.digest)).toEqual([digest])
    expect(JSON.stringify(body)).not.toContain('李四')
    expect((await cloud.call('POST', at('erase'), undefined, ownerKey)).body).toEqual({ erased: 1 })
    expect(await rowsOf(shop, person)).toBe(0)
    expect((await cloud.call('POST', at('export'), undefined, ownerKey)).status).toBe(404)
    expect(memberIn((await till.changes()).changes, person)).toMatchObject({ erased: true })
  })
})

describe('keys', () => {
  const renew = (body: object) => cloud.call('POST', '/api/personal-keys/renew', body)

  test('are the operator\'s alone to renew', async () => {
    const { ownerKey } = await openShop(cloud)
    expect((await cloud.call('POST', '/api/personal-keys/renew', {}, ownerKey)).status).toBe(401)
  })

  test('are renewed and destroyed while tills send and pull, and every record stays readable and findable', async () => {
    const { till, shop, ownerKey } = await openShop(cloud)
    const phones = Array.from({ length: 30 }, (_, index) => String(13_600_000_000 + index))
    const people: string[] = []
    let isRenewing = true
    const send = async (): Promise<void> => {
      for (const phone of phones) people.push(await enrol(till, { phone, name: NAME }))
    }
    const pull = async (): Promise<void> => {
      while (isRenewing || people.length < phones.length) {
        const before = [...people]
        const { changes } = await till.changes()
        for (const person of before) expect(recordsIn(changes, person).length).toBe(1)
      }
    }
    const rotate = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) expect((await renew({ destroy: true })).body).toMatchObject({ destroyed: true, closed: 0 })
      isRenewing = false
    }
    await Promise.all([send(), pull(), rotate()])
    expect((await renew({ destroy: true })).body).toMatchObject({ closed: 0 })
    expect(cloud.personalKeys.ring()).toMatchObject({ data: [expect.anything()], index: [expect.anything()] })
    const { rows } = await owner.query<{ keys: string }>('select distinct key_id as keys from person union select distinct key_id from person_tag')
    expect(rows.map(({ keys }) => keys).sort()).toEqual([cloud.personalKeys.ring().data[0]!.id, cloud.personalKeys.ring().index[0]!.id].sort())
    for (const phone of phones.slice(0, 5)) expect((await cloud.call('POST', `/api/shops/${shop}/people/find`, { text: phone }, ownerKey)).body.people).toHaveLength(1)
  })

  test('that somebody has read under stay until they have opened what they read', async () => {
    const { till, shop } = await openShop(cloud)
    await enrol(till, { phone: PHONE })
    const [hasRead, mayOpen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const reading = withPeople(cloud, shop, async (trx) => {
      const { person_id: person, digest, fields, key_id: key, sealed } = await trx.selectFrom('person').selectAll().executeTakeFirstOrThrow()
      hasRead.resolve()
      await mayOpen.promise
      return new Vault(cloud.personalKeys.ring(), nodeCiphers, shop).open({ person, digest, fields, key, sealed })
    })
    await hasRead.promise
    const renewing = renew({ destroy: true })
    await vi.waitFor(async () => expect((await owner.query("select from pg_locks where locktype = 'advisory' and not granted")).rowCount).toBe(1))
    mayOpen.resolve()
    expect(await reading).toMatchObject({ set: { phone: PHONE } })
    expect((await renewing).body).toMatchObject({ destroyed: true })
  })

  test('that are destroyed close what was copied before', async () => {
    const { till } = await openShop(cloud)
    await enrol(till, { phone: PHONE })
    const before = cloud.personalKeys.ring().data.at(-1)!.id
    expect((await renew({})).body).toMatchObject({ destroyed: false })
    expect(cloud.personalKeys.ring().data.map(({ id }) => id)).toContain(before)
    await renew({ destroy: true })
    expect(cloud.personalKeys.ring().data.map(({ id }) => id)).not.toContain(before)
  })

  test('that are lost hold up nothing but what they seal, and then no key is destroyed', async () => {
    const { till } = await openShop(cloud)
    const [gone, kept] = [await enrol(till, { phone: PHONE }), await enrol(till, { phone: '13900001111' })]
    const { rows: [row] } = await owner.query<{ key_id: string }>('select key_id from person where person_id = $1', [gone])
    await owner.query("update person set key_id = 'lost' where person_id = $1", [gone])
    const { changes } = await till.changes()
    expect([recordsIn(changes, gone).length, recordsIn(changes, kept).length, memberIn(changes, gone) !== undefined]).toEqual([0, 1, true])
    expect((await renew({ destroy: true })).body).toMatchObject({ code: 'not.allowed' })
    // Moved back under its key, it opens: nothing was destroyed.
    await owner.query('update person set key_id = $2 where person_id = $1', [gone, row!.key_id])
    expect(recordsIn((await till.changes()).changes, gone).length).toBe(1)
  })

  test('open no row that was tampered with or moved to another person', async () => {
    const { till, shop } = await openShop(cloud)
    const [one, other] = [await enrol(till, { phone: PHONE }), await enrol(till, { phone: '13900001111' })]
    await owner.query('update person set sealed = (select sealed from person where shop_id = $1 and person_id = $3) where shop_id = $1 and person_id = $2', [shop, one, other])
    const { changes } = await till.changes()
    expect([recordsIn(changes, one).length, recordsIn(changes, other).length]).toEqual([0, 1])
  })
})
