/** Receipts that the golden files, the tests and the bench print: a corner shop's sale, a refund, a shift, a test page. */
import { arranged } from '#shared/documents/arrange.ts'
import { cashSlip, saleReceipt, shiftReceipt, testReceipt, type ReceiptDocument, type SaleReceiptInput } from '#shared/documents/receipt.ts'
import { reportReceipt } from '#shared/documents/report.ts'
import { pickSlip } from '#shared/documents/pick-slip.ts'
import { refundReceipt } from '#shared/documents/refund-receipt.ts'
import { stockSlip, type StockSlipLine } from '#shared/documents/stock-slip.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import type { TicketLine } from '#shared/cart/ticket.ts'
import { PROMOTION_DEFAULTS, PromotionSchema, type Rule } from '#shared/catalog/promotion.ts'
import { NO_RULES, priceTicket } from '#shared/pricing/price.ts'
import { amountOf, milli, type Pricing } from '#shared/quantity/quantity.ts'
import type { SaleLine } from '#shared/sales/events.ts'
import { certificatePaper } from '#shared/trace/certificate-paper.ts'
import type { Refund } from '#shared/sales/refund-events.ts'

const GOOD = '0198d3f2-7b1a-7c3e-9f00-000000000001' as Id
/** 2026-03-01 14:32:07 in Shanghai */
export const SAMPLE_TIME = Date.UTC(2026, 2, 1, 6, 32, 7)
export const SAMPLE_URL = 'https://shop.example.cn/r/0198d3f2-7b1a-7c3e-9f00-123456789abc'
export const SAMPLE_CREDIT_URL = `https://shop.example.cn/c/${'eyJ2IjoxLCJzaG9wIjoiMDE5OGQzZjIifQ'.repeat(5)}`

export const SAMPLE_SHOP = {
  name: '湖畔便利店', address: '杭州市西湖区湖畔路 18 号', phone: '0571-8888 0000', zone: 'Asia/Shanghai', footer: '欢迎再来 七日内凭小票退换',
}

export function sampleLine(name: string, quantity: number, list: number, options: { pricing?: Pricing; unit?: string; per?: number; price?: number; discount?: number } = {}): SaleLine {
  const { pricing = 'piece', unit = '件', per = 1000, price = list, discount = 0 } = options
  const gross = amountOf(fen(list), milli(quantity), per)
  const net = fen(amountOf(fen(price), milli(quantity), per) - discount)
  return {
    good: GOOD, code: '', name, unit, pricing, per, quantity: milli(quantity), price: fen(price), list: fen(list), gross, discount: fen(gross - net), net,
  }
}

export function sampleSale(lines: SaleLine[], given: number): SaleReceiptInput['sale'] {
  const total = fen(lines.reduce((sum, line) => sum + line.net, 0))
  const change = total > 0 ? fen(given - total) : fen(0)
  return { no: '260301-0042', lines, total, tenders: [{ channel: 'cash', amount: total, given: fen(total > 0 ? given : 0), change }] }
}

const promotion = (n: number, name: string, rule: Rule) => PromotionSchema.parse({ ...PROMOTION_DEFAULTS, id: GOOD.replace(/1$/, String(n)), name, rule, stacks: true, priority: 900 - n })
/** As a till prices it: every off with its reason. */
function promotedSale(): SaleReceiptInput['sale'] {
  const promotions = [promotion(2, '饮料第二件半价', { kind: 'nth', n: 2, percent: 50 }), promotion(3, '满三十元减三元', { kind: 'spend', over: 3000, off: fen(300), repeat: true })]
  const lines = [sampleLine('农夫山泉饮用天然水 550ml', 2000, 200), sampleLine('阳光玫瑰葡萄', 1860, 1580, { pricing: 'weight', unit: '斤', per: 500 }), sampleLine('可口可乐 330ml', 1000, 300, { price: 280 })]
  const ticket = lines.map(({ label: _label, ...line }, i): TicketLine => ({ ...line, id: `${i}`, good: `${i}`, discount: fen(0) }))
  const priced = priceTicket(ticket, { off: { kind: 'percent', percent: 5 } }, { ...NO_RULES, promotions, at: SAMPLE_TIME, rounding: 'jiao' })
  return sampleSale(lines.map((line, i) => ({ ...line, ...priced.lines[i]!, offs: [...priced.lines[i]!.offs] })), 10_000)
}

/** Two of three cans bought at a discount, and grapes by the 斤 that were spoiled. */
const SAMPLE_REFUND: Refund = {
  refund: GOOD, no: '20260301-01-T0003', shift: GOOD, staff: GOOD, date: '2026-03-01', sale: GOOD, saleNo: '20260227-01-0042', saleTill: '01', known: true, reason: 'quality', note: '两罐漏气',
  lines: [
    { line: 0, good: GOOD, code: '', name: '可口可乐 330ml', unit: '罐', pricing: 'piece', per: 1000, quantity: milli(2000), price: fen(300), amount: fen(563), stock: 'wasted', over: null },
    { line: 2, good: GOOD, code: '', name: '阳光玫瑰葡萄 云南宾川 特级果 礼盒装 一号冷链', unit: '斤', pricing: 'weight', per: 500, quantity: milli(1860), price: fen(1580), amount: fen(5878), stock: 'back', over: 'late' },
  ],
  total: fen(6441), tenders: [{ channel: 'cash', amount: fen(6441), due: false }], allowedBy: GOOD, exchange: null, postings: [],
}

/** A frame with a cross in it, 64 dots by 40. */
const SAMPLE_LOGO = { width: 64, height: 40, dots: Buffer.from(Array.from({ length: 320 }, (_, i) => (i < 16 || i >= 304 ? 255 : i % 8 === 0 ? 0xc0 : i % 8 === 7 ? 3 : i % 8 === 3 || (i >= 152 && i < 168) ? 255 : 0))).toString('base64') }

const common = { shop: SAMPLE_SHOP, at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: SAMPLE_URL, credit: null }

const SAMPLE_PAPER = { shop: SAMPLE_SHOP, at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, party: '', reason: '', document: '', note: '', counted: null }
const slipLine = (name: string, quantity: number, rest: Partial<StockSlipLine> = {}): StockSlipLine => ({ name, unit: '件', pricing: 'piece', quantity, cost: null, lots: [], expected: null, fault: null, ...rest })

export const SAMPLES: Readonly<Record<string, ReceiptDocument>> = {
  sale: saleReceipt({
    ...common,
    sale: sampleSale([
      sampleLine('农夫山泉饮用天然水 550ml', 2000, 200),
      sampleLine('本地青菜', 1250, 760, { pricing: 'weight', unit: '公斤' }),
      sampleLine('可口可乐 330ml', 1000, 300, { price: 280 }),
      sampleLine('阳光玫瑰葡萄 云南宾川 特级果 礼盒装 一号冷链', 1860, 1580, { pricing: 'weight', unit: '斤', per: 500, discount: 78 }),
    ], 10000),
    credit: { url: SAMPLE_CREDIT_URL, expiresAt: SAMPLE_TIME + 86_400_000 },
  }),
  arranged: arranged(saleReceipt({ ...common, sale: sampleSale([sampleLine('农夫山泉饮用天然水 550ml', 2000, 200), sampleLine('本地青菜', 1250, 760, { pricing: 'weight', unit: '公斤' })], 2000), credit: { url: SAMPLE_CREDIT_URL, expiresAt: SAMPLE_TIME + 86_400_000 } }), {
    logo: SAMPLE_LOGO, header: '西湖边上的老邻居', hide: ['phone', 'till', 'pieces', 'credit_code'], large: true, bars: true,
  }),
  promoted: saleReceipt({ ...common, sale: promotedSale() }),
  refund: saleReceipt({ ...common, copy: true, sale: sampleSale([sampleLine('可口可乐 330ml', -2000, 300), sampleLine('纸袋', 1000, 50)], 0) }),
  return: refundReceipt({ ...common, refund: SAMPLE_REFUND, exchange: null, allowedNo: '02' }),
  exchange: refundReceipt({
    ...common, copy: true, refund: { ...SAMPLE_REFUND, known: false, saleNo: null, reason: 'no_reason', note: '', exchange: GOOD, lines: SAMPLE_REFUND.lines.slice(0, 1), total: fen(563), tenders: [{ channel: 'cash', amount: fen(563), due: false }] },
    exchange: { no: '20260301-01-0051', total: fen(1200), tenders: [{ channel: 'cash', amount: fen(1200), given: fen(1200), change: fen(0) }] }, allowedNo: '',
  }),
  pick: pickSlip({
    ...common, copy: true, note: '不要香菜', only: [0, 1, 2],
    sale: sampleSale([sampleLine('鲜肉小笼（8 只）', 3000, 1200), sampleLine('雪菜肉丝面 加量 大碗 不要辣 打包带走', 1000, 1800), sampleLine('阳光玫瑰葡萄', 1860, 1580, { pricing: 'weight', unit: '斤', per: 500 }), sampleLine('可乐', 1000, 300)], 20_000),
  }),
  english: saleReceipt({
    ...common, language: 'en', shop: { ...SAMPLE_SHOP, name: 'Lakeside', address: '18 Hupan Road, Hangzhou', footer: 'See you again' },
    sale: sampleSale([sampleLine('Mineral water 550 ml', 2000, 200), sampleLine('Greens', 1250, 760, { pricing: 'weight', unit: 'kg' })], 2000),
  }),
  shift: shiftReceipt({
    shop: SAMPLE_SHOP, till: '1', copy: false,
    report: {
      staffNo: '01', openedAt: SAMPLE_TIME - 28_800_000, closedAt: SAMPLE_TIME, sales: 128, returns: 2, gross: 512_340, discount: 1_240,
      net: 511_100, float: 30_000, expected: 541_100, counted: 541_000, difference: -100,
      balances: [{ account: 'cash_in:change', fen: -20_000 }, { account: 'cash_out:supplier', fen: 20_000 }],
      cashiers: [{ staffNo: '01', sales: 100, net: 400_000 }, { staffNo: '02', sales: 28, net: 111_100 }], openings: 3, refunded: 0, z: 42,
    },
  }),
  report: reportReceipt({
    shop: SAMPLE_SHOP, till: '1', copy: false, at: SAMPLE_TIME,
    report: {
      from: '2026-03-01', to: '2026-03-01', beforeFrom: '2026-02-22', beforeTo: '2026-02-22',
      total: { sales: 128, returns: 2, gross: 512_340, discount: 1_240, net: 511_100, back: -1_550, cost: 341_000, unknown: 8_800 }, before: { sales: 131, net: 520_000 }, imported: { sales: 0, net: 0, before: 0 },
      days: [{ date: '2026-03-01', sales: 128, imported: 0, net: 511_100, before: 520_000 }],
      hours: [{ hour: 7, sales: 0, net: 0, before: 800 }, { hour: 8, sales: 40, net: 160_050, before: 150_000 }, { hour: 18, sales: 88, net: 351_050, before: 369_200 }],
      categories: [{ category: '饮料', net: 302_300, before: 310_000, cost: 200_000, unknown: 0 }, { category: '', net: 208_800, before: 210_000, cost: 141_000, unknown: 8_800 }],
      goods: [
        { name: '农夫山泉饮用天然水 550ml', category: '饮料', unit: '瓶', pricing: 'piece', quantity: 240_000, gross: 48_000, net: 48_000, before: 50_000, cost: 26_400, unknown: 0 },
        { name: '阳光玫瑰葡萄 云南宾川 特级果 礼盒装 一号冷链', category: '', unit: '斤', pricing: 'weight', quantity: 18_600, gross: 58_776, net: 58_700, before: 0, cost: 40_000, unknown: 0 },
      ],
      goodsTotal: 86, cashiers: [{ staffNo: '01', name: '', sales: 100, returns: 1, net: 400_000, before: 0 }, { staffNo: '02', name: '', sales: 28, returns: 1, net: 111_100, before: 520_000 }],
      tenders: [{ channel: 'cash', tenders: 128, fen: 511_100, before: 520_000 }],
    },
  }),
  received: stockSlip({
    ...SAMPLE_PAPER, kind: 'stock.received', no: 'SH20260301-01-003', party: '湖畔乳业', document: 'CG20260227-01-001', note: '少一箱，下次补', lines: [
      slipLine('鲜牛奶 950ml', 20_000, { cost: fen(850), lots: [{ no: 'B0301', expiry: '2026-03-15', quantity: 20_000 }] }), slipLine('切片面包', 12_000, { cost: fen(320), lots: [{ no: '', expiry: '2026-03-05', quantity: 12_000 }] }),
      slipLine('本地青菜', 12_500, { pricing: 'weight', unit: '斤', cost: fen(180) }),
    ],
  }),
  transfer: stockSlip({
    ...SAMPLE_PAPER, kind: 'stock.taken', no: 'DR20260301-01-001', party: '桥头店', document: 'DC20260228-02-004', lines: [
      slipLine('可口可乐 330ml', 22_000, { expected: 24_000, fault: 'damaged' }), slipLine('阳光玫瑰葡萄 云南宾川 特级果 礼盒装 一号冷链', 6000, { lots: [{ no: 'P-17', expiry: '2026-03-04', quantity: 6000 }] }),
    ],
  }),
  counted: stockSlip({ ...SAMPLE_PAPER, kind: 'stock.counted', no: 'PD20260301-01-001', counted: 86, language: 'en', lines: [slipLine('Milk 950ml', 17_000, { expected: 19_000 }), slipLine('Bread', 13_000, { expected: 12_000 })] }),
  certificate: certificatePaper({
    shop: SAMPLE_SHOP, printedAt: SAMPLE_TIME, copy: false, goodName: '', no: '260301-01-003', expiry: '2026-03-04', parents: ['260301-01-001', '260301-02-001'], link: 'https://shop.example.cn/s/0198d3f2/01/04012345678901/10/260301-01-003',
    certificate: { product: '青菜（小白菜）', quantity: '12.5 公斤', origin: '浙江省杭州市余杭区', issued: '2026-03-01', promisor: SAMPLE_SHOP.name, contact: SAMPLE_SHOP.phone, link: '' },
    tests: [{ what: '农药残留', result: 'passed', by: '市场检测室', date: '2026-03-01' }],
  }),
  cash: cashSlip({ shop: SAMPLE_SHOP, amount: -20_000, reason: 'supplier', note: '青菜三箱', at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false }),
  test: testReceipt({ shop: SAMPLE_SHOP, at: SAMPLE_TIME, till: '1', printer: { name: '前台', profile: 'generic-58', columns: 32 }, url: 'https://shop.example.cn' }),
}
