/** The words on a recall's notice, by language. See shared/documents/words.ts for why they live here. */
import type { Language } from '../documents/words.ts'

export interface NoticeWords {
  readonly title: string
  readonly lifted: string
  readonly since: string
  readonly good: string
  readonly lot: string
  readonly supplier: string
  readonly days: string
  readonly left: string
  readonly sales: string
  readonly salesOf: string
  readonly unnamed: string
  readonly unnamedOf: string
  readonly partial: string
  readonly printed: string
  readonly footer: string
  readonly liftedFooter: string
  readonly wholeFooter: string
  readonly wholeLiftedFooter: string
  readonly reasons: Readonly<Record<string, string>>
}

const zh: NoticeWords = {
  title: '召回通知', lifted: '召回已解除', since: '停售时间', good: '商品', lot: '批号', supplier: '供应商', days: '进货日期', left: '现存', sales: '已售出', salesOf: '{n} 单', unnamed: '没记批次', unnamedOf: '{n} 单，可能是这批', partial: '以前的销售还在整理，可能还有', printed: '打印时间',
  footer: '以上批次已停止销售。买过的顾客请停止食用，凭小票到店退货。', liftedFooter: '以上批次可以照常销售。',
  wholeFooter: '以上商品已全部停止销售。买过的顾客请停止食用，凭小票到店退货。', wholeLiftedFooter: '以上商品可以照常销售。',
  reasons: { test_failed: '检测不合格', by_supplier: '供应商通知', authority: '监管部门要求', spoiled: '变质', other: '其他' },
}
const en: NoticeWords = {
  title: 'RECALL', lifted: 'Recall lifted', since: 'Stopped since', good: 'Good', lot: 'Lot', supplier: 'Supplier', days: 'Came in', left: 'Left', sales: 'Sold', salesOf: '{n} sales', unnamed: 'No lot named', unnamedOf: '{n} sales, may be of it', partial: 'Still looking: may be more', printed: 'Printed',
  footer: 'These lots are no longer sold. Whoever bought of them: do not eat it, and bring it back with the receipt.', liftedFooter: 'These lots are sold as before.',
  wholeFooter: 'All of it is no longer sold. Whoever bought it: do not eat it, and bring it back with the receipt.', wholeLiftedFooter: 'It is sold as before.',
  reasons: { test_failed: 'failed a test', by_supplier: 'the supplier says so', authority: 'an authority says so', spoiled: 'spoiled', other: 'other' },
}
export const NOTICE_WORDS: Readonly<Record<Language, NoticeWords>> = { zh, en }
