/** The words of a report of sales, on paper and in a spreadsheet. */
import type { Language } from './words.ts'

export interface ReportWords {
  readonly title: string
  readonly summary: string
  readonly date: string
  readonly until: string
  readonly printed: string
  readonly day: string
  readonly hour: string
  readonly category: string
  readonly noCategory: string
  readonly good: string
  readonly unit: string
  readonly quantity: string
  readonly cashier: string
  readonly name: string
  readonly tender: string
  readonly sales: string
  readonly returns: string
  readonly count: string
  readonly gross: string
  readonly discount: string
  readonly back: string
  readonly net: string
  /** What a sale comes to on the average. */
  readonly average: string
  readonly before: string
  readonly change: string
  readonly cost: string
  readonly margin: string
  readonly rate: string
  /** Sales of goods whose cost nobody knows: in no margin. */
  readonly unknown: string
  readonly shop: string
  readonly till: string
  /** `{n}` goods that are not listed. */
  readonly more: string
  /** What another till sold, from its file; and whoever it was there. */
  readonly imported: string
  readonly before_till: string
  readonly channels: Readonly<Record<string, string>>
}

const zh: ReportWords = {
  title: '营业报表', summary: '汇总', date: '日期', until: '至', printed: '打印', day: '日期', hour: '时段', category: '分类', noCategory: '未分类', good: '商品', unit: '单位', quantity: '数量',
  cashier: '收银员', name: '姓名', tender: '收款方式', sales: '销售笔数', returns: '退货笔数', count: '笔数', gross: '原价', discount: '优惠', back: '其中退货', net: '实收', average: '客单价',
  before: '上周同期', change: '比上周', cost: '成本', margin: '毛利', rate: '毛利率', unknown: '没有进价的销售', shop: '店铺', till: '机号', more: '另有 {n} 种', channels: { cash: '现金', stored_value: '储值', points: '积分抵扣', unsaid: '没写', static_code: '收款码' }, imported: '其中导入的历史', before_till: '以前的收银机',
}
const en: ReportWords = {
  title: 'SALES REPORT', summary: 'Summary', date: 'Date', until: 'to', printed: 'Printed', day: 'Date', hour: 'Hour', category: 'Category', noCategory: 'No category', good: 'Item', unit: 'Unit', quantity: 'Qty',
  cashier: 'Cashier', name: 'Name', tender: 'Tender', sales: 'Sales', returns: 'Returns', count: 'Count', gross: 'Before discount', discount: 'Discount', back: 'Of it returned', net: 'Net', average: 'Average sale',
  before: 'A week before', change: 'Change', cost: 'Cost', margin: 'Margin', rate: 'Margin %', unknown: 'Sold at unknown cost', shop: 'Shop', till: 'Till', more: '{n} more', channels: { cash: 'Cash', stored_value: 'Stored value', points: 'Points', unsaid: 'Not said', static_code: 'Shop\'s code' }, imported: 'Of it imported history', before_till: 'The till before',
}
export const REPORT_WORDS: Readonly<Record<Language, ReportWords>> = { zh, en }
