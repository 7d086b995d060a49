/**
 * What one row of a sales history means: which order, which item, how many, what was paid. Pure; a row is refused with
 * every reason at once. Nothing here rounds what a customer paid.
 */
import { type Cells, guessColumns } from '#shared/catalog/goods-import.ts'
import { type Fen, FEN_MAX, fen, parseYuan, roundHalfUp } from '#shared/money/money.ts'
import { type Milli, milli, parseQuantity } from '#shared/quantity/quantity.ts'
import { plainNumber } from '#desktop/host/import/table-file.ts'

export const SALES_COLUMNS = ['order', 'item', 'quantity', 'paid', 'amount', 'price', 'time'] as const
export type SalesColumn = (typeof SALES_COLUMNS)[number]
export type SalesMapping = Partial<Record<SalesColumn, string>>

const SYNONYMS: Record<SalesColumn, readonly string[]> = {
  order: ['订单号', '订单编号', '单号', '小票号', '小票编号', '流水号', '交易号', '交易流水号', '销售单号', '订单', 'orderno', 'orderid', 'ordernumber', 'order', 'ticketno', 'receiptno', 'saleno', 'saleid', 'transactionid', 'transactionno', 'billno', 'invoiceno', 'invoice'],
  item: ['商品名称', '商品名', '品名', '货品名称', '菜品名称', '药品名称', '名称', '商品', '货品', '菜品', 'itemname', 'productname', 'goodsname', 'item', 'product', 'goods', 'name', 'description', 'title'],
  quantity: ['数量', '销售数量', '购买数量', '件数', '销量', 'quantity', 'qty', 'count', 'pieces', 'units'],
  paid: ['实付金额', '实付', '实收金额', '实收', '支付金额', '付款金额', '成交金额', '销售金额', '销售额', '金额', '小计', '总价', 'amountpaid', 'paidamount', 'paid', 'payment', 'netamount', 'net', 'linetotal', 'totalamount', 'total', 'subtotal', 'amount', 'sales'],
  amount: ['应付金额', '应付', '应收金额', '应收', '原价金额', '订单金额', 'amountdue', 'dueamount', 'due', 'grossamount', 'gross', '金额', 'amount'],
  price: ['单价', '销售单价', '售价', '零售价', '价格', 'unitprice', 'price', 'saleprice', 'retailprice'],
  time: ['支付时间', '付款时间', '销售时间', '交易时间', '下单时间', '结账时间', '时间', '销售日期', '日期', 'paidat', 'soldat', 'paytime', 'saletime', 'orderdate', 'createdat', 'timestamp', 'datetime', 'time', 'date'],
}

/** Finds the mapping from the names of the columns; what the caller gave comes first. */
export function guessSalesMapping(columns: readonly string[], given: SalesMapping = {}): SalesMapping {
  const taken = Object.values(given)
  const guess = guessColumns(columns.filter((column) => !taken.includes(column)), SALES_COLUMNS.filter((field) => given[field] === undefined), SYNONYMS, {})
  return { ...guess, ...given }
}

export const ROW_CODES = [
  'replay.no_item', 'replay.item_too_long', 'replay.quantity_unreadable', 'replay.quantity_zero', 'replay.no_amount', 'replay.amount_unreadable',
  'replay.amount_too_large', 'replay.signs_differ', 'replay.too_many_cells',
] as const
export type RowCode = (typeof ROW_CODES)[number]
export interface RefusedRow {
  readonly row: number
  /** The file's name of the column; empty where the whole row is meant. */
  readonly column: string
  readonly value: string
  /** One of ROW_CODES, or the code the till refused the order with. */
  readonly code: string
}

export interface SaleRow {
  /** Empty where the file has no orders or this row names none: the row is then an order of its own. */
  readonly order: string
  readonly item: string
  /** thousandths of the unit the item is sold in; negative is a return */
  readonly quantity: Milli
  /** fen paid for the row; has the quantity's sign, or is zero */
  readonly paid: Fen
  /** fen for one unit before any discount, where the file says or implies it */
  readonly unit: Fen
  /** As it is written; only its order as text is used. */
  readonly time: string
}

/** A line of a sale beyond this is refused by the till as a slip of the finger. */
const LINE_FEN_MAX = FEN_MAX / 1000

export function readSaleRow(row: number, cells: Cells, mapping: SalesMapping): { sale: SaleRow } | { bad: RefusedRow[] } {
  const bad: RefusedRow[] = []
  const cell = (field: SalesColumn): string => {
    const column = mapping[field]
    return column !== undefined && Object.hasOwn(cells, column) ? cells[column]!.trim() : ''
  }
  const refuse = (field: SalesColumn, code: RowCode): undefined => {
    bad.push({ row, column: mapping[field] ?? '', value: cell(field), code })
    return undefined
  }
  const money = (field: SalesColumn): Fen | undefined => {
    if (cell(field) === '') return undefined
    const value = parseYuan(withoutNoise(cell(field)))
    if (value === undefined) return refuse(field, 'replay.amount_unreadable')
    return Math.abs(value) > LINE_FEN_MAX ? refuse(field, 'replay.amount_too_large') : value
  }

  const item = cell('item')
  if (item === '') refuse('item', 'replay.no_item')
  if (item.length > 120) refuse('item', 'replay.item_too_long')
  const stated = mapping.quantity === undefined ? undefined : parseQuantity(withoutNoise(cell('quantity').replaceAll(',', '')))
  if (mapping.quantity !== undefined && stated === undefined) refuse('quantity', 'replay.quantity_unreadable')
  if (stated === 0) refuse('quantity', 'replay.quantity_zero')
  const price = money('price')
  const due = money('amount')
  const paidField = mapping.paid !== undefined ? 'paid' : mapping.amount !== undefined ? 'amount' : 'price'
  const stand = paidField === 'paid' ? money('paid') : paidField === 'amount' ? due : undefined
  const times = stated ?? (mapping.quantity === undefined ? 1000 : undefined)
  if (price !== undefined && times !== undefined && Math.abs(price * times) / 1000 > LINE_FEN_MAX) refuse('price', 'replay.amount_too_large')
  if (cell(paidField) === '') refuse(paidField, 'replay.no_amount')
  const paid = bad.length > 0 ? undefined : paidField === 'price' && price !== undefined && times !== undefined ? roundHalfUp(price, times, 1000) : stand
  if (paid === undefined) return { bad }

  const quantity = stated ?? milli(paid < 0 ? -1000 : 1000)
  if (paid !== 0 && Math.sign(paid) !== Math.sign(quantity)) refuse(paidField, 'replay.signs_differ')
  if (bad.length > 0) return { bad }
  const whole = Math.max(Math.abs(due ?? 0), Math.abs(paid))
  const unit = price !== undefined && price >= 0 ? price : roundHalfUp(whole, 1000, Math.abs(quantity))
  return { sale: { order: cell('order'), item, quantity, paid, unit, time: cell('time') } }
}

/** Files written by programs have 3.3000000000000003 where 3.30 was meant: more than nine decimals are a double's, not a person's. */
function withoutNoise(text: string): string {
  return /^[+-]?[0-9]+\.[0-9]{10,}$/.test(text) ? plainNumber(text) : text
}

/**
 * Price and hand discount, in fen, for a line of `quantity` thousandths (`per` of them to a unit) that must come to exactly
 * `paid`: the unit price where that gives enough, else the smallest price that does; the discount is what is over.
 */
export function lineFor(paid: Fen, quantity: Milli, per: number, unit: Fen): { price: Fen; discount: Fen } {
  const size = Math.abs(quantity)
  const target = Math.abs(paid)
  const least = target === 0 ? 0 : Number((BigInt(target) * BigInt(per) + BigInt(size) - 1n) / BigInt(size))
  const isEnough = unit / per * size <= LINE_FEN_MAX && roundHalfUp(unit, size, per) >= target
  const price = fen(isEnough ? unit : least)
  const over = roundHalfUp(price, size, per) - target
  return { price, discount: fen(quantity < 0 ? -over : over) }
}
