/** The words of the workbook that holds everything: names of sheets and columns. The goods' columns are those that our own import knows. */
import type { Language } from './words.ts'

const zh = {
  file: '全部数据', yes: '是', no: '否', piece: '计件', weight: '计重', in: '存入', out: '取出', back: '回货架', wasted: '报废', open: '未交班',
  sheets: { goods: '商品', lots: '批次', members: '会员', sales: '销售', refunds: '退货', history: '导入的历史', shifts: '班次', cash: '现金进出', promotions: '促销' },
  goods: ['条码', '名称', '售价', '进价', '分类', '单位', '计价方式', '规格', '产地', '库存', '其他条码', '最低库存', '在售', '快捷位置'],
  lots: ['条码', '名称', '批号', '有效期', '数量'],
  members: ['姓名', '电话', '生日', '备注', '入会时间'],
  sales: ['单号', '时间', '营业日', '收银员', '行', '条码', '名称', '单位', '数量', '单价', '原价', '优惠', '实收', '进价', '整单合计', '收款方式'],
  refunds: ['退货单号', '时间', '营业日', '收银员', '原单号', '行', '条码', '名称', '单位', '数量', '退款', '去向', '原因', '退款方式'],
  history: ['单号', '时间', '日期', '收银员', '行', '条码', '名称', '分类', '单位', '数量', '原价', '实收', '成本', '收款方式'],
  shifts: ['营业日', '开班时间', '交班时间', '员工', '备用金', '应有现金', '实点现金', '差额', '单数'],
  cash: ['时间', '员工', '进出', '金额', '原因', '备注'],
  promotions: ['名称', '开启', '内容', '商品数', '分类', '仅会员', '从', '到'],
  channels: { cash: '现金', unsaid: '没写', stored_value: '储值', points: '积分抵扣', static_code: '收款码' } as Readonly<Record<string, string>>,
  reasons: { no_reason: '无理由', quality: '质量问题', wrong: '卖错了', other: '其他', change: '换零', deposit: '存银行', supplier: '付货款', expense: '日常开支' } as Readonly<Record<string, string>>,
  rules: { percent: '打折，减 {percent}%', amount: '每件减 {fen}', price: '特价 {price}', n_for_m: '买 {n} 付 {m}', nth: '第 {n} 件付 {percent}%', spend: '满 {over} 减 {off}' } as Readonly<Record<string, string>>,
}
export type ExportWords = typeof zh
const en: ExportWords = {
  file: 'everything', yes: 'yes', no: 'no', piece: 'piece', weight: 'weight', in: 'in', out: 'out', back: 'to the shelf', wasted: 'written off', open: 'open',
  sheets: { goods: 'Goods', lots: 'Lots', members: 'Members', sales: 'Sales', refunds: 'Refunds', history: 'Imported history', shifts: 'Shifts', cash: 'Cash', promotions: 'Promotions' },
  goods: ['barcode', 'name', 'price', 'cost', 'category', 'unit', 'pricing', 'spec', 'origin', 'stock', 'other codes', 'least', 'on sale', 'quick key'],
  lots: ['barcode', 'name', 'lot', 'expiry', 'quantity'],
  members: ['name', 'phone', 'birthday', 'note', 'joined'],
  sales: ['number', 'time', 'business day', 'cashier', 'line', 'barcode', 'name', 'unit', 'quantity', 'price', 'gross', 'discount', 'net', 'cost', 'ticket total', 'tender'],
  refunds: ['number', 'time', 'business day', 'cashier', 'sale', 'line', 'barcode', 'name', 'unit', 'quantity', 'paid back', 'goods', 'reason', 'tender'],
  history: ['number', 'time', 'day', 'cashier', 'line', 'barcode', 'name', 'category', 'unit', 'quantity', 'gross', 'net', 'cost', 'tender'],
  shifts: ['business day', 'opened', 'closed', 'staff', 'float', 'expected', 'counted', 'difference', 'sales'],
  cash: ['time', 'staff', 'way', 'amount', 'reason', 'note'],
  promotions: ['name', 'on', 'what', 'goods', 'categories', 'members only', 'from', 'to'],
  channels: { cash: 'cash', unsaid: 'not said', stored_value: 'stored value', points: 'points', static_code: 'shop\'s code' },
  reasons: { no_reason: 'no reason', quality: 'faulty', wrong: 'wrong goods', other: 'other', change: 'change', deposit: 'bank deposit', supplier: 'supplier', expense: 'expense' },
  rules: { percent: '{percent}% off', amount: '{fen} off each', price: 'at {price}', n_for_m: '{n} for {m}', nth: 'number {n} at {percent}%', spend: '{off} off {over}' },
}
export const EXPORT_WORDS: Readonly<Record<Language, ExportWords>> = { zh, en }
