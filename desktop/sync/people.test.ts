/** Personal records on their way: behind the row that names them, once enough, never over a line that others read along. */
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { systemTimer } from '#desktop/loopback/system.ts'
import { openStore } from '#desktop/storage/testing/store.ts'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import type { WireRequest } from '#shared/ports/ports.ts'
import { personChange } from '#shared/sync/people.ts'
import { MORNING, manualClock } from '#shared/testing/clock-and-ids.ts'
import { CloudSync } from './cloud-sync.ts'
import { FakeCloud } from './testing/fake-cloud.ts'

const PHONE = '13812345678'
let cloud: FakeCloud
let till: TestTill
beforeEach(async () => {
  cloud = await new FakeCloud().start()
  onTestFinished(() => cloud.stop())
  till = openTill()
  await till.setUp()
})
const pairUp = () => till.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
const enrol = async (phone = PHONE): Promise<string> => (await till.run('member.join', { set: { phone, name: '张三' } })).member
const now = () => till.run('sync.now', {})
const logged = (code: string): string[] => till.logged.filter((line) => line.startsWith(`${code} `))
const waiting = (): number => till.store.people.unsent(till.store.head().seq).length

test('who joined before the till was paired goes up behind the row, and once', async () => {
  const person = await enrol()
  expect((await till.run('member.find', { text: PHONE })).members.length).toBe(1)
  await pairUp()
  await now()
  expect(cloud.people).toMatchObject([{ person, event: person, set: { phone: PHONE, name: '张三' } }])
  const [push, people] = ['push', 'people'].map((what) => cloud.asked.indexOf(`POST /api/sync/${what}`))
  expect(push).toBeLessThan(people!)
  await now()
  expect([cloud.people.length, waiting()]).toEqual([1, 0])
  // Sealed for another shop now, and found all the same.
  till = await till.restart()
  expect(await till.run('member.find', { text: '5678' })).toMatchObject({ members: [{ member: person, name: '张*' }] })
})

test('an answer that is lost or a cloud that fails: it goes again, and sales go on', async () => {
  await pairUp()
  cloud.next('/api/sync/people', 'lost')
  cloud.next('/api/sync/people', 'failed')
  await enrol()
  await expect.poll(async () => { await now(); return waiting() }, { timeout: 8000 }).toBe(0)
  expect(new Set(cloud.people.map(({ digest }) => digest)).size).toBe(1)
  expect(cloud.device.rows.length).toBe(till.store.head().seq)
})

test('what the cloud won\'t have is said in the log, by the row alone, and holds up nobody', async () => {
  await pairUp()
  cloud.peopleState = 'refused'
  const person = await enrol()
  await now()
  cloud.peopleState = 'stored'
  await enrol('13900001111')
  await now()
  expect([cloud.people.length, waiting()]).toEqual([2, 0])
  expect(logged('sync.record_refused')).toEqual([`sync.record_refused {"event":"${person}"}`])
  expect(till.logged.join('\n')).not.toContain(PHONE)
})

test('a record of somebody who was erased meanwhile is destroyed here too', async () => {
  await pairUp()
  cloud.peopleState = 'erased'
  const person = await enrol()
  await now()
  expect(till.store.people.records(person)).toEqual([])
})

test('a cloud that went back to an older copy gets what it lost once more', async () => {
  await pairUp()
  await now()
  const kept = cloud.device.rows.length
  await enrol()
  await now()
  cloud.device.rows.length = kept
  await cloud.stop()
  await expect.poll(async () => (await now()).state, { timeout: 8000 }).toBe('offline')
  await cloud.start()
  await expect.poll(async () => { await now(); return cloud.people.length }, { timeout: 15_000 }).toBe(2)
})

test('what comes down is kept under seal; what is not what its digest says is left out; who is erased goes', async () => {
  await pairUp()
  const person = await enrol()
  const [record] = till.store.people.records(person)
  const other = '0198d3f2-0000-7000-8000-0000000000a1'
  const named = { ...till.store.people.make(other, { phone: '13900001111' }), hlc: record!.hlc, event: person }
  cloud.edit('member', other, { joined: record!.hlc })
  await now()
  const change = personChange({ id: other, rev: cloud.rev }, [named, { ...named, set: { phone: '13900002222' } }, { ...named, person }])
  till.store.applyChanges([change], till.store.rev())
  expect((await till.run('member.find', { text: '13900001111' })).members.length).toBe(1)
  expect((await till.run('member.find', { text: '13900002222' })).members).toEqual([])
  expect(till.store.document('person', other)).toBeUndefined()
  cloud.edit('member', other, { erased: true })
  await now()
  expect([till.store.people.records(other), (await till.run('member.find', { text: '13900001111' })).members]).toEqual([[], []])
})

test.each([['http://shop.example:7900', false], ['https://shop.example', true]])('over %s records go and are asked for: %s', async (url, isSent) => {
  const store = openStore()
  const asked: Pick<WireRequest, 'path' | 'body'>[] = []
  const told: string[] = []
  const sync = new CloudSync(store, {
    clock: manualClock(), timer: systemTimer, random: Math.random,
    wire: () => ({
      async ask({ path, body }) {
        asked.push({ path, body })
        const { seq, hash } = store.head()
        const answers: Record<string, object> = {
          '/api/sync/state': { ack: seq, head: hash, rev: 0, quarantined: false, time: MORNING }, '/api/sync/changes': { rev: 0, more: false, changes: [] }, '/api/sync/people': { states: ['stored'] },
        }
        return { status: 200, headers: {}, text: JSON.stringify(answers[path.split('?')[0]!]) }
      },
      listen: (_request, _onText, signal) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)) }),
      close: () => {},
    }),
  }, { status: () => {}, pulled: () => {}, caughtUp: () => {}, log: (code) => told.push(code) })
  onTestFinished(() => sync.close())
  // A key no till has would not sign; this one is of a till that is thrown away.
  const { privateKey, publicKey } = till.store.identity()
  const begun = { id: till.store.identity().device, type: 'device.begun', v: 1, body: { publicKey, app: 'x' } }
  const identity = store.identity() as { privateKey: string }
  identity.privateKey = privateKey
  store.pair({ cloud: url, token: 'x' }, store.identity().shop, '01', { events: [begun], prints: [] }, MORNING, null)
  const made = store.people.make(begun.id, { phone: PHONE })
  store.people.put({ ...made, hlc: store.nextHlc(MORNING), event: begun.id }, 'here')
  sync.start()
  await sync.now()
  await sync.now()
  expect(asked.some(({ path }) => path === '/api/sync/people')).toBe(isSent)
  expect(asked.some(({ body }) => body !== undefined && Buffer.from(body).includes(PHONE))).toBe(isSent)
  expect(asked.some(({ path }) => path.includes('people=1'))).toBe(isSent)
  expect(told.filter((code) => code.startsWith('sync.people'))).toEqual(isSent ? [] : ['sync.people_kept_back'])
})
