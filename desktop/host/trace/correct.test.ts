/** What was typed at intake is put right, and nothing is lost by it: the lot's stock, what was sold of it, recalls that are about it. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTill, ticketOf, type TestTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { LotShown } from '#shared/host/trace-schemas.ts'
import type { Id } from '#shared/identity/ids.ts'

async function shop(): Promise<{ till: TestTill; greens: GoodView }> {
  const till = openTill()
  await till.setUp()
  const greens = await till.addGood({ name: '青菜', code: '', pricing: 'weight', unit: '公斤', price: 600 })
  await till.run('shift.open', { float: 0 })
  return { till, greens }
}
const intake = (till: TestTill, good: GoodView, rest: object = {}) => till.run('lot.intake', { good: good.id, quantity: 20_000, supplier: '老王', ...rest })
const sumOf = async (till: TestTill, good: GoodView) => (await till.run('stock.lots', { good: good.id })).lots
const effect = (till: TestTill, what: object) => till.run('recall.effect', { what: { good: null, no: '', supplier: '', from: '', to: '', ...what }, limit: 200 })

describe('a correction', () => {
  test('of the quantity moves the stock by the difference, to the thousandth, once; what was sold stays sold', async () => {
    const { till, greens } = await shop()
    const lot = await intake(till, greens)
    await till.sell([{ good: greens, quantity: 1501 }])
    const key = randomUUID()
    const right = await till.run('lot.correct', { key, lot: lot.lot, quantity: 18_003 })
    expect(right).toMatchObject({ quantity: 18_003, left: 16_502 })
    const head = till.store.head()
    expect(await till.run('lot.correct', { key, lot: lot.lot, quantity: 18_003 })).toEqual(right)
    expect((await till.refusal('lot.correct', { key, lot: lot.lot, quantity: 17_000 })).code).toBe('key.reused')
    // What is so already needs no row.
    await till.run('lot.correct', { lot: lot.lot, quantity: 18_003 })
    expect(till.store.head()).toEqual(head)
    expect((await till.run('goods.get', { good: greens.id })).stock).toBe(16_502)
    expect(await till.refusal('lot.correct', { lot: lot.lot, quantity: 1500 })).toEqual({ code: 'lot.gone_already', detail: { no: lot.no, least: '1.501 公斤' } })
    const twice = await intake(till, greens)
    expect(await till.run('lot.correct', { lot: twice.lot, quantity: 0 })).toMatchObject({ quantity: 0, left: 0 })
    expect((await till.refusal('lot.again', { lot: twice.lot })).code).toBe('lot.nothing_came')
    // Whose answer was lost asks again, whatever was corrected meanwhile.
    const asked = randomUUID()
    const { lot: came } = await till.run('lot.again', { key: asked, lot: lot.lot })
    for (const quantity of [17_000, 1501]) {
      await till.run('lot.correct', { lot: lot.lot, quantity })
      expect((await till.run('lot.again', { key: asked, lot: lot.lot })).lot).toBe(came)
    }
    await till.run('lot.correct', { lot: came, quantity: 0 })
    expect((await till.run('lot.again', { key: asked, lot: came })).lot).toBe(came)
    await till.run('lot.correct', { lot: lot.lot, quantity: 18_003 })
    expect((await till.run('lot.get', { lot: lot.lot })).corrections).toMatchObject([{ at: till.clock.now(), by: '01', from: { quantity: 20_000 }, to: { quantity: 18_003 } }, {}, {}, {}])
    expect((await till.run('audit.list', { types: ['lot.corrected'] })).rows.slice(-2)).toMatchObject([{ staffNo: '01' }, { staffNo: '01', body: { from: { quantity: 20_000 }, to: { quantity: 18_003 } } }])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
  })
  test('of the date takes the stock along, and a recall finds what was sold under either; sold first is what is over first', async () => {
    const { till, greens } = await shop()
    const lot = await intake(till, greens, { expiry: '2027-12-01' })
    const other = await intake(till, greens, { expiry: '2026-12-20' })
    const before = await till.sell([{ good: greens, quantity: 20_500 }])
    expect(before.lines[0]!.lots!.map(({ no }) => no)).toEqual([other.no, lot.no])
    await till.run('lot.correct', { lot: lot.lot, expiry: '2026-12-01' })
    expect(await sumOf(till, greens)).toEqual([{ no: lot.no, expiry: '2026-12-01', quantity: 19_500 }])
    expect((await till.run('goods.get', { good: greens.id })).expiry).toBe('2026-12-01')
    till.clock.pass(6 * 86_400_000)
    expect((await till.run('stock.lists', {})).near).toMatchObject([{ lot: { no: lot.no, expiry: '2026-12-01', quantity: 19_500 } }])
    await intake(till, greens, { expiry: '2026-12-25' })
    const after = await till.sell([{ good: greens, quantity: 500 }])
    expect(after.lines[0]!.lots).toEqual([{ no: lot.no, expiry: '2026-12-01', quantity: 500 }])
    for (const what of [{ no: lot.no }, { supplier: '老王', to: '2026-11-23' }]) {
      const found = await effect(till, what)
      expect(found.sales.filter(({ no }) => no === lot.no).map(({ sale }) => sale)).toEqual([after.sale, before.sale])
      expect(found.lots.filter(({ no }) => no === lot.no)).toMatchObject([{ expiry: '2026-12-01', left: 19_000 }])
    }
    // One that stands goes on standing, and so it does when the date is put back.
    await till.run('recall.begin', { what: { good: greens.id, no: lot.no, supplier: '', from: '', to: '' }, reason: 'spoiled' })
    for (const expiry of ['2026-12-24', '2027-12-01', '']) {
      expect(await till.run('lot.correct', { lot: lot.lot, expiry })).toMatchObject({ expiry, left: 19_000, recalled: true })
      expect((await till.run('goods.get', { good: greens.id })).stopped).toBe(lot.no)
      expect(await effect(till, { no: lot.no })).toMatchObject({ lots: [{ expiry, left: 19_000 }], total: 2, quantity: 1000 })
    }
    expect((await till.refusal('lot.correct', { lot: lot.lot, expiry: '2026-02-30' })).code).toBe('call.invalid')
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
  })
  test('what another till sells under the date that was wrong is of the lot, whenever it is heard of', async () => {
    const { till, greens } = await shop()
    const lot = await intake(till, greens, { no: 'A1', expiry: '2027-12-01' })
    await till.run('lot.correct', { lot: lot.lot, expiry: '2027-01-12' })
    till.store.applyChanges([{ kind: 'stock', id: greens.id, rev: 1, doc: { quantity: -3000, lots: [{ no: 'A1', expiry: '2027-12-01', quantity: -3000 }] }, clocks: {} }], 1)
    expect(await sumOf(till, greens)).toEqual([{ no: 'A1', expiry: '2027-01-12', quantity: 17_000 }])
    expect((await till.run('lot.get', { lot: lot.lot })).lot.left).toBe(17_000)
    // A number stands for one date.
    expect((await till.refusal('lot.intake', { good: greens.id, quantity: 1000, no: 'A1', expiry: '2027-12-01' })).code).toBe('lot.no_taken')
  })
  test('of the cost puts the average right; a cashier needs somebody who may', async () => {
    const { till, greens } = await shop()
    await intake(till, greens, { quantity: 10_000, cost: 200 })
    const lot = await intake(till, greens, { cost: 3000 })
    expect((await till.run('goods.get', { good: greens.id })).cost).toBe(2067)
    expect(await till.run('lot.correct', { lot: lot.lot, cost: 300 })).toMatchObject({ cost: 300 })
    expect((await till.run('goods.get', { good: greens.id })).cost).toBe(267)
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    const key = randomUUID()
    expect((await till.refusal('lot.correct', { key, lot: lot.lot, quantity: 1 })).code).toBe('staff.not_allowed')
    await till.run('staff.approve', { no: '01', pin: '1234', rights: ['stock.receive'], for: key })
    expect(await till.run('lot.correct', { key, lot: lot.lot, quantity: 19_000 })).toMatchObject({ left: 19_000 })
  })
  test('a number stands for one date, and a lot without a number for its date', async () => {
    const { till, greens } = await shop()
    await till.run('stock.receive', { supplier: '', lines: [{ good: greens.id, quantity: 1000, lot: { no: '', expiry: '2026-12-01' } }, { good: greens.id, quantity: 500, lot: { no: '', expiry: '2026-12-05' } }] })
    const { lots } = await till.run('lot.list', {})
    const first = lots.find(({ expiry }) => expiry === '2026-12-01')!
    expect((await till.refusal('lot.correct', { lot: first.lot, expiry: '2026-12-05' })).code).toBe('lot.no_taken')
    expect((await till.refusal('lot.correct', { lot: first.lot, expiry: '' })).code).toBe('lot.unnamed')
    expect(await till.run('lot.correct', { lot: first.lot, expiry: '2026-12-03' })).toMatchObject({ left: 1000 })
  })
})

describe('two lots of one number and date', () => {
  /** Another till's, which it took in while neither could hear the other. */
  async function twins() {
    const { till, greens } = await shop()
    const own = await intake(till, greens, { no: 'A1', quantity: 10_000 })
    const other = randomUUID()
    const { lot: _lot, name: _name, unit: _unit, pricing: _pricing, codes: _codes, left: _left, link: _link, recalled: _recalled, shared: _shared, ...doc } = own
    const set = { ...doc, supplier: '老李', at: own.at + 1, quantity: 5000 }
    till.store.applyChanges([
      { kind: 'lot', id: other, rev: 1, doc: set, clocks: Object.fromEntries(Object.keys(set).map((field) => [field, '0190000000000000-other'])) },
      { kind: 'stock', id: greens.id, rev: 2, doc: { quantity: 5000, lots: [{ no: 'A1', expiry: '', quantity: 5000 }] }, clocks: {} },
    ], 2)
    return { till, greens, own, other }
  }
  test('say so, are counted once, and nobody mixes more of them than there is', async () => {
    const { till, own, other } = await twins()
    const { lots } = await till.run('lot.list', {})
    expect(lots.map(({ supplier, left, shared }) => [supplier, left, shared])).toEqual([['老李', 15_000, 1], ['老王', 15_000, 1]])
    expect((await effect(till, { no: 'A1' })).lots).toMatchObject([{ supplier: expect.stringMatching(/^(老王、老李|老李、老王)$/) as string, left: 15_000 }])
    expect((await till.refusal('lot.reissue', { from: [{ lot: own.lot, quantity: 10_000 }, { lot: other, quantity: 10_000 }], to: [20_000] })).code).toBe('lot.too_little')
  })
  test('stop together, whichever of them a recall is about; a corrected date is of both', async () => {
    const { till, greens, own, other } = await twins()
    const { recall } = await till.run('recall.begin', { what: { good: null, no: '', supplier: '老李', from: '', to: '' }, reason: 'by_supplier' })
    expect((await till.run('lot.list', {})).lots.map(({ recalled }) => recalled)).toEqual([true, true])
    const ticket = ticketOf([{ good: greens }])
    expect((await till.refusal('sale.complete', { key: ticket.id, ticket, total: 600, given: 600 })).code).toBe('sale.recalled')
    await till.run('recall.lift', { recall })
    await till.run('lot.correct', { lot: own.lot, expiry: '2026-12-09' })
    expect((await till.run('lot.get', { lot: other })).lot).toMatchObject({ expiry: '2026-12-09', left: 15_000 })
  })
  test('of two tills that had no number of the shop\'s yet can\'t come of numbers the shop gave', async () => {
    const [one, two] = await Promise.all([shop(), shop()])
    expect((await intake(one.till, one.greens)).no).not.toBe((await intake(two.till, two.greens)).no)
  })
})

interface Model { sold: Map<Id, Set<Id>>; left: Map<Id, number>; parents: Map<Id, readonly Id[]> }
const step = fc.record({ kind: fc.constantFrom('intake', 'sell', 'sell', 'quantity', 'expiry', 'split', 'mix', 'recall', 'lift'), pick: fc.nat(20), amount: fc.integer({ min: 1, max: 9000 }), day: fc.integer({ min: 1, max: 28 }) })

test('whatever is taken in, sold, corrected, split, mixed and recalled, sums stay and a recall finds every sale', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 18 }), async (steps) => {
    const till = openTill({ outlives: true })
    await till.setUp()
    const greens = await till.addGood({ name: '青菜', code: '', pricing: 'weight', unit: '公斤', price: 600 })
    await till.run('shift.open', { float: 0 })
    const model: Model = { sold: new Map(), left: new Map(), parents: new Map() }
    const lots: LotShown[] = []
    let recall: Id | null = null
    const current = async (id: Id): Promise<LotShown> => (await till.run('lot.get', { lot: id })).lot
    const add = (lot: LotShown, parents: readonly Id[] = []): void => {
      lots.push(lot)
      model.left.set(lot.lot, lot.left)
      model.parents.set(lot.lot, parents)
    }
    const less = (id: Id, quantity: number): void => { model.left.set(id, model.left.get(id)! - quantity) }
    const ofLine = (id: Id): Set<Id> => new Set([id, ...model.parents.get(id)!.flatMap((parent) => [...ofLine(parent)])])
    for (const { kind, pick, amount, day } of steps) {
      const expiry = `2027-01-${String(day).padStart(2, '0')}`
      const chosen = lots[pick % (lots.length || 1)]
      if (kind === 'intake' || !chosen) add(await intake(till, greens, { quantity: amount, expiry: day % 3 === 0 ? '' : expiry }))
      else if (kind === 'sell' && recall === null) {
        const whole = [...model.left.values()].reduce((sum, left) => sum + left, 0)
        const quantity = Math.min(amount, whole)
        if (quantity === 0) continue
        const sale = await till.sell([{ good: greens, quantity }])
        for (const part of sale.lines[0]!.lots ?? []) {
          const now = await Promise.all(lots.map(({ lot }) => current(lot)))
          const lot = now.find(({ no, expiry: date }) => no === part.no && date === part.expiry)!.lot
          less(lot, part.quantity)
          model.sold.set(sale.sale, new Set([...model.sold.get(sale.sale) ?? [], lot]))
        }
      } else if (kind === 'quantity') {
        const before = await current(chosen.lot)
        const delta = amount - before.quantity
        if (model.left.get(chosen.lot)! + delta < 0) expect((await till.refusal('lot.correct', { lot: chosen.lot, quantity: amount })).code).toBe('lot.gone_already')
        else {
          await till.run('lot.correct', { lot: chosen.lot, quantity: amount })
          less(chosen.lot, -delta)
        }
      } else if (kind === 'expiry') await till.run('lot.correct', { lot: chosen.lot, expiry: day % 5 === 0 ? '' : expiry })
      else if (kind === 'split' && recall === null && model.left.get(chosen.lot)! >= 2) {
        const part = 1 + amount % (model.left.get(chosen.lot)! - 1)
        const { lots: [made] } = await till.run('lot.reissue', { from: [{ lot: chosen.lot, quantity: part }], to: [part] })
        less(chosen.lot, part)
        add(made!, [chosen.lot])
      } else if (kind === 'mix' && recall === null) {
        const from = lots.map(({ lot }) => ({ lot, quantity: Math.ceil(model.left.get(lot)! / 2) })).filter(({ quantity }) => quantity > 0).slice(0, 3)
        if (from.length < 2) continue
        const { lots: [made] } = await till.run('lot.reissue', { from, to: [from.reduce((sum, { quantity }) => sum + quantity, 0)] })
        for (const { lot, quantity } of from) less(lot, quantity)
        add(made!, from.map(({ lot }) => lot))
      } else if (kind === 'recall' && recall === null) recall = (await till.run('recall.begin', { what: { good: greens.id, no: chosen.no, supplier: '', from: '', to: '' }, reason: 'spoiled' })).recall
      else if (kind === 'lift' && recall !== null) {
        await till.run('recall.lift', { recall })
        recall = null
      }
    }
    const sum = [...model.left.values()].reduce((total, left) => total + left, 0)
    expect((await till.run('goods.get', { good: greens.id })).stock ?? 0).toBe(sum)
    expect((await sumOf(till, greens)).reduce((total, { quantity }) => total + quantity, 0)).toBe(sum)
    for (const lot of lots) {
      const { left, recalled } = await current(lot.lot)
      expect(left).toBe(model.left.get(lot.lot))
      const found = await effect(till, { good: greens.id, no: lot.no })
      const wanted = [...model.sold].filter(([, of]) => [...of].some((each) => ofLine(each).has(lot.lot))).map(([sale]) => sale)
      expect([...new Set(found.sales.map(({ sale }) => sale))].sort()).toEqual(wanted.sort())
      const standing = (await till.run('recall.list', {})).recalls.find(({ lifted }) => lifted === null)
      expect(recalled).toBe(standing !== undefined && [...ofLine(lot.lot)].some((each) => lots.find(({ lot: id }) => id === each)!.no === standing.what.no))
    }
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true, faults: [] })
    await till.close()
  }), { numRuns: 25 })
})
