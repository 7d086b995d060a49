import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TillStore } from '#shared/host/store.ts'
import { recoverTill } from '../ledger/recover.ts'
import { newIdentity, openStore, tamper, temporaryFolder } from '../testing/store.ts'
import { MORNING, countingIds } from '#shared/testing/clock-and-ids.ts'
import { sha256 } from '../till-store.ts'
import { TAIL_MAX } from './sold-goods.ts'

const ids = countingIds(0x501d)
const GOODS = [ids.next(), ids.next(), ids.next()]
const DATES = ['2026-11-21', '2026-11-22', '2026-11-23']
const LOTS = GOODS.flatMap((good) => [{ good, no: 'A', expiry: '' }, { good, no: 'B', expiry: '2026-12-01' }])

interface Line { readonly good: string; readonly quantity: number; readonly parts: readonly { readonly no: string; readonly expiry: string; readonly quantity: number }[] }
interface Sold { readonly id: string; readonly date: string; readonly lines: readonly Line[] }
type Step = { readonly sell: Omit<Sold, 'id'> } | { readonly settle: number } | { readonly renew: number } | 'restart' | 'recover' | 'count'

function sell(store: TillStore, sold: Sold, no: number): void {
  const lines = sold.lines.map(({ good, quantity, parts }) => ({
    good, code: '', name: '菜', unit: '公斤', pricing: 'weight', per: 1000, quantity, price: 0, list: 0, gross: 0, discount: 0, net: 0, ...parts.length > 0 && { lots: parts },
  }))
  const shift = ids.next()
  const body = { sale: sold.id, no: `N${no}`, shift, staff: shift, date: sold.date, lines, gross: 0, discount: 0, total: 0, tenders: [{ channel: 'cash', amount: 0, given: 0, change: 0 }], postings: [{ account: 'drawer', fen: 0 }, { account: 'sales', fen: 0 }] }
  store.commit({ events: [{ id: sold.id, type: 'sale.completed', v: 1, body }], prints: [] }, MORNING, null)
}

/** The till begins a new ledger, and the shop has all rows of the old one but for the last `unknown`. */
function renew(store: TillStore, unknown: number): void {
  const identity = { ...newIdentity(), till: '02' }
  store.renew({ key: ids.next(), begunId: ids.next(), signedInId: ids.next(), identity, pairing: { cloud: 'https://example.cn', token: 'x' }, known: new Set(), after: Math.max(0, store.head().seq - unknown), app: 'test', at: MORNING })
}

/** Sale by sale and line by line, the latest first, as one would on paper. */
function look(sales: readonly Sold[], take: (sold: Sold, line: Line) => number): { sale: string; good: string; quantity: number }[] {
  return sales.toReversed().flatMap((sold) => [...GOODS].sort().flatMap((good) => {
    const quantity = sold.lines.filter((line) => line.good === good && line.quantity > 0).reduce((sum, line) => sum + Math.max(0, take(sold, line)), 0)
    return quantity > 0 ? [{ sale: sold.id, good, quantity }] : []
  }))
}
/** Which sale names how much of which lot. */
const lotSales = (sales: readonly Sold[], lots: typeof LOTS) => sales.flatMap(({ lines }, index) => lots.flatMap((lot) => {
  const parts = lines.filter(({ good }) => good === lot.good).flatMap((line) => line.parts).filter(({ no, expiry }) => no === lot.no && expiry === lot.expiry)
  return parts.length > 0 ? [{ saleNo: `N${index + 1}`, lot, quantity: parts.reduce((sum, { quantity }) => sum + quantity, 0) }] : []
}))
const sumOf = (all: ReturnType<typeof lotSales>) => ({ total: new Set(all.map(({ saleNo }) => saleNo)).size, quantity: all.reduce((sum, { quantity }) => sum + quantity, 0) })
const answer = (all: ReturnType<typeof look>, limit: number) => ({ sales: all.slice(0, limit), total: new Set(all.map(({ sale }) => sale)).size, quantity: all.reduce((sum, { quantity }) => sum + quantity, 0) })
const shown = ({ sales, isPartial: _, ...sums }: ReturnType<TillStore['trace']['soldGood']>) => ({ sales: sales.map(({ sale, good, quantity }) => ({ sale, good, quantity })), ...sums })

const part = fc.record({ no: fc.constantFrom('A', 'B'), quantity: fc.integer({ min: 1, max: 3 }) }).map(({ no, quantity }) => ({ no, expiry: no === 'A' ? '' : '2026-12-01', quantity }))
const line = fc.record({ good: fc.constantFrom(...GOODS), quantity: fc.integer({ min: -3, max: 6 }), parts: fc.array(part, { maxLength: 2 }) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ sell: fc.record({ date: fc.constantFrom(...DATES), lines: fc.array(line, { minLength: 1, maxLength: 4 }) }) }) },
  { weight: 3, arbitrary: fc.record({ settle: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ renew: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'recover' as const, 'count' as const) },
)
const question = fc.record({
  goods: fc.array(fc.tuple(fc.constantFrom(...GOODS), fc.constantFrom('', ...DATES)), { maxLength: 3 }), lots: fc.subarray(LOTS), limit: fc.integer({ min: 0, max: 6 }),
})

test('what was sold of a good, and what of it named no lot, is what the sales say, however much of them is in the table', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 25 }), fc.array(question, { minLength: 1, maxLength: 3 }), (steps, questions) => {
    const folder = temporaryFolder()
    let store = openStore(folder)
    const sales: Sold[] = []
    for (const [index, each] of steps.entries()) {
      if (each === 'restart' || (each === 'recover' && store.head().seq > 0)) {
        store.close()
        if (each === 'recover') expect(recoverTill(folder, sha256, new Date(MORNING + 1000 * index), { key: 'restored', value: '1' })).toMatchObject({ goesOn: true })
        store = openStore(folder)
      } else if (each === 'recover') continue
      else if (each === 'count') store.commit({ events: [{ id: ids.next(), type: 'drawer.opened', v: 1, body: { shift: ids.next(), reason: '' } }], prints: [] }, MORNING, null)
      else if ('settle' in each) store.settleSold(each.settle)
      else if ('renew' in each) {
        if (store.head().seq > 0) renew(store, each.renew)
      }
      else {
        sales.push({ id: ids.next(), ...each.sell })
        sell(store, sales.at(-1)!, sales.length)
      }
    }
    for (const { goods, lots, limit } of questions) {
      for (const good of GOODS) expect(shown(store.trace.soldGood(good, limit))).toEqual(answer(look(sales, (_, of) => (of.good === good ? of.quantity : 0)), limit))
      const since = new Map(goods)
      const named = ({ lines }: Sold, good: string): boolean => lines.some((of) => of.good === good && of.parts.some(({ no, expiry }) => lots.some((lot) => lot.good === good && lot.no === no && lot.expiry === expiry)))
      const may = look(sales, (sold, of) => {
        const from = since.get(of.good)
        return from === undefined || sold.date < from || named(sold, of.good) ? 0 : of.quantity - of.parts.reduce((sum, { quantity }) => sum + quantity, 0)
      })
      expect(shown(store.trace.soldUnnamed(since, lots, limit))).toEqual(answer(may, limit))
      const found = store.trace.sold(lots, 1000)
      expect(found).toMatchObject(sumOf(lotSales(sales, lots)))
      expect(found.sales.map(({ saleNo, no, expiry, good, quantity }) => [saleNo, good, no, expiry, quantity]).sort()).toEqual(lotSales(sales, lots).map(({ saleNo, lot, quantity }) => [saleNo, lot.good, lot.no, lot.expiry, quantity]).sort())
      expect(found.sales.map(({ saleNo }) => Number(saleNo.slice(1)))).toEqual(found.sales.map(({ saleNo }) => Number(saleNo.slice(1))).toSorted((a, b) => b - a))
    }
    expect(store.verify().faults).toEqual([])
    store.close()
  }), { numRuns: 80 })
})

test('sales are taken in by whole slices, and the last of them wait for more', () => {
  const store = openStore()
  for (let n = 1; n <= 7; n++) sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: 1, parts: [] }] }, n)
  expect([store.settleSold(3), store.settleSold(3), store.settleSold(3)]).toEqual([true, true, false])
  expect(store.trace.soldGood(GOODS[0]!, 1)).toMatchObject({ sales: [{ saleNo: 'N7' }], total: 7, quantity: 7 })
})

test('while very many sales wait to be taken in, the latest of them are read and the answer says that there may be more', () => {
  const store = openStore()
  const waiting = TAIL_MAX + 50
  store.together(() => {
    for (let n = 1; n <= waiting + 100; n++) sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[n % 2]!, quantity: 1, parts: [] }] }, n)
  })
  store.settleSold(100)
  const unnamed = () => store.trace.soldUnnamed(new Map([[GOODS[0]!, ''], [GOODS[1]!, '']]), [], 2)
  const [half, all] = [waiting / 2 + 50, waiting + 100]
  expect(store.trace.soldGood(GOODS[0]!, 1)).toMatchObject({ sales: [{ saleNo: `N${all}` }], total: half - 25, quantity: half - 25, isPartial: true })
  expect(unnamed()).toMatchObject({ sales: [{ saleNo: `N${all}` }, { saleNo: `N${all - 1}` }], total: all - 50, quantity: all - 50, isPartial: true })
  store.settleSold(50)
  expect(store.trace.soldGood(GOODS[0]!, 1)).toMatchObject({ total: half, quantity: half, isPartial: false })
  expect(unnamed()).toMatchObject({ total: all, quantity: all, isPartial: false })
})

test('a ledger that begins anew finds what the one before sold, also where a program that did not look there began it', () => {
  const folder = temporaryFolder()
  const lots = [{ good: GOODS[0]!, no: 'A', expiry: '' }]
  let store = openStore(folder)
  sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: 5, parts: [] }, { good: GOODS[1]!, quantity: 1, parts: [{ no: 'B', expiry: '', quantity: 1 }] }] }, 1)
  sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: 2, parts: [{ no: 'A', expiry: '', quantity: 2 }] }] }, 2)
  renew(store, 0)
  sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: 4, parts: [{ no: 'A', expiry: '', quantity: 4 }] }] }, 3)
  store.close()
  tamper(folder, (db) => {
    db.exec("DROP INDEX earlier_shift; DELETE FROM sold_before; DELETE FROM sold_lot WHERE seq < 0; DELETE FROM lot WHERE no = 'B'; DELETE FROM sale_good; DELETE FROM sale_good_upto; INSERT INTO sale_good_upto (seq) SELECT max(seq) FROM sale; INSERT INTO sale_good SELECT good, '2026-11-21', seq, quantity, 0, 1 FROM sold_lot")
    db.pragma('user_version = 22')
  })
  store = openStore(folder)
  for (const settles of [0, 1]) {
    while (settles === 1 && store.settleSold(1));
    expect(store.trace.soldGood(GOODS[0]!, 5)).toMatchObject({ sales: [{ saleNo: 'N3', quantity: 4 }, { saleNo: 'N2', quantity: 2 }, { saleNo: 'N1', quantity: 5 }], total: 3, quantity: 11 })
    expect(store.trace.soldUnnamed(new Map([[GOODS[0]!, '']]), lots, 5)).toMatchObject({ sales: [{ saleNo: 'N1' }], total: 1, quantity: 5 })
    expect(store.trace.sold(lots, 5)).toMatchObject({ sales: [{ saleNo: 'N3' }, { saleNo: 'N2' }], total: 2, quantity: 6 })
    expect(store.trace.recalled({ what: { good: null, no: 'B', supplier: '', from: '', to: '' } })).toMatchObject([{ good: GOODS[1]!, no: 'B', lot: null }])
    expect(store.verify().faults).toEqual([])
  }
})

test('a row of the table that is not what the journal makes it is named', () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: 5, parts: [] }] }, 1)
  store.settleSold(1)
  store.close()
  tamper(folder, (db) => { db.exec('UPDATE sale_good SET quantity = 1') })
  expect(openStore(folder).verify().faults).toMatchObject([{ code: 'projection.differs', reason: expect.stringContaining('sale_good') as string }])
})

test('a recovered ledger fills the table again, and answers meanwhile', () => {
  const folder = temporaryFolder()
  const store = openStore(folder)
  for (let n = 1; n <= 5; n++) sell(store, { id: ids.next(), date: DATES[0]!, lines: [{ good: GOODS[0]!, quantity: n, parts: [] }] }, n)
  store.settleSold(3)
  store.close()
  expect(recoverTill(folder, sha256, new Date(MORNING), { key: 'restored', value: '1' })).toMatchObject({ goesOn: true })
  const again = openStore(folder)
  const answers = [again.trace.soldGood(GOODS[0]!, 2)]
  while (again.settleSold(2)) answers.push(again.trace.soldGood(GOODS[0]!, 2))
  expect(answers).toHaveLength(3)
  for (const each of answers) expect(each).toMatchObject({ sales: [{ saleNo: 'N5' }, { saleNo: 'N4' }], total: 5, quantity: 15 })
  expect(again.verify().faults).toEqual([])
})
