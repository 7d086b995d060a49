/** Receipts that the golden files, the tests and the bench print: a corner shop's sale, a refund, a shift, a test page. */
import { cashSlip, saleReceipt, shiftReceipt, testReceipt, type ReceiptDocument, type SaleReceiptInput } from '#shared/documents/receipt.ts'
import { stockSlip, type StockSlipLine } from '#shared/documents/stock-slip.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { amountOf, milli, type Pricing } from '#shared/quantity/quantity.ts'
import type { SaleLine } from '#shared/sales/events.ts'

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
  refund: saleReceipt({ ...common, copy: true, sale: sampleSale([sampleLine('可口可乐 330ml', -2000, 300), sampleLine('纸袋', 1000, 50)], 0) }),
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
      cashiers: [{ staffNo: '01', sales: 100, net: 400_000 }, { staffNo: '02', sales: 28, net: 111_100 }], openings: 3, z: 42,
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
  cash: cashSlip({ shop: SAMPLE_SHOP, amount: -20_000, reason: 'supplier', note: '青菜三箱', at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false }),
  test: testReceipt({ shop: SAMPLE_SHOP, at: SAMPLE_TIME, till: '1', printer: { name: '前台', profile: 'generic-58', columns: 32 }, url: 'https://shop.example.cn' }),
}
