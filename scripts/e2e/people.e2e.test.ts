/**
 * Members at two tills and their cloud, as real processes: they agree after every connection, one number that joined twice is one
 * person, and nobody's number or name is in clear in any file or log of it; who is erased is gone everywhere, off-line tills too.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PEOPLE_KEYS_FILE } from '#desktop/storage/people/key-file.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { MemberView } from '#shared/host/schemas.ts'
import { connectTill } from '../connect.ts'
import { type CloudAccess, makeShop, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'
import { ROOT, run } from '../run-command.ts'
import { startStack, type Stack } from '../stack.ts'
import { type Cable, layCable } from '../testing/cable.ts'

const [PHONE, NAME, NOTE] = ['13812345678', '张三丰', '不吃香菜多放葱']
const [TWICE, FIRST, SECOND] = ['13987654321', '欧阳修文', '欧阳大叔']
const SAID = [PHONE, NAME, NOTE, TWICE, FIRST, SECOND]
/** As they are, and as a careless program would have written them. */
const CLEAR = SAID.flatMap((said) => [said, Buffer.from(said).toString('hex'), Buffer.from(said).toString('base64').replaceAll('=', ''), JSON.stringify(said).replaceAll(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).slice(1, -1)])
/** A reconnection is tried after ten seconds at the latest; a busy machine is slower. */
const SOON = { timeout: 30_000, interval: 50 }

let folder: string
let cloudPart: Part
let cloud: CloudAccess
let shop: string
const logs: string[] = []
interface OpenTill { readonly name: string; readonly cable: Cable; stack: Stack; till: TillClient }
const tills: OpenTill[] = []
let a: OpenTill
let b: OpenTill

async function open(till: OpenTill): Promise<void> {
  till.stack = await startStack({ data: join(folder, till.name), cloud: false, log: (line) => logs.push(line) })
  till.till = await connectTill(till.stack.tillUrl)
}
async function close(till: OpenTill): Promise<void> {
  till.till.close()
  await till.stack.stop()
}
async function newTill(name: string): Promise<OpenTill> {
  const opened = { name, cable: await layCable(() => cloud.url) } as OpenTill
  await open(opened)
  tills.push(opened)
  const { code } = await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)
  await opened.till.call('till.pair', { key: randomUUID(), cloud: opened.cable.url, code })
  await untilSent(opened)
  await opened.till.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '2580' })
  await untilSent(opened)
  return opened
}
async function untilSent({ till }: OpenTill): Promise<void> {
  await expect.poll(async () => { const { state, unsent } = await till.call('sync.status', {}); return { state, unsent } }, SOON).toEqual({ state: 'online', unsent: 0 })
}
async function pull(...tills: OpenTill[]): Promise<void> {
  for (const { cable, till } of tills) {
    await cable.pull()
    await expect.poll(async () => (await till.call('sync.status', {})).state, SOON).toBe('offline')
  }
}
async function plug(...tills: OpenTill[]): Promise<void> {
  for (const { cable } of tills) await cable.plug()
  for (const each of tills) await untilSent(each)
}
const enrol = ({ till }: OpenTill, phone: string, name: string): Promise<MemberView> => till.call('member.join', { key: randomUUID(), set: { phone, name } })
const find = async ({ till }: OpenTill, text: string): Promise<MemberView[]> => (await till.call('member.find', { text })).members
const read = ({ till }: OpenTill, member: string) => till.call('member.get', { key: randomUUID(), member })

/** Files below the folder that hold any of these, with what they hold. Files that go while they are looked for hold nothing. */
function filesWith(wanted: readonly (string | Buffer)[], where = folder): string[] {
  return readdirSync(where, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).flatMap((entry) => {
    const file = join(entry.parentPath, entry.name)
    let bytes: Buffer
    try {
      bytes = readFileSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
    return wanted.filter((what) => bytes.includes(what)).map((what) => `${file} has ${String(what)}`)
  })
}
function sealedAt({ name }: OpenTill, person: string): Buffer[] {
  const db = new Sqlite(join(folder, name, 'till', 'till.db'), { readonly: true })
  try {
    return db.prepare<[string], { sealed: Buffer }>('SELECT sealed FROM person_record WHERE person = ?').all(person).map(({ sealed }) => sealed)
  } finally {
    db.close()
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xiaopu-people-'))
  cloudPart = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', '0'], env: { XIAOPU_LOG_LEVEL: 'trace' }, log: (line) => logs.push(line) })
  cloud = { url: cloudPart.ready['url']!, operatorKey: readFileSync(cloudPart.ready['operatorKeyFile']!, 'utf8').trim() }
  ;({ shop } = await makeShop(cloud, { name: '会员小铺', kind: 'shop' }))
})
afterAll(async () => {
  for (const each of tills) {
    await close(each)
    await each.cable.pull()
  }
  await cloudPart?.stop()
  rmSync(folder, { recursive: true, force: true })
})

let person: string
test('who joins at one till is known at the other', async () => {
  a = await newTill('a')
  b = await newTill('b')
  person = (await enrol(a, PHONE, NAME)).member
  await expect.poll(() => find(b, PHONE), SOON).toMatchObject([{ member: person, name: '张*', phone: '138****5678' }])
  expect(await find(b, '5678')).toMatchObject([{ member: person }])
  expect(await read(b, person)).toMatchObject({ name: NAME, phone: PHONE })
})

test('what two tills change while they are apart is all there when they meet', async () => {
  await pull(a, b)
  await a.till.call('member.change', { key: randomUUID(), member: person, set: { birthday: '05-01' } })
  await b.till.call('member.change', { key: randomUUID(), member: person, set: { note: NOTE } })
  await plug(a, b)
  for (const each of [a, b]) await expect.poll(() => read(each, person), SOON).toMatchObject({ name: NAME, phone: PHONE, birthday: '05-01', note: NOTE })
})

test('one number that joined at both while they were apart is one member, the earlier, and the other is shown with it', async () => {
  await pull(a, b)
  const early = await enrol(a, TWICE, FIRST)
  const late = await enrol(b, TWICE, SECOND)
  expect(late.member).not.toBe(early.member)
  // The later one arrives first.
  await plug(b)
  await plug(a)
  for (const each of [a, b]) {
    await expect.poll(() => find(each, TWICE), SOON).toMatchObject([{ member: early.member, name: '欧*', merged: 1 }])
    expect(await read(each, early.member)).toMatchObject({ name: FIRST, merged: [{ member: late.member, name: SECOND, phone: TWICE }] })
  }
})

test('no number and no name is in clear in any file of till, cloud and PostgreSQL, nor in any log', () => {
  expect(filesWith(CLEAR)).toEqual([])
  expect(logs.length).toBeGreaterThan(20)
  expect(logs.filter((line) => CLEAR.some((clear) => line.includes(clear)))).toEqual([])
  // The scan sees what is there: the shop's own name is in all three.
  expect(new Set(filesWith(['会员小铺']).map((found) => found.slice(folder.length + 1).split('/')[0]))).toEqual(new Set(['a', 'b', 'cloud']))
})

test('keys that a till lost come back to nothing, and its members come back from the cloud', async () => {
  await close(b)
  rmSync(join(folder, 'b', 'till', PEOPLE_KEYS_FILE))
  await open(b)
  await b.till.call('staff.signIn', { key: randomUUID(), no: '01', pin: '2580' })
  await expect.poll(() => find(b, PHONE), SOON).toMatchObject([{ member: person, name: '张*' }])
  expect(await find(b, TWICE)).toMatchObject([{ merged: 1 }])
})

test('new keys at the cloud, by the operator\'s command, lose nobody', async () => {
  const command = (...args: string[]) => run({ file: process.execPath, args: [join(ROOT, 'scripts/cloud.ts'), ...args, '--data', folder] })
  const keys = (): string => readFileSync(join(folder, 'cloud', 'personal-keys.json'), 'utf8')
  const before = keys()
  expect(JSON.parse((await command('rotate-personal-key', '--destroy')).output)).toMatchObject({ closed: 0, destroyed: true })
  for (const { key } of (JSON.parse(before) as { data: { key: string }[] }).data) expect(keys()).not.toContain(key)
  const given = JSON.parse((await command('person-export', '--person', person)).output) as { members: { fields: object }[] }
  expect(given.members[0]!.fields).toEqual({ name: NAME, phone: PHONE, birthday: '05-01', note: NOTE })
})

test('who is erased is gone at once here and in the cloud, and at a till that was off-line when it is back, even under seal', async () => {
  const sealed = [...sealedAt(a, person), ...sealedAt(b, person)]
  expect(sealed.length).toBeGreaterThan(3)
  await pull(b)
  await b.till.call('member.change', { key: randomUUID(), member: person, set: { note: '改过' } })
  sealed.push(...sealedAt(b, person))
  await a.till.call('person.erase', { key: randomUUID(), person })
  await untilSent(a)
  expect(await find(a, PHONE)).toEqual([])
  const found = await operate<{ people: unknown[] }>(cloud, 'POST', `/api/shops/${shop}/people/find`, { text: PHONE })
  expect(found.people).toEqual([])
  expect(await find(b, PHONE)).toMatchObject([{ member: person }])
  await plug(b)
  await expect.poll(() => find(b, PHONE), SOON).toEqual([])
  await expect.poll(() => ['a', 'b'].flatMap((name) => filesWith(sealed, join(folder, name))), SOON).toEqual([])
  expect([...sealedAt(a, person), ...sealedAt(b, person)]).toEqual([])
  expect(filesWith(CLEAR)).toEqual([])
})

test('and every journal is whole, at the tills and at the cloud', async () => {
  for (const each of [a, b]) expect(await each.till.call('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
  expect(await operate(cloud, 'GET', `/api/shops/${shop}/summary`)).toMatchObject({ flagCount: 0 })
  expect(logs.filter((line) => CLEAR.some((clear) => line.includes(clear)))).toEqual([])
})
