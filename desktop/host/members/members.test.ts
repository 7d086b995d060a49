/** Members at a till: masked to whoever serves, in the journal by digest alone, under seal in the file, and gone when erased. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { PEOPLE_KEYS_FILE } from '#desktop/storage/people/key-file.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { type TestTill, CASHIER_PIN, OWNER_PIN, openTill } from '#desktop/testing/till.ts'

const PHONE = '13812345678'
const NAME = '张三丰'

let till: TestTill
beforeEach(async () => {
  till = openTill()
  await till.setUp()
})
const enrol = (phone = PHONE, name = NAME, at = till) => at.run('member.join', { set: { phone, name } })
const eventsOf = (type: string): { body: Record<string, unknown>; actor: string | null }[] =>
  till.store.rows(0, 1000).map(({ text }) => JSON.parse(text) as { type: string; body: Record<string, unknown>; actor: string | null }).filter((event) => event.type === type)

/** The places among all files of the till that hold this. */
function placesOf(what: string | Buffer, folder = till.folder): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(what))
}
function sealedOf(person: string): Buffer[] {
  const db = new Sqlite(join(till.folder, LEDGER_FILE), { readonly: true })
  try {
    return db.prepare<[string], { sealed: Buffer }>('SELECT sealed FROM person_record WHERE person = ?').all(person).map(({ sealed }) => sealed)
  } finally {
    db.close()
  }
}

describe('joining', () => {
  test('gives a masked member, whom the number finds however it is written, and its last four digits', async () => {
    const member = await enrol('+86 138-1234-5678')
    expect(member).toMatchObject({ name: '张*', phone: '138****5678', merged: 0 })
    for (const text of [PHONE, '138 1234 5678', '5678', ' 008613812345678']) expect((await till.run('member.find', { text })).members).toEqual([member])
    for (const text of ['13812345679', '1234', '', '张三丰']) expect((await till.run('member.find', { text })).members).toEqual([])
  })

  test('leaves an id, a digest and a stamp in the journal, and the ledger verifies', async () => {
    const { member } = await enrol()
    expect(eventsOf('member.joined')).toMatchObject([{ body: { person: member, digest: expect.stringMatching(/^[0-9a-f]{64}$/) } }])
    expect(Object.keys(eventsOf('member.joined')[0]!.body).sort()).toEqual(['digest', 'hlc', 'person'])
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })

  test('puts nothing in clear into any file, any event for screens or any log', async () => {
    const { member } = await enrol()
    await till.run('member.change', { member, set: { note: '不吃香菜', birthday: '1990-02-03' } })
    expect([NAME, PHONE, '张三', '1234567', '不吃香菜', '1990-02-03'].flatMap((clear) => placesOf(clear))).toEqual([])
    expect(JSON.stringify([till.events, till.logged])).not.toMatch(new RegExp(`${PHONE}|${NAME}`))
    expect(sealedOf(member).length).toBe(2)
  })

  test('twice with one number is refused, and says whose it is without saying who', async () => {
    const { member } = await enrol()
    expect(await till.refusal('member.join', { set: { phone: PHONE, name: '李四' } })).toEqual({ code: 'member.phone_taken', detail: { member, name: '张*' } })
    const other = await enrol('13900001111', '李四')
    expect((await till.refusal('member.change', { member: other.member, set: { phone: PHONE } })).code).toBe('member.phone_taken')
    expect(await till.run('member.change', { member, set: { phone: PHONE } })).toMatchObject({ member })
  })

  test('happens once however often it is asked for, and a key says one thing', async () => {
    const key = randomUUID()
    const first = await till.run('member.join', { key, set: { phone: PHONE, name: NAME } })
    expect(await till.run('member.join', { key, set: { phone: PHONE, name: NAME } })).toEqual(first)
    expect((await till.refusal('member.join', { key, set: { phone: '13900001111' } })).code).toBe('key.reused')
    expect(eventsOf('member.joined').length).toBe(1)
  })

  test.each(['12', 'abc', '138123456789012345'])('%s is no number', async (phone) => {
    expect((await till.refusal('member.join', { set: { phone } })).code).toBe('member.phone_bad')
  })

  test('takes a birthday as it is said, keeps it under seal, shows its month alone, and refuses what is no day', async () => {
    const { member, born } = await till.run('member.join', { set: { phone: PHONE, birthday: '2月29日' } })
    expect(born).toBe('02-**')
    expect(await till.run('member.get', { member })).toMatchObject({ birthday: '02-29' })
    expect((await till.refusal('member.change', { member, set: { birthday: '2-30' } })).code).toBe('member.birthday_bad')
    expect(await till.run('member.change', { member, set: { birthday: '1990/5/20' } })).toMatchObject({ born: '05-**' })
    expect(JSON.stringify(till.events) + JSON.stringify(till.store.rows(0, 100))).not.toMatch(/02-29|1990-05-20/)
    expect(await till.run('member.change', { member, set: { birthday: '' } })).toMatchObject({ born: '' })
  })

  test('outlives a restart, and a change of the number moves what finds it', async () => {
    const { member } = await enrol()
    till = await till.restart()
    expect(await till.run('member.change', { member, set: { phone: '13900001111' } })).toMatchObject({ name: '张*', phone: '139****1111' })
    expect((await till.run('member.find', { text: PHONE })).members).toEqual([])
    expect((await till.run('member.find', { text: '1111' })).members.length).toBe(1)
    expect(await till.run('member.get', { member })).toMatchObject({ name: NAME, phone: '13900001111', merged: [] })
  })
})

describe('reading all of a member', () => {
  test('needs the right, and each reading is in the journal with who read', async () => {
    const { member } = await enrol()
    await till.addStaff('02', 'cashier')
    await till.run('staff.signOut', {})
    await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
    const refused = [till.refusal('member.get', { member }), till.refusal('person.export', { person: member }), till.refusal('person.erase', { person: member })]
    for (const { code } of await Promise.all(refused)) expect(code).toBe('staff.not_allowed')
    expect((await till.run('member.find', { text: '5678' })).members.length).toBe(1)
    await till.run('staff.signOut', {})
    await till.run('staff.signIn', { no: '01', pin: OWNER_PIN })
    const key = randomUUID()
    for (let i = 0; i < 2; i++) expect(await till.run('member.get', { key, member })).toMatchObject({ name: NAME, phone: PHONE })
    expect(eventsOf('person.read')).toMatchObject([{ body: { person: member }, actor: till.store.signedIn() }])
  })

  test('nobody signed in sees nobody', async () => {
    await enrol()
    await till.run('staff.signOut', {})
    expect((await till.refusal('member.find', { text: '5678' })).code).toBe('staff.none')
  })

  test('to take along gives the fields, the records and every row that names them, each of which proves its record', async () => {
    const { member } = await enrol()
    await till.run('member.change', { member, set: { note: 'x' } })
    await enrol('13900001111', '李四')
    const given = await till.run('person.export', { person: member })
    expect(given.members).toMatchObject([{ member, name: NAME, phone: PHONE, note: 'x' }])
    const events = given.events.map(({ text }) => JSON.parse(text) as { type: string; body: { digest?: string } })
    expect(events.map(({ type }) => type)).toEqual(['member.joined', 'member.changed', 'person.exported'])
    expect(given.members[0]!.records.map(({ digest }) => digest).sort()).toEqual(events.flatMap(({ body }) => body.digest ?? []).sort())
    expect(JSON.stringify(given)).not.toContain('李四')
  })
})

describe('erasing', () => {
  test('destroys the record in every file, even under seal; the journal keeps its row and verifies', async () => {
    const { member } = await enrol()
    await till.run('member.change', { member, set: { note: 'x' } })
    const sealed = sealedOf(member)
    expect(sealed.flatMap((bytes) => placesOf(bytes)).length).toBeGreaterThan(0)
    await till.run('person.erase', { person: member })
    expect(sealedOf(member)).toEqual([])
    expect(sealed.flatMap((bytes) => placesOf(bytes))).toEqual([])
    expect((await till.run('member.find', { text: PHONE })).members).toEqual([])
    expect((await till.refusal('member.get', { member })).code).toBe('member.not_found')
    expect((await till.refusal('member.change', { member, set: { note: 'y' } })).code).toBe('member.not_found')
    expect(eventsOf('person.erased')).toMatchObject([{ body: { person: member } }])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
    till = await till.restart()
    expect((await till.run('member.find', { text: '5678' })).members).toEqual([])
  })

  test('leaves no trace of anybody in a file that has been written and rewritten', async () => {
    const members: string[] = []
    for (let i = 0; i < 90; i++) members.push((await enrol(String(13_000_000_000 + i), `${NAME}${i}`)).member)
    const before = new Map(members.map((member) => [member, sealedOf(member)]))
    for (const member of members) if (Number.parseInt(member.slice(-2), 16) % 3 > 0) await till.run('member.change', { member, set: { note: 'x'.repeat(members.indexOf(member)) } })
    await till.run('person.renewKeys', {})
    const all = new Map(members.map((member) => [member, [...before.get(member)!, ...sealedOf(member)]]))
    for (const member of members.slice(0, 60)) await till.run('person.erase', { person: member })
    expect(members.slice(0, 60).flatMap((member) => all.get(member)!).flatMap((bytes) => placesOf(bytes))).toEqual([])
    expect(members.slice(60).flatMap((member) => sealedOf(member)).every((bytes) => placesOf(bytes).length > 0)).toBe(true)
    expect((await till.run('ledger.verify', {})).faults).toEqual([])
  })

  test('happens once; the same number may join again, as somebody new', async () => {
    const { member } = await enrol()
    const key = randomUUID()
    for (let i = 0; i < 2; i++) await till.run('person.erase', { key, person: member })
    expect(eventsOf('person.erased').length).toBe(1)
    const again = await enrol()
    expect(again.member).not.toBe(member)
    expect((await till.run('member.find', { text: PHONE })).members).toEqual([again])
  })
})

describe('keys', () => {
  test('lie in a file of their own, for this account alone; a copied database opens nobody', async () => {
    const { member } = await enrol()
    expect(statSync(join(till.folder, PEOPLE_KEYS_FILE)).mode & 0o777).toBe(0o600)
    await till.close()
    const stolen = openTill()
    await stolen.close()
    for (const name of readdirSync(stolen.folder)) rmSync(join(stolen.folder, name))
    copyFileSync(join(till.folder, LEDGER_FILE), join(stolen.folder, LEDGER_FILE))
    const thief = openTill({ folder: stolen.folder })
    expect((await thief.run('member.find', { text: PHONE })).members).toEqual([])
    expect((await thief.refusal('member.get', { member })).code).toBe('person.locked')
    expect((await thief.run('ledger.verify', {})).ok).toBe(true)
    // With the keys beside it, it is whole again.
    await thief.close()
    copyFileSync(join(till.folder, PEOPLE_KEYS_FILE), join(stolen.folder, PEOPLE_KEYS_FILE))
    expect((await openTill({ folder: stolen.folder }).run('member.find', { text: PHONE })).members).toMatchObject([{ member, name: '张*' }])
  })

  test('made anew leave everybody findable, and what was copied before closed to who has only the new ones', async () => {
    const { member } = await enrol()
    await enrol('13900001111', '李四')
    const old = sealedOf(member)[0]!
    const before = readFileSync(join(till.folder, PEOPLE_KEYS_FILE), 'utf8')
    expect(await till.run('person.renewKeys', {})).toEqual({ records: 2 })
    expect(placesOf(old)).toEqual([])
    const after = readFileSync(join(till.folder, PEOPLE_KEYS_FILE), 'utf8')
    for (const { key } of (JSON.parse(before) as { data: { key: string }[] }).data) expect(after).not.toContain(key)
    till = await till.restart()
    expect((await till.run('member.find', { text: PHONE })).members).toMatchObject([{ member, name: '张*' }])
    expect((await till.run('member.find', { text: '1111' })).members.length).toBe(1)
  })

  test('that can\'t be understood are put aside, not written over, and the till opens and sells', async () => {
    await enrol()
    await till.close()
    writeFileSync(join(till.folder, PEOPLE_KEYS_FILE), '{"v":1,"da')
    till = await till.restart()
    expect((await till.run('member.find', { text: PHONE })).members).toEqual([])
    expect(await enrol('13900001111', '李四')).toMatchObject({ name: '李*' })
    expect(readdirSync(till.folder).filter((name) => name.startsWith(PEOPLE_KEYS_FILE) && readFileSync(join(till.folder, name), 'utf8') === '{"v":1,"da')).toHaveLength(1)
  })

  test('open no record that was changed in the file: the others stay, and verify names it', async () => {
    const [{ member }] = [await enrol(), await enrol('13900001111', '李四')]
    await till.close()
    tamper(till.folder, (db) => db.prepare('UPDATE person_record SET sealed = zeroblob(40) WHERE person = ?').run(member))
    till = await till.restart()
    expect((await till.run('member.find', { text: '1111' })).members).toMatchObject([{ name: '李*' }])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: false, faults: [{ code: 'person.broken', reason: expect.stringContaining(member) }] })
  })

  test('are made when the first member joins, not before', async () => {
    expect(existsSync(join(till.folder, PEOPLE_KEYS_FILE))).toBe(false)
    await enrol()
    expect(existsSync(join(till.folder, PEOPLE_KEYS_FILE))).toBe(true)
  })
})
