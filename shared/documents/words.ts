/**
 * The words on paper, by language. They live here and not with the screens' messages because a receipt is printed by
 * the host, which has no screen. Nothing else in the house spells a word that is printed.
 */
import type { OffWhy } from '../pricing/offs.ts'

export type Language = 'zh' | 'en'

export interface Words {
  /** Titles, by what the paper is. */
  readonly sale: string
  readonly returned: string
  readonly exchanged: string
  /** On the paper of a refund: the share of a discount that goes back with its goods, the sale it is of, and how it came about. */
  readonly discountBack: string
  readonly originalSale: string
  readonly noReceipt: string
  readonly otherTill: string
  readonly byReceipt: string
  readonly allowedBy: string
  readonly refundReasons: Readonly<Record<string, string>>
  /** `{channel}` will pay it. */
  readonly dueBack: string
  readonly exchangeFor: string
  readonly couponBack: string
  readonly paidMore: string
  readonly paidBack: string
  readonly customerSigns: string
  /** The shift's report while it is open, and once it is closed: `{n}` is its number. */
  readonly shiftX: string
  readonly shiftZ: string
  readonly cashIn: string
  readonly cashOut: string
  readonly test: string
  /** Paper that repeats an earlier one. */
  readonly copy: string
  readonly copyNote: string
  readonly phone: string
  readonly number: string
  readonly time: string
  readonly till: string
  readonly staff: string
  readonly goods: string
  readonly quantity: string
  readonly price: string
  readonly amount: string
  /** Before the name of a line that came back. */
  readonly returnMark: string
  readonly pieces: string
  /** `{n}` is the count. */
  readonly piecesOf: string
  readonly piecesBack: string
  readonly gross: string
  readonly discount: string
  /** The sum of what stands above it. */
  readonly saved: string
  /** What was done by hand; a promotion has a name of its own. */
  readonly offs: Readonly<Record<OffWhy, string>>
  readonly total: string
  readonly payOut: string
  readonly change: string
  readonly channels: Readonly<Record<string, string>>
  readonly channelsBack: Readonly<Record<string, string>>
  readonly receiptCode: string
  readonly creditCode: string
  /** `{until}` is a date and time. */
  readonly validUntil: string
  readonly opened: string
  readonly closed: string
  readonly stillOpen: string
  readonly sales: string
  readonly returns: string
  readonly refunded: string
  readonly net: string
  readonly float: string
  readonly openings: string
  /** Members: the slip of a top-up, what came in, what was given on top, what was paid back; points and what is left. */
  readonly topUp: string
  readonly toppedUp: string
  readonly bonus: string
  readonly valueRefunded: string
  readonly valueLeft: string
  readonly pointsEarned: string
  readonly pointsSpent: string
  readonly pointsRefunded: string
  readonly pointsLeft: string
  /** Why cash moved, by way and reason. */
  readonly cashReasons: Readonly<Record<string, string>>
  readonly reason: string
  readonly note: string
  /** Cash that sales brought, less what was paid back in cash; what the net was paid by; coupons used twice. */
  readonly takings: string
  readonly tenders: string
  readonly couponLoss: string
  readonly expected: string
  readonly counted: string
  readonly difference: string
  readonly signature: string
  /** The kitchen's or stock room's slip, and what a second one of the same is. */
  readonly pick: string
  readonly pickCopy: string
  readonly printer: string
  readonly columns: string
  readonly profile: string
  readonly testFooter: string
  /** A line that shows whether the printer knows Chinese and keeps columns. */
  readonly testSample: string
}

const zh: Words = {
  sale: '销售小票', returned: '退货小票', exchanged: '换货小票', shiftX: '当班报表（X）', shiftZ: '交班报表（Z）第 {n} 号', cashIn: '现金存入', cashOut: '现金取出', test: '打印测试',
  copy: '【补打】', copyNote: '重复打印，与原小票为同一笔',
  phone: '电话', number: '单号', time: '时间', till: '机号', staff: '收银员',
  goods: '商品', quantity: '数量', price: '单价', amount: '金额',
  returnMark: '[退]', pieces: '件数', piecesOf: '{n} 件', piecesBack: '退 {n} 件', gross: '原价', discount: '优惠', saved: '共优惠',
  offs: { promotion: '促销', spend: '促销', price: '改价', discount: '优惠', ticket: '整单优惠', birthday: '生日优惠', coupon: '优惠券', rounding: '抹零' }, total: '合计', payOut: '应退', change: '找零',
  channels: { cash: '现金', stored_value: '储值', points: '积分抵扣', static_code: '收款码' }, channelsBack: { cash: '退现金', stored_value: '退回储值', points: '退回积分', static_code: '退到付款方' },
  topUp: '储值充值', toppedUp: '充值现金', bonus: '充值赠送', valueRefunded: '退储值', valueLeft: '储值余额', pointsEarned: '本次积分', pointsSpent: '使用积分', pointsRefunded: '退回积分', pointsLeft: '积分余额',
  discountBack: '扣除优惠', originalSale: '原单号', noReceipt: '无小票', otherTill: '其他收银机', byReceipt: '按小票退货，原单待核对', allowedBy: '批准人',
  refundReasons: { no_reason: '七天无理由', quality: '质量问题', wrong: '错收错发', other: '其他' }, dueBack: '待退（{channel}）',
  exchangeFor: '换购单号', couponBack: '优惠券可再用', paidMore: '补差价', paidBack: '退差价', customerSigns: '顾客签字',
  receiptCode: '扫码看电子小票', creditCode: '商家信用码 扫码看证照和承诺', validUntil: '有效期至 {until}',
  opened: '开班', closed: '交班', stillOpen: '未交班', sales: '销售笔数', returns: '退货笔数', refunded: '退货款', net: '实收',
  openings: '开钱箱次数', reason: '原因', note: '备注',
  cashReasons: { 'in:change': '补零钱', 'in:other': '其他存入', 'out:deposit': '交款', 'out:supplier': '付货款', 'out:expense': '付费用', 'out:other': '其他取出' },
  takings: '现金收款', tenders: '收款方式', couponLoss: '券重复使用损失', float: '备用金', expected: '应有现金', counted: '实点现金', difference: '差额',
  pick: '配货单', pickCopy: '重复打印，勿重复制作',
  signature: '签字', printer: '打印机', columns: '列数', profile: '型号', testFooter: '边线和二维码完整即可使用',
  testSample: '中文汉字 ABC 0123',
}

const en: Words = {
  sale: 'RECEIPT', returned: 'RETURN', exchanged: 'EXCHANGE', shiftX: 'X REPORT', shiftZ: 'Z REPORT No. {n}', cashIn: 'CASH IN', cashOut: 'CASH OUT', test: 'TEST PAGE',
  copy: '* COPY *', copyNote: 'Printed again, same sale as the original',
  phone: 'Tel', number: 'No.', time: 'Time', till: 'Till', staff: 'Cashier',
  goods: 'Item', quantity: 'Qty', price: 'Price', amount: 'Amount',
  returnMark: '[RET]', pieces: 'Items', piecesOf: '{n}', piecesBack: '{n} back', gross: 'Before discount', discount: 'Discount', saved: 'You saved',
  offs: { promotion: 'Promotion', spend: 'Promotion', price: 'Price', discount: 'Discount', ticket: 'Off the ticket', birthday: 'Birthday', coupon: 'Coupon', rounding: 'Rounding' }, total: 'Total', payOut: 'To refund', change: 'Change',
  channels: { cash: 'Cash', stored_value: 'Stored value', points: 'Points', static_code: 'Shop\'s code' }, channelsBack: { cash: 'Cash back', stored_value: 'To stored value', points: 'To points', static_code: 'To the payer' },
  topUp: 'TOP-UP', toppedUp: 'Topped up, cash', bonus: 'Bonus', valueRefunded: 'Value paid out', valueLeft: 'Stored value left', pointsEarned: 'Points earned', pointsSpent: 'Points used', pointsRefunded: 'Points given back', pointsLeft: 'Points left',
  discountBack: 'Less discount', originalSale: 'Sale', noReceipt: 'No receipt', otherTill: 'Another till', byReceipt: 'By its receipt, to be checked', allowedBy: 'Allowed by',
  refundReasons: { no_reason: 'Seven days', quality: 'Faulty', wrong: 'Sold by mistake', other: 'Other' }, dueBack: 'Due ({channel})',
  exchangeFor: 'Exchanged for', couponBack: 'Coupon good again', paidMore: 'Paid', paidBack: 'Paid back', customerSigns: 'Customer',
  receiptCode: 'Scan for your receipt', creditCode: 'Scan for licences and promises', validUntil: 'Valid until {until}',
  opened: 'Opened', closed: 'Closed', stillOpen: 'still open', sales: 'Sales', returns: 'Returns', refunded: 'Paid back', net: 'Net',
  openings: 'Drawer opened', reason: 'Reason', note: 'Note',
  cashReasons: { 'in:change': 'Change', 'in:other': 'Other in', 'out:deposit': 'Deposit', 'out:supplier': 'Paid supplier', 'out:expense': 'Expense', 'out:other': 'Other out' },
  takings: 'Cash taken', tenders: 'Tender', couponLoss: 'Coupons used twice', float: 'Float', expected: 'Cash expected', counted: 'Cash counted', difference: 'Difference',
  pick: 'TO PREPARE', pickCopy: 'Printed again, do not make it twice',
  signature: 'Signature', printer: 'Printer', columns: 'Columns', profile: 'Profile', testFooter: 'Ready when every edge and the code are whole',
  testSample: '中文汉字 ABC 0123',
}

export const WORDS: Readonly<Record<Language, Words>> = { zh, en }

/** A channel's name; of the shop's own codes with the code's. */
export function channelText(channels: Readonly<Record<string, string>>, channel: string): string {
  const [kind, via] = [channel.split(':', 1)[0]!, channel.slice(channel.indexOf(':') + 1)]
  return kind === channel ? channels[kind] ?? kind : `${channels[kind] ?? kind} ${via}`
}

/** Puts values into a message: `fill('{n} items', {n: '3'})`. */
export function fill(message: string, values: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
