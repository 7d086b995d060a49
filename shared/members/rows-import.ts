/** What a row of somebody's list of members or of counted stock means. Pure; whether a good or a number is known is the host's to say. */
import { type Cells, guessColumns, type ImportCode, type RefusedCell } from '../catalog/goods-import.ts'
import { normalPhone, PersonFields, type PersonSet, readBirthday } from '../identity/person.ts'
import { type Fen, roundedYuan } from '../money/money.ts'
import { type Milli, parseQuantity } from '../quantity/quantity.ts'
import { addDays } from '../sales/report.ts'
import { readTime } from '../sales/history-import.ts'
import { type Lot, LotSchema } from '../stock/lot.ts'

export const STOCK_COLUMNS = ['code', 'name', 'quantity', 'lot', 'expiry', 'made', 'shelf', 'cost'] as const
export const MEMBER_COLUMNS = ['phone', 'name', 'birthday'] as const
export type RowColumn = (typeof STOCK_COLUMNS)[number] | (typeof MEMBER_COLUMNS)[number]
export type RowMapping = Readonly<Record<string, string>>

const STOCK_NAMES = {
  code: ['商品条码', '条形码', '条码', '国际条码', '69码', 'barcode', 'ean', 'gtin', '商品编码', '货号', '编码', 'sku', 'code'],
  name: ['商品名称', '商品名', '品名', '名称', 'productname', 'name', '商品'],
  quantity: ['实盘数量', '实盘', '实点', '盘点数量', '盘点数', '实际库存', '库存数量', '当前库存', '库存', '数量', 'counted', 'stock', 'quantity', 'qty', 'onhand'],
  lot: ['批号', '批次', '批次号', '生产批号', '批号批次', 'lot', 'lotno', 'lotnumber', 'batch', 'batchno', 'batchnumber'],
  expiry: ['有效期', '有效期至', '到期日期', '到期日', '失效日期', '过期日期', '截止日期', 'expiry', 'expirydate', 'expirationdate', 'expires', 'bestbefore'],
  made: ['生产日期', '生产时间', 'productiondate', 'manufactured', 'manufacturedate', 'manufacturingdate', 'made', 'mfgdate'],
  shelf: ['保质期', '保质期天', '保质期天数', '保质天数', 'shelflife', 'shelflifedays'],
  cost: ['进价', '进货价', '成本价', '成本', '采购价', 'cost', 'costprice', 'purchaseprice'],
}
const MEMBER_NAMES = {
  phone: ['手机号', '手机号码', '手机', '电话', '电话号码', '联系电话', '会员电话', '会员手机', 'phone', 'mobile', 'phonenumber', 'tel'],
  name: ['会员姓名', '姓名', '会员名称', '会员名', '客户姓名', '名称', '昵称', 'name', 'membername', 'fullname'],
  birthday: ['生日', '出生日期', '会员生日', 'birthday', 'dateofbirth', 'birthdate'],
}
export const guessStock = (columns: readonly string[]): RowMapping => guessColumns(columns, STOCK_COLUMNS, STOCK_NAMES, { quantity: ['库存'], lot: ['批号'], expiry: ['有效期'], made: ['生产日期'] })
export const guessMembers = (columns: readonly string[]): RowMapping => guessColumns(columns, MEMBER_COLUMNS, MEMBER_NAMES, { phone: ['手机', '电话'], name: ['姓名'], birthday: ['生日'] })

const cellOf = (cells: Cells, mapping: RowMapping, field: RowColumn): string => {
  const column = mapping[field]
  return column !== undefined && Object.hasOwn(cells, column) ? cells[column]!.trim() : ''
}
const refusal = (row: number, cells: Cells, mapping: RowMapping) => (field: RowColumn, code: ImportCode): RefusedCell => ({ row, column: mapping[field] ?? '', value: cellOf(cells, mapping, field), code })

export interface StockRow {
  readonly code: string
  readonly name: string
  /** thousandths that are there */
  readonly quantity: Milli
  /** Null where the row names none. */
  readonly lot: Lot | null
  /** fen per unit; null is not said */
  readonly cost: Fen | null
}
/** Whether a file says which lots there are. */
export const namesLots = (mapping: RowMapping): boolean => (['lot', 'expiry', 'made'] as const).some((field) => mapping[field] !== undefined)
export function readStockRow(row: number, cells: Cells, mapping: RowMapping): { stock: StockRow } | { bad: RefusedCell[] } {
  const refuse = refusal(row, cells, mapping)
  const [code, name, text] = [cellOf(cells, mapping, 'code'), cellOf(cells, mapping, 'name'), cellOf(cells, mapping, 'quantity')]
  if (code === '' && name === '') return { bad: [refuse(mapping['name'] === undefined ? 'code' : 'name', 'import.no_name')] }
  if (text === '') return { bad: [refuse('quantity', 'import.no_quantity')] }
  const quantity = parseQuantity(text.replaceAll(',', ''))
  const bad: RefusedCell[] = []
  const lot = readLot((field) => cellOf(cells, mapping, field), (field, code) => bad.push(refuse(field, code)))
  const cost = cellOf(cells, mapping, 'cost') === '' ? null : roundedYuan(cellOf(cells, mapping, 'cost'))
  if (cost === undefined || (cost !== null && cost < 0)) bad.push(refuse('cost', 'import.cost_unreadable'))
  // What is there of a lot can't be less than nothing.
  if (quantity === undefined || (lot !== null && quantity < 0)) bad.push(refuse('quantity', 'import.stock_unreadable'))
  if (bad.length > 0 || quantity === undefined || cost === undefined) return { bad }
  return { stock: { code, name, quantity, lot, cost } }
}

/** A lot's number and last day. The day of production is the number of a lot that bears no other, and with how long it keeps it gives the last day. */
function readLot(cell: (field: RowColumn) => string, refuse: (field: RowColumn, code: ImportCode) => void): Lot | null {
  const day = (field: RowColumn): string => {
    const found = cell(field) === '' ? '' : readTime(cell(field), '')?.date
    if (found === undefined) refuse(field, 'import.date_unreadable')
    return found ?? ''
  }
  const [made, expiry] = [day('made'), day('expiry')]
  const shelf = cell('shelf') === '' ? undefined : SHELF.exec(cell('shelf').normalize('NFKC').toLowerCase())
  if (shelf === null) refuse('shelf', 'import.date_unreadable')
  const until = expiry || (made === '' || !shelf ? '' : lastDay(made, Number(shelf[1]), shelf[2] ?? ''))
  const lot = { no: cell('lot') || made, expiry: until }
  if (lot.no === '' && lot.expiry === '') return null
  if (LotSchema.safeParse(lot).success) return lot
  refuse('lot', 'import.too_long')
  return null
}
const SHELF = /^(\d{1,4})\s*(天|日|d|days?|个月|月|months?|年|years?)?$/
function lastDay(made: string, length: number, unit: string): string {
  if (unit === '' || /^(天|日|d)/.test(unit)) return addDays(made, length)
  const months = /^(年|y)/.test(unit) ? length * 12 : length
  const [year, month, day] = made.split('-').map(Number) as [number, number, number]
  // Of the 31st, in a month that has none, the last.
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10)
}

export function readMemberRow(row: number, cells: Cells, mapping: RowMapping): { member: PersonSet & { phone: string } } | { bad: RefusedCell[] } {
  const refuse = refusal(row, cells, mapping)
  const bad: RefusedCell[] = []
  const [text, name, day] = [cellOf(cells, mapping, 'phone'), cellOf(cells, mapping, 'name'), cellOf(cells, mapping, 'birthday')]
  const phone = normalPhone(text)
  if (phone === undefined) bad.push(refuse('phone', text === '' ? 'import.no_phone' : 'import.phone_bad'))
  if (!PersonFields.shape.name.safeParse(name).success) bad.push(refuse('name', 'import.too_long'))
  const birthday = readBirthday(day)
  if (birthday === undefined) bad.push(refuse('birthday', 'import.birthday_bad'))
  if (bad.length > 0 || phone === undefined) return { bad }
  return { member: { phone, ...(name !== '' && { name }), ...(birthday && { birthday }) } }
}
