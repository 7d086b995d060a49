/** What every `SyncStore` does, told by examples; `differential.pg.test.ts` tells it by chance. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { tick } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { countingIds, MORNING } from '#shared/testing/clock-and-ids.ts'
import { readOrder } from '#shared/stock/order.ts'
import { EVENTS } from '#shared/sync/events.ts'
import type { CloudUnderTest } from './books.ts'
import { FarTill } from './far-till.ts'
import { refundBody, saleBody } from './till.ts'

let space = 0x5100

export function runSyncStoreSuite(name: string, make: () => Promise<CloudUnderTest>): void {
  describe(`SyncStore: ${name}`, () => {
    const ids = countingIds(space++)
    let cloud: CloudUnderTest
    let shop: Id
    let till: FarTill
    const now = MORNING
    const good = ids.next()
    const join = async (far = new FarTill(ids)): Promise<FarTill> => {
      await far.pair(cloud.sync, await cloud.createCode(shop, now), now)
      return far
    }
    const sell = (far: FarTill, quantity = 1000, sale = ids.next()): Id => {
      far.record('sale.completed', saleBody({ good, quantity, sale }), now, sale)
      return sale
    }
    const price = (far: FarTill, of: Id, set: Record<string, unknown>, ms: number): void => {
      far.record('good.changed', { good: of, set, hlc: tick(undefined, ms, far.device) }, now)
    }
    const refused = async (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: { code?: string }) => error.code)

    beforeEach(async () => {
      cloud = await make()
      onTestFinished(() => cloud.close())
      shop = await cloud.createShop(now)
      till = await join()
    })

    test('a code opens its shop once; wrong codes and wrong signatures open nothing', async () => {
      const code = await cloud.createCode(shop, now)
      const far = new FarTill(ids)
      expect(await refused(cloud.sync.pair(far.attempt('ZZZZZZZZ', now)))).toBe('pairing.code_wrong')
      expect(await refused(cloud.sync.pair(far.attempt(code, now, { signature: 'A'.repeat(86) })))).toBe('signature.invalid')
      expect(await refused(cloud.sync.pair(far.attempt(code, now + 11 * 60_000)))).toBe('pairing.code_wrong')
      await far.pair(cloud.sync, code, now)
      expect(await refused(cloud.sync.pair(far.attempt(code, now)))).toBe('pairing.code_wrong')
      expect((await cloud.books(shop)).devices.map(({ till: no }) => no).sort()).toEqual([1, 2])
    })

    test('a device that joins again keeps its number and its rows; another key under its id is refused', async () => {
      sell(till)
      await till.push(cloud.sync, now)
      const before = till.authorization
      await join(till)
      expect(await refused(cloud.sync.authenticate(before, now))).toBe('token.invalid')
      expect(await cloud.sync.authenticate(till.authorization, now)).toMatchObject({ till: 1, ack: 1 })
      expect(await refused(cloud.sync.pair(new FarTill(ids).attempt(await cloud.createCode(shop, now), now, { device: till.device })))).toBe('not.allowed')
    })

    test('too many wrong codes from one address cost a wait', async () => {
      const far = new FarTill(ids)
      for (let i = 0; i < 5; i++) expect(await refused(cloud.sync.pair(far.attempt('ZZZZZZZZ', now)))).toBe('pairing.code_wrong')
      const code = await cloud.createCode(shop, now)
      expect(await refused(cloud.sync.pair(far.attempt(code, now)))).toBe('pairing.too_many_tries')
      const later = now + 11 * 60_000
      await far.pair(cloud.sync, await cloud.createCode(shop, later), later)
    })

    test('a withdrawn token opens nothing, and says why', async () => {
      await cloud.revoke(shop, till.device, now)
      expect(await refused(cloud.sync.authenticate(till.authorization, now))).toBe('device.revoked')
      expect(await refused(cloud.sync.authenticate(undefined, now))).toBe('token.invalid')
      expect(await refused(cloud.sync.authenticate(`Bearer ${till.token.slice(0, -1)}`, now))).toBe('token.invalid')
      await join(till)
      await cloud.sync.authenticate(till.authorization, now)
    })

    test('a till hears the lots and the orders of the others, and of its own lots nothing', async () => {
      const other = await join()
      const lot = (no: string, expiry: string) => ({ no, expiry })
      const line = (quantity: number, of: object | null) => ({ good, quantity, lot: of, cost: null, average: null })
      const order = ids.next()
      const stamp = (far: FarTill, ms: number): string => tick(undefined, ms, far.device)
      till.record('stock.ordered', { no: 'CG1', supplier: 'S', note: '', lines: [{ good, quantity: 9000, cost: null }], hlc: stamp(till, 1) }, now, order)
      till.record('stock.received', { no: 'SH1', order, supplier: '', note: '', lines: [line(5000, lot('A', '2027-01-31')), line(2000, lot('B', ''))], hlc: stamp(till, 2) }, now)
      till.record('stock.wasted', { no: 'BS1', reason: 'damaged', note: '', lines: [{ good, quantity: 2000, lots: [{ ...lot('B', ''), quantity: 2000 }] }] }, now)
      other.record('stock.received', { no: 'SH1', order, supplier: '', note: '', lines: [line(1000, lot('A', '2027-01-31'))], hlc: stamp(other, 3) }, now)
      await till.push(cloud.sync, now)
      await other.push(cloud.sync, now)
      const heard = async (far: FarTill) => {
        const { changes } = await cloud.sync.pull(await cloud.sync.authenticate(far.authorization, now), 0, 100)
        return { stock: changes.filter(({ kind }) => kind === 'stock').map(({ doc }) => doc), order: changes.find(({ kind }) => kind === 'order')?.doc }
      }
      const [one, two] = [await heard(till), await heard(other)]
      expect(one.stock).toEqual([{ quantity: 1000, lots: [{ ...lot('A', '2027-01-31'), quantity: 1000 }] }])
      expect(two.stock).toEqual([{ quantity: 5000, lots: [{ ...lot('A', '2027-01-31'), quantity: 5000 }] }])
      expect(one.order).toEqual(two.order)
      expect(readOrder(order, one.order!)).toMatchObject({ no: 'CG1', received: new Map([[good, 8000]]), isClosed: false })
      const before = await cloud.books(shop)
      await cloud.rebuild(shop)
      expect((await cloud.books(shop)).lots).toEqual(before.lots)
    })

    test('rows are stored and projected once, however often and in whatever pieces they come', async () => {
      for (let i = 0; i < 5; i++) sell(till)
      expect(await till.push(cloud.sync, now, till.rows.slice(0, 3))).toEqual({ ack: 3, flags: [] })
      expect(await till.push(cloud.sync, now, till.rows.slice(1, 4))).toEqual({ ack: 4, flags: [] })
      expect(await till.push(cloud.sync, now)).toEqual({ ack: 5, flags: [] })
      expect(await till.push(cloud.sync, now, till.rows.slice(0, 2))).toEqual({ ack: 5, flags: [] })
      const books = await cloud.books(shop)
      expect(books.journal.map(({ seq, text, hash }) => ({ seq, text, hash })).sort((a, b) => a.seq - b.seq)).toEqual(till.rows)
      expect(books.sales).toHaveLength(5)
      expect(books.stock).toEqual([{ good, device: till.device, quantity: -5000, counted: false }])
      expect(books.balances).toEqual([{ device: till.device, account: 'drawer', fen: 1750 }, { device: till.device, account: 'sales', fen: -1750 }])
    })

    test('a gap is refused with the number that is missing', async () => {
      for (let i = 0; i < 3; i++) sell(till)
      await expect(till.push(cloud.sync, now, till.rows.slice(1))).rejects.toMatchObject({ code: 'sync.gap', detail: { expected: 1 } })
      expect((await cloud.books(shop)).journal).toEqual([])
    })

    test('another row under a stored number quarantines the device, and nothing of the batch is stored', async () => {
      sell(till)
      await till.push(cloud.sync, now)
      const before = await cloud.books(shop)
      const copy = Object.assign(new FarTill(ids), { device: till.device, shop: till.shop, token: till.token })
      sell(copy)
      sell(copy)
      await expect(copy.push(cloud.sync, now)).rejects.toMatchObject({ code: 'sync.fork', detail: { seq: 1 } })
      expect(await refused(till.push(cloud.sync, now))).toBe('device.quarantined')
      const after = await cloud.books(shop)
      expect(after.devices[0]).toMatchObject({ quarantined: true, ack: 1 })
      // Nothing comes from it any more: what it held of members' purses is the other tills'.
      const tills = { kind: 'tills', id: shop, doc: { [till.device]: 'closed' } }
      expect(after.references).toEqual(expect.arrayContaining([...before.references, expect.objectContaining(tills)]))
      expect({ ...after, rev: 0, devices: [], references: [] }).toEqual({ ...before, rev: 0, devices: [], references: [] })
    })

    test('a row that is not understood, not in the chain, or a repeat is stored, flagged and blocks nothing', async () => {
      till.record('moon.landed', { where: 'sea' }, now)
      const sale = sell(till)
      till.append({ ...till.record('drawer.opened', { shift: ids.next(), reason: '' }, now), seq: 4, hash: 'f'.repeat(64) })
      sell(till)
      const other = await join()
      sell(other, 1000, sale)
      const { ack, flags } = await till.push(cloud.sync, now)
      expect(ack).toBe(5)
      expect(flags.map(({ seq, code }) => [seq, code])).toEqual([[1, 'event.unknown'], [4, 'chain.hash'], [4, 'chain.prev'], [4, 'chain.seq']])
      expect((await other.push(cloud.sync, now)).flags.map(({ code }) => code)).toEqual(['event.repeated'])
      expect((await cloud.books(shop)).sales).toHaveLength(2)
    })

    test('edits merge field by field, later stamp wins, and the loser is kept to be seen', async () => {
      const other = await join()
      price(till, good, { name: '可乐', price: 350 }, 1000)
      price(till, good, { price: 380 }, 3000)
      await till.push(cloud.sync, now)
      price(other, good, { price: 360, origin: '杭州' }, 2000)
      await other.push(cloud.sync, now)
      const { references, lost } = await cloud.books(shop)
      expect(references.find(({ id }) => id === good)?.doc).toEqual({ name: '可乐', price: 380, origin: '杭州' })
      expect(lost).toEqual([expect.objectContaining({ kind: 'good', id: good, field: 'price', value: 360, editor: other.device })])
    })

    test('a promotion edited field by field, by two tills and in several pushes, is one', async () => {
      const other = await join()
      const promotion = ids.next()
      const edit = async (far: FarTill, set: Record<string, unknown>, ms: number): Promise<void> => {
        far.record('promotion.changed', { promotion, set, hlc: tick(undefined, ms, far.device) }, now)
        await far.push(cloud.sync, now)
      }
      await edit(till, { name: '第二件半价', rule: { kind: 'nth', n: 2, percent: 50 } }, 1000)
      await edit(other, { rule: { kind: 'nth', n: 2, percent: 60 } }, 2000)
      await edit(till, { on: false }, 3000)
      const doc = { name: '第二件半价', rule: { kind: 'nth', n: 2, percent: 60 }, on: false }
      expect((await cloud.books(shop)).references.find(({ id }) => id === promotion)?.doc).toEqual(doc)
      const device = await cloud.sync.authenticate(till.authorization, now)
      expect((await cloud.sync.pull(device, 0, 1000)).changes.filter(({ kind }) => kind === 'promotion')).toMatchObject([{ id: promotion, doc }])
    })

    test('changes come down in order, by pages, from a number; a good when it is whole; from the beginning for who is ahead', async () => {
      const device = await cloud.sync.authenticate(till.authorization, now)
      const begin = await cloud.sync.rev(shop)
      const goods = Array.from({ length: 5 }, () => ids.next())
      for (const [i, id] of goods.entries()) price(till, id, { name: `货${i}`, price: 100 + i }, 1000 + i)
      const part = ids.next()
      price(till, part, { origin: '湖州' }, 2000)
      await till.push(cloud.sync, now)
      const first = await cloud.sync.pull(device, begin, 3)
      expect(first).toMatchObject({ more: true, rev: begin + 3 })
      const second = await cloud.sync.pull(device, first.rev, 3)
      expect(second).toMatchObject({ more: false, rev: begin + 6 })
      expect([...first.changes, ...second.changes].map(({ id }) => id)).toEqual(goods)
      await cloud.edit(shop, [{ kind: 'good', id: part, fields: { name: '慢的', price: 5 } }], now)
      expect((await cloud.sync.pull(device, second.rev, 10)).changes).toEqual([expect.objectContaining({ id: part, rev: begin + 7, doc: { name: '慢的', price: 5, origin: '湖州' } })])
      expect((await cloud.sync.pull(device, begin + 1000, 1000)).changes.map(({ id }) => id)).toEqual(expect.arrayContaining([...goods, part]))
    })

    test('a till gets its own rows back, verbatim, by pages, and nobody else\'s', async () => {
      for (let i = 0; i < 5; i++) sell(till)
      await till.push(cloud.sync, now)
      const device = await cloud.sync.authenticate(till.authorization, now)
      const first = await cloud.sync.rows(device, 1, 3)
      expect(first).toEqual({ rows: till.rows.slice(1, 4).map(({ hash, text }) => ({ hash, text })), more: true })
      expect(await cloud.sync.rows(device, 4, 3)).toEqual({ rows: till.rows.slice(4).map(({ hash, text }) => ({ hash, text })), more: false })
      expect(await cloud.sync.rows(device, 5, 3)).toEqual({ rows: [], more: false })
      const other = await join()
      expect(await cloud.sync.rows(await cloud.sync.authenticate(other.authorization, now), 0, 3)).toEqual({ rows: [], more: false })
    })

    test('says which events the shop has, whoever brought them; a row that proves nothing has none', async () => {
      const other = await join()
      const [mine, theirs] = [sell(till), sell(other)]
      const forged = ids.next()
      till.append({ ...till.record('drawer.opened', { shift: ids.next(), reason: '' }, now, forged), hash: 'f'.repeat(64) })
      till.rows.splice(1, 1)
      await till.push(cloud.sync, now)
      await other.push(cloud.sync, now)
      expect((await cloud.sync.known(shop, [ids.next(), theirs, forged, mine])).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([mine, theirs].sort().map((id) => ({ id, at: now })))
      expect(await cloud.sync.known(await cloud.createShop(now), [mine])).toEqual([])
    })

    test('a device that joins again hears how many rows of its own are there; a code of another shop is refused and not spent', async () => {
      for (let i = 0; i < 2; i++) sell(till)
      await till.push(cloud.sync, now)
      expect(await cloud.sync.pair(till.attempt(await cloud.createCode(shop, now), now))).toMatchObject({ till: '01', ack: 2 })
      const far = new FarTill(ids)
      const code = await cloud.createCode(shop, now)
      expect(await refused(cloud.sync.pair(far.attempt(code, now, { shop: ids.next() })))).toBe('pairing.other_shop')
      expect(await cloud.sync.pair(far.attempt(code, now, { shop }))).toMatchObject({ shop, ack: 0 })
    })

    /** One of every kind that a shop's cloud hears, in an order in which each is about something that is there. */
    const everyEvent = (): [type: string, body: Record<string, unknown>, id: Id][] => {
      const [shift, sale, staff, held, person, refund] = [ids.next(), ids.next(), ids.next(), ids.next(), ids.next(), ids.next()]
      const ticket = { id: ids.next(), openedAt: 1, lines: [{ id: ids.next(), good, code: '', name: '可乐', unit: '罐', pricing: 'piece', per: 1000, quantity: 1000, price: 350, list: 350, discount: 0 }] }
      const [order, count, past, lot, recall, run, lotKey] = [ids.next(), ids.next(), ids.next(), ids.next(), ids.next(), ids.next(), { no: 'B1', expiry: '2027-01-31' }]
      const digest = 'd'.repeat(64)
      const postings = (fen: number): { account: string; fen: number }[] => [{ account: 'drawer', fen }, { account: 'safe', fen: -fen }]
      return [
        ['staff.signed_in', { staff }, ids.next()],
        ['shift.opened', { shift, staff, date: '2026-11-23', float: 500, postings: postings(500) }, shift],
        ['sale.completed', saleBody({ good, sale }), sale],
        ['sale.refunded', refundBody({ good, sale, shift, refund }), refund],
        ['stock.moved', { reason: 'received', note: '', lines: [{ good, delta: 7000 }] }, ids.next()],
        ['good.changed', { good, set: { name: '可乐', price: 380 }, hlc: tick(undefined, 5000, till.device) }, ids.next()],
        ['staff.changed', { staff, set: { no: '02', name: '小王', role: 'cashier', active: true }, hlc: tick(undefined, 5001, till.device) }, ids.next()],
        ['shop.changed', { shop, set: { name: '新名' }, hlc: tick(undefined, 5002, till.device) }, ids.next()],
        ['promotion.changed', { promotion: ids.next(), set: { name: '九折', rule: { kind: 'percent', percent: 10 } }, hlc: tick(undefined, 5500, till.device) }, ids.next()],
        ['goods.imported', { file: 'x.csv', rows: 1, added: 1, updated: 0, refused: 0 }, ids.next()],
        ['goods.import_undone', { import: ids.next(), file: 'x.csv', hlc: tick(undefined, 5600, till.device), off: 1, changed: 0, stock: 0, stood: [], stoodTotal: 0 }, ids.next()],
        ['rows.imported', { kind: 'stock', file: 'x.csv', rows: 1, done: 1, refused: 0 }, ids.next()],
        ['history.sold', { batch: held, items: [{ good, known: true, code: '', name: '可乐', category: '', unit: '罐', pricing: 'piece' }], sales: [{ no: 'A1', date: '2026-05-01', at: 1, staff: null, lines: [{ item: 0, quantity: 1000, gross: 350, net: 350 }], tenders: [{ channel: 'cash', amount: 350 }] }] }, ids.next()],
        ['history.imported', { batch: held, file: 'x.csv', digest, chunks: 1, rows: 1, done: 1, refused: 0, known: 0, sales: 1, net: 350, from: '2026-05-01', to: '2026-05-01' }, past],
        ['history.import_undone', { import: past, file: 'x.csv' }, ids.next()],
        ['data.exported', { members: 1, clear: false }, ids.next()],
        ['drawer.opened', { shift, reason: '' }, ids.next()],
        ['shift.closed', { shift, staff, date: '2026-11-23', expected: 850, counted: 850, difference: 0, sales: 1, postings: postings(-850) }, ids.next()],
        ['staff.signed_out', { staff }, ids.next()],
        ['ticket.held', { ticket, heldAt: 1 }, held],
        ['ticket.taken', { held, ticket }, ids.next()],
        ['member.joined', { person, digest, hlc: tick(undefined, 5003, till.device) }, person],
        ['member.changed', { person, digest, hlc: tick(undefined, 5004, till.device) }, ids.next()],
        ['person.read', { person }, ids.next()],
        ['person.exported', { person }, ids.next()],
        ['staff.approved', { staff, rights: ['cash.move'], for: ids.next() }, ids.next()],
        ['cash.moved', { shift, amount: 100, reason: 'change', note: '', postings: postings(100) }, ids.next()],
        ['purse.topped_up', { shift, member: person, amount: 900, bonus: 100, balance: 1000, moves: [{ member: person, purse: 'value', delta: 1000, why: 'topped_up' }], postings: [{ account: 'drawer', fen: 900 }, { account: 'value:bonus', fen: 100 }, { account: 'value:topped_up', fen: -1000 }] }, ids.next()],
        ['purse.adjusted', { shift, member: person, reason: 'correction', note: '', balance: 900, moves: [{ member: person, purse: 'value', delta: -100, why: 'adjusted' }], postings: [{ account: 'value:adjusted', fen: 100 }, { account: 'value:correction', fen: -100 }] }, ids.next()],
        ['purse.released', { parts: [{ member: person, purse: 'value', amount: 400 }] }, ids.next()],
        ['purse.wanted', { members: [person] }, ids.next()],
        ['coupon.issued', { coupon: held, terms: { name: '减一元', code: 'C1', member: null, off: { fen: 100 }, least: 0, from: '2026-01-01', until: '2026-12-31' }, hlc: tick(undefined, 5006, till.device) }, ids.next()],
        ['coupon.lost', { coupon: held, sale, shift, fen: 100, postings: [{ account: 'coupon_loss', fen: 100 }, { account: 'discounts', fen: -100 }] }, ids.next()],
        ['person.erased', { person, hlc: tick(undefined, 5005, till.device) }, ids.next()],
        ['cash.moved', { shift, amount: 100, reason: 'change', note: '', postings: postings(100) }, ids.next()],
        ['staff.approved', { staff, rights: ['cash.move'], for: ids.next() }, ids.next()],
        ['stock.ordered', { no: 'CG1', supplier: '', note: '', lines: [{ good, quantity: 9000, cost: null }], hlc: tick(undefined, 5006, till.device) }, order],
        ['stock.received', { no: 'SH1', order, supplier: '', note: '', lines: [{ good, quantity: 5000, lot: lotKey, cost: 200, average: 200 }], hlc: tick(undefined, 5007, till.device) }, ids.next()],
        ['stock.order_closed', { order, hlc: tick(undefined, 5008, till.device) }, ids.next()],
        ['stock.wasted', { no: 'BS1', reason: 'expired', note: '', lines: [{ good, quantity: 1000, lots: [{ ...lotKey, quantity: 1000 }] }] }, ids.next()],
        ['stock.sent', { no: 'DC1', to: '桥头店', note: '', lines: [{ good, quantity: 1000, lots: [{ ...lotKey, quantity: 1000 }] }] }, ids.next()],
        ['stock.taken', { no: 'DR1', document: 'DC9', from: '桥头店', note: '', lines: [{ good, sent: 2000, came: 1000, fault: 'missing', lot: lotKey }] }, ids.next()],
        ['stock.count_begun', { no: 'PD1', note: '' }, count],
        ['stock.count_scanned', { count, good, quantity: 9000, books: 9500, afresh: false }, ids.next()],
        ['lot.described', { lot, set: { good, ...lotKey, gtin: '00400000000000', quantity: 5000, date: '2026-11-23', at: now, supplier: '老王' }, hlc: tick(undefined, 5009, till.device) }, ids.next()],
        ['lot.reissued', { good, from: [{ lot, ...lotKey, quantity: 1000 }], to: [{ lot: ids.next(), no: 'B2', expiry: '2027-01-31', quantity: 1000 }], hlc: tick(undefined, 5010, till.device) }, ids.next()],
        ['lot.labelled', { lot, prefix: 'ABCDEF', codes: 20, hlc: tick(undefined, 5011, till.device), printed: false }, run],
        ['lot.codes_printed', { lot, run, from: 1, to: 20, again: false, hlc: tick(undefined, 5015, till.device) }, ids.next()],
        ['lot.corrected', { lot, good, no: lotKey.no, from: { quantity: 5000, expiry: lotKey.expiry, cost: 200 }, to: { quantity: 4500, expiry: '2027-02-28', cost: 210 }, hlc: tick(undefined, 5016, till.device) }, ids.next()],
        ['lot.recalled', { recall, what: { good, no: 'B1', supplier: '', from: '', to: '' }, reason: 'test_failed', note: '', hlc: tick(undefined, 5012, till.device) }, recall],
        ['lot.recall_heard', { recall, hlc: tick(undefined, 5013, till.device) }, ids.next()],
        ['lot.recall_lifted', { recall, note: '', hlc: tick(undefined, 5014, till.device) }, ids.next()],
        ['stock.counted', { no: 'PD1', count, given_up: false, goods: 1, lines: [{ good, counted: 9000, books: 9500, came: 0, left: 0, difference: -500, value: null, lots: [{ ...lotKey, quantity: 500 }] }] }, ids.next()],
      ]
    }

    // The rule a renewed till lives by: what it records again counts once, of whatever kind, and whoever was first.
    test('events recorded again by another till of the shop change nothing but the flags', async () => {
      const events = everyEvent()
      const projected = new Set(EVENTS.map(({ type }) => type).filter((type) => !type.startsWith('device.')))
      expect(new Set(events.map(([type]) => type))).toEqual(projected)
      for (const [type, body, id] of events) till.record(type, body, now, id)
      expect((await till.push(cloud.sync, now)).flags).toEqual([])
      const { journal: _rows, devices: _devices, flags: _none, ...before } = await cloud.books(shop)
      const renewed = await join()
      for (const [type, body, id] of events) renewed.record(type, body, now, id)
      expect((await renewed.push(cloud.sync, now)).flags.map(({ code }) => code)).toEqual(events.map(() => 'event.repeated'))
      const { journal: _more, devices: _two, flags: _flags, ...after } = await cloud.books(shop)
      expect(after).toEqual(before)
      await cloud.rebuild(shop)
      const { journal: _again, devices: _still, flags: _same, rev: _rev, ...rebuilt } = await cloud.books(shop)
      const { rev: _live, ...live } = before
      expect(rebuilt).toEqual(live)
    })

    test('lots whose numbers no database keeps stop nothing behind them', async () => {
      for (const [i, no] of ['A\u0000', 'A\u0001\u0000', 'A\ud800'].entries()) {
        const hlc = tick(undefined, 5000 + i, till.device)
        till.record('lot.corrected', { lot: ids.next(), good, no, from: { quantity: 1000, expiry: '', cost: null }, to: { quantity: 3000, expiry: '\u0000', cost: null }, hlc }, now)
        till.record('lot.reissued', { good, from: [{ lot: ids.next(), no, expiry: '', quantity: 1000 }], to: [{ lot: ids.next(), no: `${no}\u0000`, expiry: '', quantity: 1000 }], hlc }, now)
      }
      sell(till)
      expect(await till.push(cloud.sync, now)).toMatchObject({ ack: 7, flags: [] })
      const { rev: _live, ...live } = await cloud.books(shop)
      await cloud.rebuild(shop)
      const { rev: _rebuilt, ...rebuilt } = await cloud.books(shop)
      expect(rebuilt).toEqual(live)
    })

    // What a push must know of the past is listed by hand for each kind of event: what is left out there is lost where the next one overwrites it.
    test('events that come one in a push add to what is there, of whatever kind', async () => {
      const events = everyEvent()
      for (const [type, body, id] of events) till.record(type, body, now, id)
      await till.push(cloud.sync, now)
      const { references } = await cloud.books(shop)
      await cloud.edit(shop, references.map(({ kind, id }) => ({ kind, id, fields: { besides: true } })), now)
      for (const [i, [type, body]] of events.entries()) {
        till.record(type, { ...body, ...'hlc' in body && { hlc: tick(undefined, 6000 + i, till.device) } }, now)
        await till.push(cloud.sync, now)
      }
      const { rev: _live, ...live } = await cloud.books(shop)
      await cloud.rebuild(shop)
      const { rev: _rebuilt, ...rebuilt } = await cloud.books(shop)
      expect(rebuilt).toEqual(live)
    })

    test('what comes back of a sale is summed over tills, in whatever order it arrives; beyond what was paid it is flagged', async () => {
      const other = await join()
      const [early, late] = [ids.next(), ids.next()]
      for (const sale of [early, late]) for (let n = 0; n < 2; n++) other.record('sale.refunded', refundBody({ good, sale, refund: ids.next() }), now)
      till.record('sale.completed', saleBody({ good, sale: early }), now, early)
      await till.push(cloud.sync, now)
      expect((await other.push(cloud.sync, now)).flags).toMatchObject([{ seq: 2, code: 'sale.refunded_beyond' }])
      till.record('sale.completed', saleBody({ good, sale: late, quantity: 2000 }), now, late)
      expect((await till.push(cloud.sync, now)).flags).toEqual([])
      const { rev: _before, ...live } = await cloud.books(shop)
      expect(live.references.filter(({ kind }) => kind === 'refund').map(({ doc }) => [doc['paid'], (doc['over'] as []).length])).toEqual(expect.arrayContaining([[350, 1], [700, 0]]))
      await cloud.rebuild(shop)
      const { rev: _after, ...rebuilt } = await cloud.books(shop)
      expect(rebuilt).toEqual(live)
    })

    test('projections made again from the facts are the projections that were', async () => {
      const other = await join()
      sell(till)
      price(till, good, { name: '可乐', price: 350 }, 1000)
      till.record('moon.landed', {}, now)
      await till.push(cloud.sync, now)
      await cloud.edit(shop, [{ kind: 'good', id: good, fields: { price: 400 } }], now)
      price(other, good, { price: 300 }, 900)
      sell(other, -1000)
      await other.push(cloud.sync, now)
      const { rev: _before, ...live } = await cloud.books(shop)
      await cloud.rebuild(shop)
      const { rev: _after, ...rebuilt } = await cloud.books(shop)
      expect(rebuilt).toEqual(live)
    })
  })
}
