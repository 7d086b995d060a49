/** The words on the stock room's papers, by language. See words.ts for why they live here. */
import type { Language } from './words.ts'

export interface StockWords {
  /** Titles, by the event's type. */
  readonly titles: Readonly<Record<string, string>>
  readonly supplier: string
  readonly to: string
  readonly from: string
  /** The number on the other shop's paper; the number of the order. */
  readonly document: string
  readonly order: string
  readonly lot: string
  readonly expiry: string
  /** `{sent}` as the paper says; a difference has a name, by fault. */
  readonly sent: string
  readonly faults: Readonly<Record<string, string>>
  readonly wasteReasons: Readonly<Record<string, string>>
  readonly kinds: string
  readonly kindsOf: string
  readonly cost: string
  readonly booked: string
  readonly counted: string
  readonly goodsCounted: string
  readonly differing: string
  readonly handedOver: string
  readonly takenOver: string
}

const zh: StockWords = {
  titles: {
    'stock.ordered': '采购单', 'stock.received': '收货单', 'stock.wasted': '报损单', 'stock.sent': '调拨出库单', 'stock.taken': '调拨入库单', 'stock.counted': '盘点单', 'stock.count_begun': '盘点开始',
  },
  supplier: '供货商', to: '调往', from: '调自', document: '来单号', order: '采购单', lot: '批号', expiry: '到期',
  sent: '应到 {sent}', faults: { missing: '缺少', damaged: '破损', extra: '多出', other: '不符' },
  wasteReasons: { expired: '过期', damaged: '破损', spoiled: '变质', own_use: '自用', other: '其他' },
  kinds: '品种', kindsOf: '{n} 种', cost: '进价合计', booked: '账面 {n}', counted: '实盘', goodsCounted: '盘点品种', differing: '有差异', handedOver: '交货人', takenOver: '收货人',
}
const en: StockWords = {
  titles: {
    'stock.ordered': 'PURCHASE ORDER', 'stock.received': 'GOODS RECEIVED', 'stock.wasted': 'WRITTEN OFF', 'stock.sent': 'TRANSFER OUT', 'stock.taken': 'TRANSFER IN', 'stock.counted': 'STOCK COUNT', 'stock.count_begun': 'COUNT BEGUN',
  },
  supplier: 'Supplier', to: 'To', from: 'From', document: 'Their No.', order: 'Order', lot: 'Lot', expiry: 'Best by',
  sent: 'of {sent}', faults: { missing: 'missing', damaged: 'damaged', extra: 'extra', other: 'differs' },
  wasteReasons: { expired: 'Expired', damaged: 'Damaged', spoiled: 'Spoiled', own_use: 'Own use', other: 'Other' },
  kinds: 'Goods', kindsOf: '{n}', cost: 'Cost', booked: 'booked {n}', counted: 'Counted', goodsCounted: 'Goods counted', differing: 'Differing', handedOver: 'Handed over by', takenOver: 'Received by',
}
export const STOCK_WORDS: Readonly<Record<Language, StockWords>> = { zh, en }
