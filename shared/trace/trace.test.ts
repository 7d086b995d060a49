import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGtin, isInStore } from '../codes/gtin.ts'
import { NO_CERTIFICATE, readCertificate } from '../codes/certificate.ts'
import { ancestors, LotReissued, reissue, type ReissueFacts, withDescendants } from './lineage.ts'
import { gtinOf, isLotNo, ownGtin, readTraceLink, traceLink } from './link.ts'
import { firstUnprinted, isMade, labelledFields, printedBefore, printedFields, printedOf } from './item-codes.ts'
import { LotFields, type LotView, readLot } from './lot.ts'
import { certificatePaper, isOwnCertificate } from './certificate-paper.ts'
import { recallNotice } from './notice.ts'
import { heardFields, liftedFields, readRecall, type Recallable, RecallWhatSchema, recalledFields, recalledLots, stopsGood } from './recall.ts'

const id = (n: number): string => `0190a5b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
const SHOP = id(0xabc)
const GOOD = id(1)
const lotOf = (n: number, said: Partial<LotView> = {}): LotView => readLot(id(n), {
  good: GOOD, no: `L${n}`, expiry: '', gtin: ownGtin(SHOP, GOOD), quantity: 10_000, date: '2026-11-23', at: 1, supplier: '老王', producer: '', origin: '余杭', certificate: null, picture: '', tests: [], parents: [], ...said,
})!

describe('codes of lots', () => {
  const char = fc.constantFrom(...'ABCXYZabcxyz0123456789!"%&\'()*+,-./:;<=>?_')
  const value = fc.string({ unit: char, minLength: 1, maxLength: 20 })
  test('what a link is made of comes out of it, whatever characters a lot may have', () => {
    fc.assert(fc.property(value, fc.option(value, { nil: '' }), fc.uuid({ version: 7 }), (lot, serial, good) => {
      fc.pre(isLotNo(lot) && (serial === '' || isLotNo(serial)))
      const gtin = ownGtin(SHOP, good)
      const link = traceLink('https://example.cn/', SHOP, { gtin, lot, serial })
      expect(readTraceLink(link)).toEqual({ gtin, lot, serial })
      // A browser goes where the link says, and not one step up.
      expect(new URL(link).href).toBe(link)
    }))
  })
  test('dots alone are no lot, nor is what AI 10 can\'t hold', () => {
    expect(['.', '..', '', '批次一', 'A'.repeat(21), 'a b'].filter(isLotNo)).toEqual([])
    expect(isLotNo('261123-01-001')).toBe(true)
  })
  test('a number of the shop\'s own is one for use within a company, with its right check digit', () => {
    fc.assert(fc.property(fc.uuid(), fc.uuid(), (shop, good) => {
      const gtin = ownGtin(shop, good)
      expect(checkGtin(gtin)).toBe('valid')
      expect(gtin.startsWith('004')).toBe(true)
      expect(isInStore(gtin.slice(1))).toBe(true)
    }))
  })
  test('a good\'s own number goes first; one of a scale or a shop is nobody else\'s', () => {
    const good = { id: GOOD, code: '2112345015002', codes: ['6901234567892'] }
    expect(gtinOf(SHOP, good)).toBe('06901234567892')
    expect(gtinOf(SHOP, { ...good, codes: [] })).toBe(ownGtin(SHOP, GOOD))
    expect(readTraceLink('https://example.cn/01/06901234567892')).toBeUndefined()
    expect(readTraceLink('https://example.cn/s/x/01/6901234567892/10/A%2F1?17=261231')).toEqual({ gtin: '06901234567892', lot: 'A/1', serial: '' })
  })
  const written = (n: number, at = n) => ({ id: id(n), at, actor: null })
  test('a serial is one that was made, in any run', () => {
    const { codes } = readLot(id(2), { good: GOOD, ...labelledFields(written(7), { prefix: 'ABCDEF', codes: 20 }), ...labelledFields(written(8), { prefix: 'GHJKLM', codes: 1 }) })!
    expect(['ABCDEF1', 'ABCDEF20', 'GHJKLM1'].every((serial) => isMade(codes, serial))).toBe(true)
    expect(['ABCDEF21', 'ABCDEF0', 'ABCDEF01', 'GHJKLM2', 'ABCDEF', 'ABCDEF1.5', 'abcdef1', '1'].filter((serial) => isMade(codes, serial))).toEqual([])
  })
  test('a run knows which of its numbers were printed, in whatever order tills hear of it; what nobody wrote down may have been', () => {
    const [made, one, two] = [labelledFields(written(7), { prefix: 'ABCDEF', codes: 10, printed: false }), printedFields(written(8), { run: id(7), from: 1, to: 3 }), printedFields(written(9), { run: id(7), from: 6, to: 7 })]
    for (const fields of [[made, one, two], [two, made, one]]) {
      const [run] = readLot(id(2), { good: GOOD, ...Object.assign({}, ...fields) })!.codes
      expect([printedOf(run!), firstUnprinted(run!), printedBefore(run!, 3, 6)]).toEqual([5, { from: 4, to: 5 }, [3, 6]])
    }
    const [old] = readLot(id(2), { good: GOOD, [`codes ${id(7)}`]: { prefix: 'ABCDEF', codes: 3 } })!.codes
    expect([printedOf(old!), firstUnprinted(old!), printedBefore(old!, 1, 2), old!.at]).toEqual([null, undefined, [1, 2], null])
  })
})

describe('a certificate', () => {
  const six = { product: '青菜', quantity: '20 公斤', origin: '杭州余杭', issued: '2026-11-23', promisor: '余杭某合作社', contact: '0571-00000000' }
  test('its fields are read however they are laid out', () => {
    const lines = '食用农产品名称：青菜\n数量（重量）：20 公斤\n产地：杭州余杭\n开具日期：2026-11-23\n承诺主体：余杭某合作社\n联系方式：0571-00000000'
    expect(readCertificate('承诺达标合格证 品名：大个脐橙；重量：30 公斤')).toMatchObject({ product: '大个脐橙', quantity: '30 公斤' })
    expect(readCertificate(lines)).toEqual({ ...six, link: '' })
    expect(readCertificate(lines.replaceAll('\n', '；').replaceAll('：', ':'))).toEqual({ ...six, link: '' })
    expect(readCertificate(JSON.stringify(six))).toEqual({ ...six, link: '' })
    const link = `https://example.cn/q?${new URLSearchParams(six)}`
    expect(readCertificate(link)).toEqual({ ...six, link })
    expect(readCertificate('https://example.cn/h/123')).toMatchObject({ product: '', link: 'https://example.cn/h/123' })
  })
  test('what is none gives none, and never more than fits', () => {
    expect(['', '6901234567892', '备注：无', '{"a":1}', '{'].map(readCertificate)).toEqual([undefined, undefined, undefined, undefined, undefined])
    fc.assert(fc.property(fc.string(), fc.string(), (label, value) => {
      for (const text of [`${label}：${value}`, `产地：${value}\n${label}=1`, JSON.stringify({ [label]: value, 产地: value })]) {
        const read = readCertificate(text)
        if (read) expect(LotFields.shape.certificate.parse(read)).toEqual(read)
      }
    }))
  })
})

describe('splitting and mixing', () => {
  const facts = (lots: readonly LotView[], left = 10_000, stopped = new Set<string>()): ReissueFacts => ({
    lot: (each) => lots.find(({ lot }) => lot === each), left: () => left, isStopped: ({ lot }) => stopped.has(lot), date: '2026-11-24', at: 2, promisor: '湖畔小铺', contact: '0571-1', text: (quantity) => `${quantity / 1000} 公斤`,
  })
  const [a, b] = [lotOf(10, { expiry: '2026-12-01' }), lotOf(11, { supplier: '老李', origin: '余杭', expiry: '2026-11-30' })]
  const amounts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 })
  const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0)

  const promised = { ...NO_CERTIFICATE, product: '青菜', promisor: '合作社' }
  test('what goes in comes out, each new lot names what it was made of, and has a certificate of its own where all of that had one', () => {
    fc.assert(fc.property(amounts, fc.boolean(), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (parts, isSplit, certified) => {
      const many = parts.map((quantity, i) => ({ lot: id(100 + i), no: `N${i}`, quantity }))
      const certificateOf = (i: number) => (certified[i] ? promised : null)
      const lots = isSplit ? [{ ...a, certificate: certificateOf(0) }] : parts.map((_, i) => lotOf(20 + i, { certificate: certificateOf(i) }))
      const from = isSplit ? [{ lot: a.lot, quantity: sum(parts) }] : parts.map((quantity, i) => ({ lot: id(20 + i), quantity }))
      const to = isSplit ? many : [{ lot: id(100), no: 'N', quantity: sum(parts) }]
      const made = reissue(facts(lots, 100_000), { from, to })
      if ('refused' in made) throw new Error(made.refused)
      expect(sum(made.from.map(({ quantity }) => quantity))).toBe(sum(made.to.map(({ quantity }) => quantity)))
      expect(LotReissued.body.safeParse({ good: made.good, from: made.from, to: made.to, hlc: '0190000000000000-a' }).success).toBe(true)
      for (const { lot, set } of made.described) {
        expect(LotFields.parse(set)).toEqual(set)
        expect(set.parents!.map((each) => each.lot)).toEqual(from.map((each) => each.lot))
        expect(sum(set.parents!.map(({ quantity }) => quantity))).toBe(set.quantity)
        if (lots.every(({ certificate }) => certificate)) expect(set.certificate).toMatchObject({ product: '青菜', issued: '2026-11-24', promisor: '湖畔小铺' })
        else expect(set.certificate).toBeNull()
        expect(from.some((each) => each.lot === lot)).toBe(false)
      }
    }))
  })
  test('a mixture is over when the first of its parts is, and has the suppliers of all', () => {
    expect(reissue(facts([a, b]), { from: [{ lot: a.lot, quantity: 1000 }, { lot: b.lot, quantity: 500 }], to: [{ lot: id(99), no: 'M', quantity: 1500 }] }))
      .toMatchObject({ described: [{ set: { expiry: '2026-11-30', supplier: '老王、老李', origin: '余杭' } }], to: [{ expiry: '2026-11-30' }] })
  })
  test('it costs what its parts cost, to the nearest fen, where that is known of all', () => {
    const costOf = (...costs: (number | null)[]): number | null | undefined => {
      const lots = costs.map((cost, i) => lotOf(20 + i, { cost: cost as LotView['cost'] }))
      const made = reissue(facts(lots), { from: lots.map(({ lot }, i) => ({ lot, quantity: (i + 1) * 1000 })), to: [{ lot: id(99), no: 'M', quantity: costs.length === 1 ? 1000 : 3000 }] })
      return 'refused' in made ? undefined : made.described[0]!.set.cost
    }
    expect([costOf(160), costOf(100, 200), costOf(100, 101), costOf(100, null)]).toEqual([160, 167, 101, null])
  })
  test('what can\'t be is refused', () => {
    const one = { lot: a.lot, quantity: 1000 }
    const to = [{ lot: id(99), no: 'M', quantity: 1000 }]
    const other = lotOf(12, { good: id(2) })
    const of = (given: ReissueFacts, from: readonly { lot: string; quantity: number }[], into = to) => { const made = reissue(given, { from, to: into }); return 'refused' in made ? made.refused : 'done' }
    expect(of(facts([a]), [one])).toBe('done')
    expect(of(facts([a]), [])).toBe('lot.no_parts')
    expect(of(facts([a]), [one, one], [{ ...to[0]!, quantity: 2000 }])).toBe('lot.no_parts')
    expect(of(facts([a, b]), [one, { lot: b.lot, quantity: 1000 }], [...to, { ...to[0]!, lot: id(98) }])).toBe('lot.no_parts')
    expect(of(facts([]), [one])).toBe('lot.not_found')
    expect(of(facts([a, other]), [one, { lot: other.lot, quantity: 1000 }], [{ ...to[0]!, quantity: 2000 }])).toBe('lot.other_good')
    expect(of(facts([a], 999), [one])).toBe('lot.too_little')
    expect(of(facts([a]), [{ ...one, quantity: 1001 }])).toBe('lot.not_even')
    expect(of(facts([a], 10_000, new Set([a.lot])), [one])).toBe('lot.recalled')
    expect(LotReissued.body.safeParse({ good: GOOD, from: [{ ...one, no: 'A', expiry: '' }], to: [{ ...one, no: 'B', expiry: '', quantity: 999 }], hlc: '0190000000000000-a' }).success).toBe(false)
  })
  test('lineage ends, ring or none, and finds each lot once', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 8, maxLength: 8 }), (edges) => {
      const lots = edges.map((parents, n) => lotOf(n, { parents: parents.map((p) => ({ lot: id(p), no: `L${p}`, quantity: 1 as never })) }))
      for (const lot of lots) {
        const up = ancestors(lot, (each) => lots.find((other) => other.lot === each)).map((each) => each.lot)
        expect(new Set(up).size).toBe(up.length)
        expect(up).not.toContain(lot.lot)
        for (const above of up) expect(withDescendants(new Set([above]), lots)).toContain(lot.lot)
      }
    }))
  })
})

describe('a recall', () => {
  const seen = (lot: LotView): Recallable => ({ good: lot.good, no: lot.no, expiry: lot.expiry, lot: lot.lot, supplier: lot.supplier, date: lot.date, parents: lot.parents })
  const nothing = { good: null, no: '', supplier: '', from: '', to: '' }
  const all = [
    seen(lotOf(1)), seen(lotOf(2, { supplier: '老李', date: '2026-11-20' })), seen(lotOf(3, { parents: [{ lot: id(2), no: 'L2', quantity: 1 as never }] })),
    seen(lotOf(4, { good: id(2), no: 'L1', parents: [{ lot: id(3), no: 'L3', quantity: 1 as never }] })), { good: GOOD, no: 'OLD', expiry: '', lot: null, supplier: '', date: '', parents: [] },
  ]
  const hit = (what: object): string[] => recalledLots({ what: { ...nothing, ...what } as never }, all).map(({ lot, no }) => lot?.slice(-1) ?? no)
  test('finds lots by what it says, and all that was made of them', () => {
    expect(hit({ good: GOOD, no: 'L1' })).toEqual(['1'])
    expect(hit({ no: 'L1' })).toEqual(['1', '4'])
    expect(hit({ supplier: '老李' })).toEqual(['2', '3', '4'])
    expect(hit({ from: '2026-11-20', to: '2026-11-22' })).toEqual(['2', '3', '4'])
    expect(hit({ good: GOOD, no: 'OLD' })).toEqual(['OLD'])
    expect(hit({ good: GOOD })).toEqual(['1', '2', '3', '4', 'OLD'])
    expect(hit({ supplier: '老赵' })).toEqual([])
  })
  test('a whole good stops only where nothing narrows it, and a recall of nothing is none', () => {
    expect(stopsGood({ what: { ...nothing, good: GOOD } }, GOOD)).toBe(true)
    expect(stopsGood({ what: { ...nothing, good: GOOD, no: 'L1' } }, GOOD)).toBe(false)
    expect(RecallWhatSchema.safeParse(nothing).success).toBe(false)
  })
  test('its document says who heard it and when it was lifted', () => {
    const doc = { ...recalledFields({ what: { ...nothing, no: 'L1' }, reason: 'by_supplier', note: '' }, 5), ...heardFields(id(50), 7), ...heardFields(id(51), 8) }
    expect(readRecall(id(9), doc)).toMatchObject({ recall: id(9), at: 5, lifted: null, heard: new Map([[id(50), 7], [id(51), 8]]) })
    expect(readRecall(id(9), { ...doc, ...liftedFields('查清了', 9) })?.lifted).toEqual({ at: 9, note: '查清了' })
    expect(readRecall(id(9), heardFields(id(50), 7))).toBeUndefined()
  })
  test('its notice says what it is about, since when, what is left, and what to do; one that was lifted says so', () => {
    const recall = readRecall(id(9), recalledFields({ what: { ...nothing, supplier: '老张', from: '2026-11-27', to: '2026-11-28' }, reason: 'test_failed', note: '农残超标' }, 5))!
    const input = { shop: { name: '小铺', address: '', phone: '', zone: 'Asia/Shanghai', footer: '' }, till: '01', printedAt: 6, copy: false, recall, goodName: '', sales: 12, unnamed: 0, isPartial: false, isWhole: false, lots: [{ name: '青菜', no: 'L1', expiry: '', left: '3 公斤' }] }
    const text = (doc: object): string => JSON.stringify(doc)
    for (const said of ['召回通知', '老张', '2026-11-27 – 2026-11-28', '检测不合格', '农残超标', '青菜', 'L1', '3 公斤', '12 单', '停止食用']) expect(text(recallNotice(input))).toContain(said)
    expect(text(recallNotice({ ...input, language: 'en' }))).toContain('failed a test')
    expect(text(recallNotice(input))).not.toContain('没记批次')
    expect(text(recallNotice({ ...input, unnamed: 7 }))).toContain('7 单，可能是')
    expect(text(recallNotice(input))).not.toContain('还在整理')
    expect(text(recallNotice({ ...input, isPartial: true }))).toContain('以前的销售还在整理')
    expect(recallNotice({ ...input, isWhole: true }).footer).toContain('以上商品已全部停止销售')
    expect(recallNotice({ ...input, recall: { ...recall, lifted: { at: 7, note: '' } } }).title).toBe('召回已解除')
  })
})

describe('a certificate of one\'s own', () => {
  const shop = { name: '湖畔便利店', address: '', phone: '0571-1', zone: 'Asia/Shanghai', footer: '' }
  const certificate = { product: '', quantity: '4 公斤', origin: '余杭', issued: '2026-11-28', promisor: shop.name, contact: shop.phone, link: '' }
  const input = { shop, printedAt: 6, copy: false, certificate, goodName: '青菜', no: 'L2', expiry: '', tests: [{ what: '农残', result: 'passed', by: '', date: '2026-11-28' }] as const, parents: ['L1'], link: null }
  test('bears the title, the six fields and the promise that the rule asks for, and what it was made of', () => {
    const paper = JSON.stringify(certificatePaper(input as never))
    for (const said of ['承诺达标合格证', '产品名称', '青菜', '4 公斤', '余杭', '开具时间', '2026-11-28', '承诺主体', shop.name, '联系方式', shop.phone, '未使用禁用农药', '原批号', 'L1', '农残', '合格']) expect(paper).toContain(said)
    expect(certificatePaper({ ...input, link: 'https://x', copy: true } as never)).toMatchObject({ codes: [{ content: 'https://x' }], copy: { mark: '【补打】' } })
    expect(JSON.stringify(certificatePaper({ ...input, language: 'en' } as never))).toContain('no banned pesticides')
  })
  test('is the shop\'s where the shop promises, and nobody else\'s', () => {
    expect(isOwnCertificate(certificate, shop)).toBe(true)
    expect(isOwnCertificate({ promisor: '余杭某合作社' }, shop)).toBe(false)
    expect(isOwnCertificate({ promisor: '' }, { name: '' })).toBe(false)
  })
})
