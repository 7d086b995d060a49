/**
 * What a row of another till's sales means: when, which receipt, what, how many, how much. Pure; which good it is, is the
 * host's to say. What was paid stands as the file has it: where quantity times price comes to something else it is noted,
 * not refused. Money in fen, quantities in thousandths.
 */
import { type Cells, guessColumns, type ImportCode, type RefusedCell, totalCell } from '../catalog/goods-import.ts'
import { DATE } from '../ledger/business-date.ts'
import { decimal, type Fen, FEN_MAX, fen, roundHalfUp } from '../money/money.ts'
import { MILLI_MAX, type Milli, milli } from '../quantity/quantity.ts'
import { HISTORY_TEXT_MAX } from './history.ts'

export const HISTORY_COLUMNS = ['time', 'clock', 'receipt', 'code', 'name', 'quantity', 'price', 'amount', 'list', 'discount', 'kind', 'tender', 'cashier', 'cost', 'category', 'unit'] as const
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number]
export type HistoryMapping = Readonly<Record<string, string>>

const NAMES: Record<HistoryColumn, readonly string[]> = {
  time: ['销售时间', '交易时间', '支付时间', '付款时间', '结账时间', '收银时间', '下单时间', '开单时间', '日期时间', '时间日期', '销售日期', '交易日期', '单据日期', '营业日期', '日期', 'paidat', 'soldat', 'paytime', 'saletime', 'saledate', 'orderdate', 'transactiondate', 'createdat', 'timestamp', 'datetime', 'date', '时间', 'time'],
  clock: ['时间', '时刻', '交易时刻', 'time', 'timeofday', 'saletime'],
  receipt: ['小票号', '小票编号', '单号', '销售单号', '流水号', '交易流水号', '交易号', '单据号', '单据编号', '订单号', '订单编号', 'receiptno', 'receiptnumber', 'receipt', 'orderno', 'ordernumber', 'orderid', 'ticketno', 'saleno', 'saleid', 'transactionid', 'transactionno', 'billno', 'invoiceno', 'invoice', 'number'],
  code: ['商品条码', '条形码', '条码', '国际条码', '69码', 'barcode', 'ean', 'gtin', 'upc', '商品编码', '商品编号', '货号', '编码', 'productcode', 'itemcode', 'sku', 'code'],
  name: ['商品名称', '商品名', '品名', '货品名称', '菜品名称', '药品名称', '名称', '商品', '货品', '菜品', 'itemname', 'productname', 'goodsname', 'item', 'product', 'goods', 'name', 'description'],
  quantity: ['数量', '销售数量', '购买数量', '销量', '件数', '重量', 'quantity', 'qty', 'units', 'pieces', 'count'],
  price: ['单价', '销售单价', '成交单价', '售价', '零售价', '价格', 'unitprice', 'saleprice', 'price'],
  amount: ['实收金额', '实付金额', '实收', '实付', '成交金额', '支付金额', '销售金额', '销售额', '小计', '金额', '总价', 'amountpaid', 'paidamount', 'netamount', 'net', 'linetotal', 'subtotal', 'amount', 'total', 'sales'],
  list: ['应收金额', '应付金额', '原价金额', '应收', '应付', '原价小计', '原价', 'amountdue', 'grossamount', 'gross', 'listamount'],
  discount: ['优惠金额', '折扣金额', '优惠', '让利', 'discount', 'discountamount'],
  kind: ['销售类型', '单据类型', '交易类型', '类型', 'type', 'kind'],
  tender: ['支付方式', '付款方式', '收款方式', '结算方式', 'paymentmethod', 'paymentmode', 'paymenttype', 'payment', 'tender', 'channel'],
  cashier: ['收银员', '收银员编号', '收款员', '营业员', '操作员', '员工', 'cashier', 'operator', 'staff', 'clerk'],
  cost: ['进价', '成本价', '进货价', '成本', 'costprice', 'cost'],
  category: ['分类名称', '商品分类', '商品类别', '类别', '分类', '品类', 'categoryname', 'category', 'group'],
  unit: ['单位', '计量单位', '销售单位', 'unit', 'uom'],
}
const INSIDE: Partial<Record<HistoryColumn, readonly string[]>> = { time: ['时间', '日期'], receipt: ['小票', '单号', '流水'], name: ['品名', '商品名'], code: ['条码'], quantity: ['数量'], amount: ['实收', '实付'] }
export const guessHistory = (columns: readonly string[]): HistoryMapping => guessColumns(columns, HISTORY_COLUMNS, NAMES, INSIDE)

export interface HistoryRow {
  readonly row: number
  readonly receipt: string
  readonly date: string
  /** The shop's own clock, as if it were UTC, in milliseconds; null where the row has a date alone. */
  readonly wall: number | null
  readonly code: string
  readonly name: string
  readonly category: string
  readonly unit: string
  /** thousandths of the file's unit; negative is a return, and so are the amounts */
  readonly quantity: Milli
  readonly gross: Fen
  readonly net: Fen
  /** fen that all of it cost; null is not said */
  readonly cost: Fen | null
  /** As the file calls it, or one of our own channels. */
  readonly channel: string
  /** A number or a name. */
  readonly cashier: string
}
export type HistoryVerdict = { sold: HistoryRow; notes: RefusedCell[] } | { bad: RefusedCell[] }

/** A line of more is a slip of the finger: ten million yuan. */
const LINE_FEN_MAX = FEN_MAX / 1000
/** So much may rounding make of quantity times price. */
const TOLERANCE_FEN = 1
const RETURN = /退|return|refund/i
/** A file that does not say how it was paid. */
export const CHANNEL_UNSAID = 'unsaid'
const CHANNELS: readonly (readonly [string, RegExp])[] = [
  ['cash', /^(现金|人民币|cash)$/i], ['stored_value', /^(储值|储值卡|会员卡|余额|会员储值|stored ?value)$/i], ['points', /^(积分|积分抵扣|points)$/i],
]

/** `today` is the shop's business date: later days have not been. Never throws; `bad` holds every reason. */
export function readHistoryRow(row: number, cells: Cells, mapping: HistoryMapping, today: string): HistoryVerdict {
  const total = totalCell(row, cells, { ...(mapping['code'] && { code: mapping['code'] }), ...(mapping['name'] && { name: mapping['name'] }) })
  if (total) return { bad: [total] }
  const bad: RefusedCell[] = []
  const cell = (field: HistoryColumn): string => {
    const column = mapping[field]
    return column !== undefined && Object.hasOwn(cells, column) ? cells[column]!.trim() : ''
  }
  const about = (field: HistoryColumn, code: ImportCode): RefusedCell => ({ row, column: mapping[field] ?? '', value: cell(field), code })
  const refuse = (field: HistoryColumn, code: ImportCode): undefined => {
    bad.push(about(field, code))
    return undefined
  }
  const text = (field: HistoryColumn, max: number): string => {
    if (cell(field).length > max) refuse(field, 'import.too_long')
    return cell(field)
  }
  const money = (field: HistoryColumn): Fen | undefined => {
    if (cell(field) === '') return undefined
    const value = decimal(cell(field), 2)
    if (value === undefined) return refuse(field, 'import.amount_unreadable')
    return Math.abs(value) > LINE_FEN_MAX ? refuse(field, 'import.amount_too_large') : fen(value)
  }

  const when = cell('time') === '' ? undefined : readTime(cell('time'), mapping['clock'] === mapping['time'] ? '' : cell('clock'))
  if (when === undefined) refuse('time', cell('time') === '' ? 'import.no_date' : 'import.date_unreadable')
  else if (when.date > today) refuse('time', 'import.date_future')
  const receipt = text('receipt', HISTORY_TEXT_MAX.no)
  const [code, name] = [text('code', HISTORY_TEXT_MAX.code), text('name', HISTORY_TEXT_MAX.name)]
  if (code === '' && name === '') refuse(mapping['name'] === undefined ? 'code' : 'name', 'import.no_name')
  const stated = mapping['quantity'] === undefined ? 1000 : decimal(cell('quantity'), 3)
  if (stated === undefined || Math.abs(stated) > MILLI_MAX) refuse('quantity', cell('quantity') === '' ? 'import.no_quantity' : 'import.quantity_unreadable')
  else if (stated === 0) refuse('quantity', 'import.quantity_zero')
  const [price, amount, list, off, each] = [money('price'), money('amount'), money('list'), money('discount'), money('cost')]
  if (each !== undefined && each < 0) refuse('cost', 'import.cost_unreadable')
  const category = text('category', HISTORY_TEXT_MAX.category)
  const unit = text('unit', HISTORY_TEXT_MAX.unit)
  const tender = text('tender', HISTORY_TEXT_MAX.channel)
  if (bad.length > 0 || when === undefined || stated === undefined) return { bad }
  if (price !== undefined && Math.abs(price * stated) / 1000 > LINE_FEN_MAX) return { bad: [about('price', 'import.amount_too_large')] }
  if (each !== undefined && Math.abs(each * stated) / 1000 > LINE_FEN_MAX) return { bad: [about('cost', 'import.amount_too_large')] }

  const product = price === undefined ? undefined : roundHalfUp(price, stated, 1000)
  const said = amount ?? (product !== undefined && off !== undefined ? fen(product - Math.sign(product) * Math.abs(off)) : product) ?? list
  if (said === undefined) return { bad: [about(mapping['amount'] === undefined ? 'price' : 'amount', 'import.no_amount')] }
  // A file that says in words what came back may have it all without signs.
  const isBack = RETURN.test(cell('kind')) && stated > 0 && said >= 0
  if (!isBack && said !== 0 && Math.sign(said) !== Math.sign(stated)) return { bad: [about(amount === undefined ? 'price' : 'amount', 'import.signs_differ')] }
  const sign = isBack ? -1 : 1
  const [quantity, net] = [milli(sign * stated), fen(sign * said)]
  const direction = Math.sign(quantity)
  // What it came to before anything was taken off: the most that the row says of it, and never less than what was paid.
  const before = Math.max(...[list, product, off === undefined ? undefined : Math.abs(said) + Math.abs(off)].map((value) => Math.abs(value ?? 0)), Math.abs(said))
  const notes: RefusedCell[] = []
  if (amount !== undefined && product !== undefined && list === undefined && Math.abs(Math.abs(product) - Math.abs(off ?? 0) - Math.abs(amount)) > TOLERANCE_FEN) notes.push(about('amount', 'import.amount_differs'))
  const cost = each === undefined ? null : roundHalfUp(each, quantity, 1000)
  const channel = tender === '' ? CHANNEL_UNSAID : CHANNELS.find(([, words]) => words.test(tender))?.[0] ?? tender
  return { sold: { row, receipt, ...when, code, name, category, unit, quantity, gross: fen(direction * before), net, cost, channel, cashier: cell('cashier') }, notes }
}

const DAY_MS = 86_400_000
/** Where spreadsheets count their days from. */
const SHEET_EPOCH = Date.UTC(1899, 11, 30)
const YEAR_MIN = 2000
const DAY = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(.*))?$/
const PACKED = /^(\d{4})(\d{2})(\d{2})(?:[T\s]*(\d{2}):?(\d{2})(?::?(\d{2}))?)?$/
const CLOCK = /^(\d{1,2})[:时点](\d{1,2})分?(?:[:]?(\d{1,2})(?:\.\d+)?秒?)?$/

/**
 * `2024-05-01 13:45:10`, `2024/5/1 13:45`, `20240501134510`, `2024年5月1日13时45分`, a spreadsheet's number of days; a time
 * of its own column goes behind. Undefined for what is no day: dates whose month and day could be either way, too.
 */
export function readTime(text: string, clock: string): { date: string; wall: number | null } | undefined {
  const plain = text.normalize('NFKC').trim()
  const serial = /^\d{5}(\.\d+)?$/.exec(plain)
  if (serial) {
    const at = SHEET_EPOCH + Math.round(Number(plain) * 86_400) * 1000
    return timeOf(new Date(at).toISOString().slice(0, 10), serial[1] === undefined ? clock : '', serial[1] === undefined ? null : at % DAY_MS)
  }
  const packed = PACKED.exec(plain)
  if (packed) return timeOf(`${packed[1]}-${packed[2]}-${packed[3]}`, packed[4] === undefined ? clock : `${packed[4]}:${packed[5]}:${packed[6] ?? '00'}`, null)
  const match = DAY.exec(plain)
  if (!match) return undefined
  const rest = (match[4] ?? '').replace(/(?:Z|[+-]\d{2}:?\d{2})$/, '').trim()
  const date = `${match[1]}-${match[2]!.padStart(2, '0')}-${match[3]!.padStart(2, '0')}`
  // A day beside a time of its own is written as midnight by spreadsheets.
  const isMidnight = /^0?0:00(:00)?$/.test(rest) && clock !== ''
  return timeOf(date, rest === '' || isMidnight ? clock : rest, null)
}

function timeOf(date: string, clock: string, within: number | null): { date: string; wall: number | null } | undefined {
  const midnight = DATE.test(date) ? Date.parse(date) : Number.NaN
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date) || Number(date.slice(0, 4)) < YEAR_MIN) return undefined
  if (within !== null) return { date, wall: midnight + within }
  if (clock === '') return { date, wall: null }
  const found = CLOCK.exec(clock.normalize('NFKC').replace(/^\d{4}-\d{2}-\d{2}[T\s]/, '').trim())
  if (!found) return undefined
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return { date, wall: midnight + ((hour * 60 + minute) * 60 + second) * 1000 }
}

/** Tells UTC milliseconds of a zone's own clock; of an hour that a zone has twice the earlier, of one that it leaves out a time beside it. */
export function wallClock(zone: string): (wall: number) => number {
  const format = formatIn(zone)
  const HOUR_MS = 3_600_000
  const offsets = new Map<number, number>()
  const offsetAt = (at: number): number => {
    const hour = Math.floor(at / HOUR_MS)
    const known = offsets.get(hour)
    if (known !== undefined) return known
    const parts = Object.fromEntries(format.formatToParts(hour * HOUR_MS).map(({ type, value }) => [type, Number(value)]))
    const offset = Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute']) - hour * HOUR_MS
    offsets.set(hour, offset)
    return offset
  }
  return (wall) => {
    const first = wall - offsetAt(wall)
    const second = wall - offsetAt(first)
    return second + offsetAt(second) === wall ? second : first
  }
}
function formatIn(zone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  try {
    return new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'Asia/Shanghai' })
  }
}
