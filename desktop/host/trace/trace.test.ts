import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FakeCloud } from '#desktop/sync/testing/fake-cloud.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { openTill, ticketOf, totalOf, type TestTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { readTraceLink } from '#shared/trace/link.ts'
import { traceLabels } from './labels.ts'
import { lotCertificate } from './certificates.ts'
import { TAIL_MAX } from '#desktop/storage/reads/sold-goods.ts'
import { recallPaper } from './recalls.ts'
import { heardFields, recalledFields } from '#shared/trace/recall.ts'

const DAY = 86_400_000
const CERTIFICATE = { product: '青菜', quantity: '20 公斤', origin: '杭州余杭', issued: '2026-11-23', promisor: '余杭某合作社', contact: '0571-00000000', link: '' }

async function shop(): Promise<{ till: TestTill; greens: GoodView }> {
  const till = openTill()
  await till.setUp()
  const greens = await till.addGood({ name: '青菜', code: '', pricing: 'weight', unit: '公斤', price: 600 })
  await till.run('shift.open', { float: 0 })
  return { till, greens }
}
const intake = (till: TestTill, good: GoodView, rest: object = {}) => till.run('lot.intake', { good: good.id, quantity: 20_000, supplier: '老王', origin: '余杭', ...rest })
const types = (till: TestTill): string[] => till.store.rows(0, 1000).map(({ text }) => (JSON.parse(text) as { type: string }).type)
/** As a till does that has a cloud. */
function pair(till: TestTill): void {
  till.store.applyChanges([{ kind: 'shop', id: till.store.identity().shop, rev: 1, doc: { site: 'https://example.cn' }, clocks: { site: '0190000000000000-cloud' } }], 1)
  const { shop: id } = till.store.identity()
  till.store.pair({ cloud: 'https://example.cn', token: 'x' }, id, '01', { events: [], prints: [] }, till.clock.now(), null)
}

describe('intake', () => {
  test('two things are enough, all else may be said; it is stock, and a lot with a number of the shop\'s own', async () => {
    const { till, greens } = await shop()
    const quick = await till.run('lot.intake', { good: greens.id, quantity: 20_000 })
    expect(quick).toMatchObject({ no: expect.stringMatching(/^261123-[A-Z2-9]{4}-001$/) as string, left: 20_000, quantity: 20_000, supplier: '', certificate: null, link: null, recalled: false, date: '2026-11-23' })
    const full = await intake(till, greens, { cost: 300, expiry: '2026-11-26', producer: '合作社', certificate: CERTIFICATE, tests: [{ what: '农残', result: 'passed', by: '市场检测室', date: '2026-11-23' }] })
    expect(full).toMatchObject({ no: quick.no.replace('-001', '-002'), expiry: '2026-11-26', certificate: CERTIFICATE, tests: [{ what: '农残' }] })
    expect(await till.run('goods.get', { good: greens.id })).toMatchObject({ stock: 40_000, expiry: '2026-11-26', cost: 300 })
    expect((await till.run('lot.list', { text: '老王' })).lots.map(({ no }) => no)).toEqual([full.no])
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })
  test('the same key books once; another good under it is refused', async () => {
    const { till, greens } = await shop()
    const key = randomUUID()
    const first = await till.run('lot.intake', { key, good: greens.id, quantity: 5000 })
    expect(await till.run('lot.intake', { key, good: greens.id, quantity: 5000 })).toEqual(first)
    expect((await till.refusal('lot.intake', { key, good: greens.id, quantity: 6000 })).code).toBe('key.reused')
    expect((await till.run('goods.get', { good: greens.id })).stock).toBe(5000)
  })
  test('tomorrow it is one touch; a certificate is of its own lot and does not come along', async () => {
    const { till, greens } = await shop()
    const lot = await intake(till, greens, { certificate: CERTIFICATE })
    expect((await till.run('lot.usual', {})).lots).toEqual([])
    till.clock.pass(DAY)
    expect((await till.run('lot.usual', {})).lots.map(({ lot: id }) => id)).toEqual([lot.lot])
    const key = randomUUID()
    const again = await till.run('lot.again', { key, lot: lot.lot })
    expect(await till.run('lot.again', { key, lot: lot.lot })).toEqual(again)
    expect(again).toMatchObject({ no: lot.no.replace('261123', '261124'), quantity: 20_000, supplier: '老王', origin: '余杭', certificate: null })
    expect((await till.run('lot.usual', {})).lots).toEqual([])
    expect((await till.run('lot.describe', { lot: again.lot, set: { certificate: CERTIFICATE } })).certificate).toEqual(CERTIFICATE)
  })
  test('a number that no code can say is refused, and one that has another date', async () => {
    const { till, greens } = await shop()
    expect((await till.refusal('lot.intake', { good: greens.id, quantity: 1000, no: '批次一' })).code).toBe('lot.no_bad')
    await intake(till, greens, { no: 'A1', expiry: '2026-12-01' })
    expect((await till.refusal('lot.intake', { good: greens.id, quantity: 1000, no: 'A1', expiry: '2026-12-02' })).code).toBe('lot.no_taken')
    expect(await intake(till, greens, { no: 'A1', expiry: '2026-12-01' })).toMatchObject({ left: 40_000 })
  })
  test('what is received with a lot is described too, by whom it came from', async () => {
    const { till, greens } = await shop()
    await till.run('stock.receive', { supplier: '老李', lines: [{ good: greens.id, quantity: 3000, lot: { no: 'B1', expiry: '' } }] })
    expect((await till.run('lot.list', {})).lots).toMatchObject([{ no: 'B1', supplier: '老李', left: 3000 }])
  })
  test('a cashier needs somebody who may', async () => {
    const { till, greens } = await shop()
    await till.addStaff('02', 'cashier')
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    expect((await till.refusal('lot.intake', { good: greens.id, quantity: 1000 })).code).toBe('staff.not_allowed')
    const key = randomUUID()
    await till.run('staff.approve', { no: '01', pin: '1234', rights: ['stock.receive'], for: key })
    expect((await till.run('lot.intake', { key, good: greens.id, quantity: 1000 })).left).toBe(1000)
  })
})

test('splitting and mixing keep the stock, name their parents, and new certificates are the shop\'s', async () => {
  const { till, greens } = await shop()
  const lot = await intake(till, greens, { certificate: CERTIFICATE })
  const { lots: [four, six] } = await till.run('lot.reissue', { from: [{ lot: lot.lot, quantity: 10_000 }], to: [4000, 6000] })
  expect([four, six].map((each) => [each!.no, each!.left, each!.certificate?.promisor, each!.certificate?.quantity])).toEqual([[lot.no.replace('-001', '-002'), 4000, '试验小铺', '4 公斤'], [lot.no.replace('-001', '-003'), 6000, '试验小铺', '6 公斤']])
  const other = await intake(till, greens, { supplier: '老李' })
  const { lots: [mixed] } = await till.run('lot.reissue', { from: [{ lot: four!.lot, quantity: 4000 }, { lot: other.lot, quantity: 1000 }], to: [5000] })
  const story = await till.run('lot.get', { lot: mixed!.lot })
  expect(story.ancestors.map(({ no }) => no)).toEqual([four!.no, other.no, lot.no])
  expect((await till.run('lot.get', { lot: lot.lot })).children.map(({ no }) => no)).toEqual([four!.no, six!.no])
  expect((await till.run('goods.get', { good: greens.id })).stock).toBe(40_000)
  expect((await till.run('stock.lots', { good: greens.id })).lots.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(40_000)
  expect((await till.refusal('lot.reissue', { from: [{ lot: four!.lot, quantity: 1 }], to: [1] })).code).toBe('lot.too_little')
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('a certificate is printed by its promisor: the shop\'s own after a split, nobody else\'s', async () => {
  const { till, greens } = await shop()
  const bare = await intake(till, greens)
  expect((await till.refusal('lot.certificate', { lot: bare.lot })).code).toBe('lot.no_certificate')
  const lot = await intake(till, greens, { certificate: CERTIFICATE })
  expect(await till.refusal('lot.certificate', { lot: lot.lot })).toMatchObject({ code: 'lot.certificate_of_other', detail: { promisor: '余杭某合作社' } })
  expect(lotCertificate(till, lot.lot, false)).toBeUndefined()
  const { lots: [half] } = await till.run('lot.reissue', { from: [{ lot: lot.lot, quantity: 10_000 }], to: [10_000] })
  await till.run('printer.put', { printer: { id: randomUUID(), name: 'p', profile: 'generic-80', address: 'tcp://127.0.0.1:9', receipts: true, drawer: false } })
  const key = randomUUID()
  for (let again = 0; again < 2; again++) await till.run('lot.certificate', { key, lot: half!.lot })
  expect((await till.run('print.jobs', {})).jobs.filter(({ ref }) => ref === half!.lot)).toMatchObject([{ kind: 'stock' }])
  const paper = lotCertificate(till, half!.lot, false)!
  expect(paper).toMatchObject({ title: '承诺达标合格证', codes: [] })
  expect(paper.facts.map(({ value }) => value)).toEqual(['青菜', '10 公斤', '余杭', '2026-11-23', '试验小铺', half!.no, lot.no])
  pair(till)
  expect(lotCertificate(till, half!.lot, true)).toMatchObject({ codes: [{ content: expect.stringContaining(`/10/${half!.no}`) }] })
})

test('an item\'s code: made once, scanned as its good, and the sale names its lot and no other', async () => {
  const { till, greens } = await shop()
  const old = await intake(till, greens, { expiry: '2026-11-24' })
  const lot = await intake(till, greens, { expiry: '2026-11-30' })
  expect((await till.refusal('lot.label', { lot: lot.lot })).code).toBe('lot.no_link')
  pair(till)
  const key = randomUUID()
  const made = await till.run('lot.codes', { key, lot: lot.lot, codes: 3 })
  expect(await till.run('lot.codes', { key, lot: lot.lot, codes: 3 })).toEqual(made)
  expect(new Set(made.serials).size).toBe(3)
  expect(readTraceLink(made.links[2]!)).toEqual({ gtin: lot.gtin, lot: lot.no, serial: made.serials[2] })
  expect(Buffer.from(made.png, 'base64').subarray(1, 4).toString()).toBe('PNG')
  const [label] = traceLabels(till, lot.lot, [made.serials[0]!])
  expect(label!.code!.content).toBe(made.links[0])
  const printer = randomUUID()
  const small = { language: 'zpl', density: 8, size: { width: 20, height: 15 }, gap: 2, speed: 0, darkness: -1 } as const
  const put = (media: object) => till.run('printer.put', { printer: { id: printer, name: '标签机', profile: 'generic-58', address: 'tcp://127.0.0.1:9', receipts: false, drawer: false, label: { ...small, ...media } } })
  await put({})
  expect(await till.refusal('lot.codes', { lot: lot.lot, codes: 2, printer })).toMatchObject({ code: 'label.code_too_wide' })
  await put({ size: { width: 60, height: 40 } })
  const printed = randomUUID()
  for (let again = 0; again < 2; again++) await till.run('lot.codes', { key: printed, lot: lot.lot, codes: 30, printer })
  await till.run('lot.print', { lot: lot.lot, printer, copies: 4 })
  const jobs = (await till.run('print.jobs', {})).jobs.filter(({ kind }) => kind === 'labels').toReversed()
  expect(jobs.map(({ ref }) => till.store.labels(ref)!.reduce((sum, { copies }) => sum + copies, 0))).toEqual([25, 5, 4])
  expect(till.store.labels(jobs[0]!.ref)![0]!.label.code!.content).toMatch(/\/21\/[A-Z2-9]{6}1$/)
  const meaning = await till.run('code.read', { text: made.links[0]! })
  expect(meaning).toMatchObject({ kind: 'good', good: { id: greens.id }, label: { lot: lot.no } })
  const ticket = ticketOf([{ good: greens, quantity: 1000 }])
  const labelled = { ...ticket, lines: ticket.lines.map((line) => ({ ...line, label: { text: made.links[0]!, amount: null } })) }
  const sold = await till.run('sale.complete', { key: ticket.id, ticket: labelled, total: totalOf(ticket), given: 600 })
  expect(sold.lines[0]!.lots).toEqual([{ no: lot.no, expiry: '2026-11-30', quantity: 1000 }])
  expect((await till.sell([{ good: greens, quantity: 1000 }])).lines[0]!.lots).toEqual([{ no: old.no, expiry: '2026-11-24', quantity: 1000 }])
})

test('codes that were made without a printer are printed later, each once; a second label is for who means it, says so, and is written down', async () => {
  const { till, greens } = await shop()
  pair(till)
  const lot = await intake(till, greens)
  const { serials } = await till.run('lot.codes', { lot: lot.lot, codes: 30 })
  const runOf = async () => (await till.run('lot.get', { lot: lot.lot })).runs[0]!
  const run = await runOf()
  expect(run).toMatchObject({ from: serials[0], to: serials[29], codes: 30, at: till.clock.now(), by: '01', printed: 0, next: { from: 1, to: 30 }, last: null })
  const printer = randomUUID()
  await till.run('printer.put', { printer: { id: printer, name: '标签机', profile: 'generic-58', address: 'tcp://127.0.0.1:9', receipts: false, drawer: false, label: { language: 'zpl', density: 8, size: { width: 60, height: 40 }, gap: 2, speed: 0, darkness: -1 } } })
  const labels = async () => (await till.run('print.jobs', {})).jobs.filter(({ kind }) => kind === 'labels').toReversed().flatMap(({ ref }) => till.store.labels(ref)!.map(({ label }) => label))
  const key = randomUUID()
  const asked = { key, lot: lot.lot, run: run.run, from: 1, to: 20, printer }
  for (let n = 0; n < 2; n++) expect(await till.run('lot.printCodes', asked)).toMatchObject({ printed: 20, next: { from: 21, to: 30 }, last: { from: 1, to: 20, by: '01' } })
  expect((await labels()).map(({ code }) => readTraceLink(code!.content)!.serial)).toEqual(serials.slice(0, 20))
  expect(await till.refusal('lot.printCodes', { lot: lot.lot, run: run.run, from: 20, to: 25, printer })).toEqual({ code: 'lot.codes_printed', detail: { n: 1 } })
  expect(await labels()).toHaveLength(20)
  expect(await till.run('lot.printCodes', { lot: lot.lot, run: run.run, from: 20, to: 25, printer, again: true })).toMatchObject({ printed: 25 })
  expect((await labels()).slice(20).map(({ footer }) => footer.includes('补打'))).toEqual([true, false, false, false, false, false])
  expect((await till.run('audit.list', { types: ['lot.codes_printed'] })).rows.map(({ body, staffNo }) => [body['again'], staffNo])).toEqual([[true, '01'], [false, '01']])
  for (const wrong of [{ from: 25, to: 31 }, { from: 5, to: 4 }, { run: randomUUID(), from: 1, to: 1 }]) expect((await till.refusal('lot.printCodes', { lot: lot.lot, run: run.run, printer, ...wrong })).code).toBe('lot.no_codes')
  const printed = await till.run('lot.codes', { lot: lot.lot, codes: 2, printer })
  expect((await till.run('lot.get', { lot: lot.lot })).runs.map(({ printed: n }) => n).sort()).toEqual([2, 25])
  expect(new Set([...serials, ...printed.serials]).size).toBe(32)
  expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('a scan at intake knows the supplier by code and by certificate, the good by name and by number, and another shop\'s lot', async () => {
  const { till, greens } = await shop()
  const milk = await till.addGood({ name: '鲜牛奶', code: '6901234567892' })
  const ask = (text: string) => till.run('code.read', { text, ask: 'intake' })
  const code = '91330106MA2GABCD0Y'
  const certificate = `品名：青菜；重量：30 公斤；产地：杭州余杭；承诺主体：余杭合作社；统一社会信用代码：913301067494873654`
  expect(await ask(code)).toMatchObject({ kind: 'supply', form: 'company', supplier: '', supplierCode: code, known: false })
  expect(await ask(certificate)).toMatchObject({ kind: 'supply', form: 'certificate', good: { id: greens.id }, supplier: '余杭合作社', producer: '余杭合作社', origin: '杭州余杭', known: false })
  await intake(till, greens, { supplier: '老李', supplierCode: code, producer: '余杭合作社' })
  expect(await ask(code)).toMatchObject({ supplier: '老李', known: true })
  expect(await ask(certificate)).toMatchObject({ supplier: '老李', supplierCode: code, known: true })
  expect((await till.run('lot.usual', {})).lots).toEqual([])
  const link = (gtin: string, rest: string) => `https://another.example/s/x/01/${gtin}/10/${rest}`
  await till.run('lot.intake', { good: milk.id, quantity: 1000, no: 'M7', supplier: '湖畔乳业' })
  expect(await ask(link('06901234567892', 'M8?17=270131&30=24'))).toMatchObject({ form: 'lot', good: { id: milk.id }, no: 'M8', expiry: '2027-01-31', quantity: 24_000, supplier: '湖畔乳业' })
  expect(await ask(link('00400000000008', 'A1'))).toMatchObject({ form: 'lot', good: null, no: 'A1', supplier: '' })
  expect(await ask('6901234567892')).toMatchObject({ kind: 'good', good: { id: milk.id } })
  expect(await ask('没有这样的码')).toMatchObject({ kind: 'unknown' })
})

describe('a recall', () => {
  const what = { good: null, no: '', supplier: '', from: '', to: '' }
  test('stops its lots and nothing else, nobody can allow it, and it ends when what it stopped is gone or it is lifted', async () => {
    const { till, greens } = await shop()
    const bread = await till.addGood({ name: '面包' })
    const lot = await intake(till, greens, { certificate: CERTIFICATE })
    const sold = await till.sell([{ good: greens, quantity: 1500 }])
    const recall = await till.run('recall.begin', { what: { ...what, good: greens.id, no: lot.no }, reason: 'test_failed', note: '农残超标' })
    expect(recall).toMatchObject({ goodName: '青菜', heardAt: till.clock.now(), lifted: null })
    const blocked = ticketOf([{ good: bread }, { good: greens, quantity: 500 }])
    await till.run('staff.approve', { no: '01', pin: '1234', rights: ['stock.waste', 'return.against_rules'], for: blocked.id })
    expect(await till.refusal('sale.complete', { key: blocked.id, ticket: blocked, total: totalOf(blocked), given: 5000 })).toEqual({ code: 'sale.recalled', detail: { name: '青菜', lot: lot.no } })
    expect((await till.run('goods.get', { good: greens.id })).stopped).toBe(lot.no)
    await till.sell([{ good: bread }])
    for (const of of [null, { no: lot.no, expiry: '' }]) expect((await till.refusal('stock.send', { to: '桥头店', lines: [{ good: greens.id, quantity: 1000, lot: of }] })).code).toBe('lot.recalled')
    expect((await till.refusal('lot.reissue', { from: [{ lot: lot.lot, quantity: 1000 }], to: [1000] })).code).toBe('lot.recalled')
    expect(await till.run('recall.effect', { what: recall.what })).toMatchObject({
      lots: [{ name: '青菜', no: lot.no, left: 18_500 }], sales: [{ sale: sold.sale, saleNo: sold.no, name: '青菜', quantity: 1500, member: null }], total: 1, quantity: 1500,
    })
    // What comes back of it may; another lot is sold by its code while the recalled one is there.
    pair(till)
    const good = await intake(till, greens)
    const { links } = await till.run('lot.codes', { lot: good.lot, codes: 1 })
    expect((await till.refusal('sale.complete', (({ id }) => ({ key: id, ticket: { ...ticketOf([{ good: greens }], id) }, total: 600, given: 600 }))({ id: randomUUID() }))).code).toBe('sale.recalled')
    const ticket = ticketOf([{ good: greens }])
    await till.run('sale.complete', { key: ticket.id, ticket: { ...ticket, lines: ticket.lines.map((line) => ({ ...line, label: { text: links[0]!, amount: null } })) }, total: 600, given: 600 })
    await till.run('stock.waste', { reason: 'spoiled', lines: [{ good: greens.id, quantity: 18_500, lot: { no: lot.no, expiry: '' } }] })
    expect((await till.sell([{ good: greens }])).lines[0]!.lots).toEqual([{ no: good.no, expiry: '', quantity: 1000 }])
    await till.run('recall.lift', { recall: recall.recall, note: '查清了' })
    expect((await till.refusal('recall.lift', { recall: recall.recall, note: '再来' })).code).toBe('recall.lifted')
    expect(types(till).filter((type) => type.startsWith('lot.recall'))).toEqual(['lot.recalled', 'lot.recall_heard', 'lot.recall_lifted'])
  })
  test('of a supplier or of days also stops what was made of it, and a whole good stops whatever it is of', async () => {
    const { till, greens } = await shop()
    const bad = await intake(till, greens, { supplier: '老李' })
    await till.run('lot.reissue', { from: [{ lot: bad.lot, quantity: 20_000 }], to: [20_000] })
    const { recall } = await till.run('recall.begin', { what: { ...what, supplier: '老李', from: '2026-11-23', to: '2026-11-23' }, reason: 'by_supplier' })
    expect((await till.refusal('sale.complete', (({ id }) => ({ key: id, ticket: ticketOf([{ good: greens }], id), total: 600, given: 600 }))({ id: randomUUID() }))).detail).toEqual({ name: '青菜', lot: bad.no.replace('-001', '-002') })
    await till.run('recall.lift', { recall })
    await till.sell([{ good: greens }])
    await till.run('recall.begin', { what: { ...what, good: greens.id }, reason: 'authority' })
    expect(await till.refusal('sale.complete', (({ id }) => ({ key: id, ticket: ticketOf([{ good: greens }], id), total: 600, given: 600 }))({ id: randomUUID() }))).toEqual({ code: 'sale.recalled_whole', detail: { name: '青菜' } })
  })
  test('of a whole good comes to its stock and all of its sales, with lots and without, and its paper says so', async () => {
    const { till, greens } = await shop()
    const bread = await till.addGood({ name: '面包' })
    const about = { ...what, good: bread.id }
    expect(await till.run('recall.effect', { what: about })).toMatchObject({ lots: [], sales: [], total: 0, whole: { name: '面包', left: 0 }, unnamed: { total: 0 } })
    await till.run('stock.receive', { supplier: '', lines: [{ good: bread.id, quantity: 10_000, lot: null }] })
    const bare = await till.sell([{ good: bread, quantity: 1000 }, { good: bread, quantity: 2000 }, { good: greens }])
    await till.sell([{ good: greens }])
    expect(await till.run('recall.effect', { what: about })).toMatchObject({ lots: [], sales: [{ sale: bare.sale, saleNo: bare.no, name: '面包', no: '', quantity: 3000, member: null }], total: 1, quantity: 3000, whole: { left: 7000 }, unnamed: { sales: [], total: 0 } })
    await till.run('stock.receive', { supplier: '', lines: [{ good: bread.id, quantity: 5000, lot: { no: 'B1', expiry: '' } }] })
    const both = await till.sell([{ good: bread, quantity: 9000 }])
    expect(both.lines[0]!.lots).toEqual([{ no: 'B1', expiry: '', quantity: 2000 }])
    const effect = await till.run('recall.effect', { what: about })
    expect(effect).toMatchObject({ lots: [{ no: 'B1', left: 3000 }], sales: [{ sale: both.sale, quantity: 9000 }, { sale: bare.sale }], total: 2, quantity: 12_000, whole: { left: 3000 } })
    expect(await till.run('recall.effect', { what: about, limit: 1 })).toMatchObject({ sales: [{ sale: both.sale }], total: 2, quantity: 12_000 })
    // Days of a good are lots of it, not all of it.
    expect((await till.run('recall.effect', { what: { ...about, from: '2026-11-23' } })).whole).toBeNull()
    const { recall } = await till.run('recall.begin', { what: about, reason: 'authority' })
    const paper = recallPaper(till, recall, false)!
    expect(paper.lines).toMatchObject([{ name: '面包', amount: '3 个', discounts: [] }])
    expect(paper.footer).toContain('以上商品已全部停止销售')
  })
  test('of a lot also tells of sales since it came that named none, which may be of it, and of no others', async () => {
    const { till, greens } = await shop()
    await till.run('stock.receive', { supplier: '', lines: [{ good: greens.id, quantity: 5000, lot: null }] })
    const before = await till.sell([{ good: greens, quantity: 1000 }])
    till.clock.pass(DAY)
    const lot = await intake(till, greens)
    const bare = await till.sell([{ good: greens, quantity: 1000 }, { good: greens, quantity: 500 }])
    const both = await till.sell([{ good: greens, quantity: 4000 }])
    const named = await till.sell([{ good: greens, quantity: 1000 }])
    expect([before, bare, both, named].map(({ lines }) => lines[0]!.lots ?? [])).toEqual([[], [], [{ no: lot.no, expiry: '', quantity: 1500 }], [{ no: lot.no, expiry: '', quantity: 1000 }]])
    const about = { ...what, good: greens.id, no: lot.no }
    const unnamed = { sales: [{ sale: bare.sale, saleNo: bare.no, at: till.clock.now(), name: '青菜', no: '', quantity: 1500, member: null }], total: 1 }
    for (const said of [about, { ...what, supplier: '老王' }]) expect(await till.run('recall.effect', { what: said })).toMatchObject({ sales: [{ sale: named.sale }, { sale: both.sale }], total: 2, whole: null, unnamed })
    // A lot that was never booked here may be in what was sold without one.
    expect(await till.run('recall.effect', { what: { ...about, no: 'X9' } })).toMatchObject({ lots: [], total: 0, unnamed: { total: 3 } })
    expect(await till.run('recall.effect', { what: { ...what, no: 'X9' } })).toMatchObject({ lots: [], total: 0, unnamed: { total: 0 } })
    const { recall } = await till.run('recall.begin', { what: about, reason: 'spoiled' })
    expect(JSON.stringify(recallPaper(till, recall, false))).toContain('1 单，可能是')
  })
  test('from elsewhere stops at once, is confirmed in the journal, and told to whoever is here', async () => {
    const { till, greens } = await shop()
    const cloud = await new FakeCloud().start()
    onTestFinished(() => cloud.stop())
    const lot = await intake(till, greens)
    await till.run('till.pair', { cloud: cloud.url, code: cloud.newCode() })
    const recall = randomUUID()
    cloud.edit('recall', recall, { ...recalledFields({ what: { ...what, no: lot.no }, reason: 'authority', note: '' }, 5), ...heardFields(randomUUID(), 6) })
    await till.run('sync.now', {})
    expect((await till.refusal('sale.complete', (({ id }) => ({ key: id, ticket: ticketOf([{ good: greens }], id), total: 600, given: 600 }))({ id: randomUUID() }))).code).toBe('sale.recalled')
    expect((await till.run('recall.list', {})).recalls).toMatchObject([{ recall, heardAt: till.clock.now() }])
    expect((await till.run('alert.list', {})).alerts).toMatchObject([{ what: { kind: 'lot.recalled', goods: ['青菜'], reason: 'authority' } }])
    await till.run('sync.now', {})
    expect(cloud.device.rows.filter(({ text }) => text.includes('"lot.recall_heard"'))).toHaveLength(1)
    expect(await till.run('ledger.verify', {})).toMatchObject({ ok: true })
  })
  test('while years of sales are still to be looked through, it says so, on paper too, and the counter does not wait', async () => {
    const { till } = await shop()
    const bread = await till.addGood({ name: '面包' })
    const about = { ...what, good: bread.id }
    const { recall } = await till.run('recall.begin', { what: { ...about, supplier: '老王' }, reason: 'spoiled' })
    const { sale } = await till.sell([{ good: bread }])
    const { body } = till.store.event(sale)!
    const more = TAIL_MAX + 100
    till.store.together(() => {
      for (let n = 1; n <= more; n++) {
        const id = randomUUID()
        till.store.commit({ events: [{ id, type: 'sale.completed', v: 1, body: { ...body, sale: id, no: `N${n}` } }], prints: [] }, till.clock.now(), null)
      }
    })
    const whole = await till.run('recall.effect', { what: about, limit: 1 })
    expect(whole).toMatchObject({ total: TAIL_MAX, sales: [{ saleNo: `N${more}` }], isPartial: true })
    expect(await till.run('recall.effect', { what: { ...about, supplier: '老王' } })).toMatchObject({ total: 0, isPartial: true })
    expect(JSON.stringify(recallPaper({ store: till.store, clock: till.clock }, recall, false))).toContain('以前的销售还在整理')
    while (till.store.settleSold(100));
    expect(await till.run('recall.effect', { what: about, limit: 1 })).toMatchObject({ total: more + 1, isPartial: false })
    expect(JSON.stringify(recallPaper({ store: till.store, clock: till.clock }, recall, false))).not.toContain('还在整理')
  })
  test('its notice is paper', async () => {
    const { till, greens } = await shop()
    await till.run('printer.put', { printer: { id: randomUUID(), name: 'p', profile: 'generic-80', address: 'tcp://127.0.0.1:9', receipts: true, drawer: false } })
    const lot = await intake(till, greens)
    const { recall } = await till.run('recall.begin', { what: { ...what, no: lot.no }, reason: 'spoiled' })
    await till.run('recall.print', { recall })
    expect((await till.run('print.jobs', {})).jobs.filter(({ kind }) => kind === 'stock')).toMatchObject([{ ref: recall }])
    expect((await till.refusal('recall.print', { recall: randomUUID() })).code).toBe('recall.not_found')
  })
})

test('what comes back from the cloud with its keys in another order is the same, and no damage', async () => {
  const { till, greens } = await shop()
  await intake(till, greens, { certificate: CERTIFICATE })
  await till.close()
  tamper(till.folder, (db) => {
    const { id, doc } = db.prepare<[], { id: string; doc: string }>("SELECT id, doc FROM document WHERE kind = 'lot'").get()!
    const { certificate, ...rest } = JSON.parse(doc) as { certificate: object }
    db.prepare("UPDATE document SET doc = ? WHERE kind = 'lot' AND id = ?").run(JSON.stringify({ ...rest, certificate: Object.fromEntries(Object.entries(certificate).toReversed()) }), id)
  })
  expect(await (await till.restart()).run('ledger.verify', {})).toMatchObject({ ok: true })
})

test('sales of before are found too: a ledger of an older program gets its lots\' sales when it is opened', async () => {
  const { till, greens } = await shop()
  const lot = await intake(till, greens)
  const sold = await till.sell([{ good: greens, quantity: 1000 }, { good: greens, quantity: 500 }])
  await till.close()
  tamper(till.folder, (db) => {
    db.exec('DROP TABLE earlier; DROP TABLE shift_code; DROP TABLE label_batch; DROP TABLE sold_lot; DROP TABLE sale_good; DROP TABLE sale_good_upto; DROP INDEX document_lot; DROP INDEX document_lot_good; DROP INDEX document_lot_day; DROP INDEX document_recall')
    db.exec('DROP INDEX document_lot_dated; DROP INDEX document_lot_supplier; DROP INDEX document_lot_producer')
    db.pragma('user_version = 16')
  })
  const again = await till.restart()
  await again.run('staff.signIn', { no: '01', pin: '1234' })
  expect(await again.run('recall.effect', { what: { good: greens.id, no: lot.no, supplier: '', from: '', to: '' } })).toMatchObject({ sales: [{ sale: sold.sale, quantity: 1500 }], total: 1, quantity: 1500 })
  expect(await again.run('ledger.verify', {})).toMatchObject({ ok: true })
})
