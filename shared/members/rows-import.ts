/** What a row of somebody's list of members or of counted stock means. Pure; whether a good or a number is known is the host's to say. */
import { type Cells, guessColumns, type ImportCode, type RefusedCell } from '../catalog/goods-import.ts'
import { normalPhone, PersonFields, type PersonSet, readBirthday } from '../identity/person.ts'
import { type Milli, parseQuantity } from '../quantity/quantity.ts'

export const STOCK_COLUMNS = ['code', 'name', 'quantity'] as const
export const MEMBER_COLUMNS = ['phone', 'name', 'birthday'] as const
export type RowColumn = (typeof STOCK_COLUMNS)[number] | (typeof MEMBER_COLUMNS)[number]
export type RowMapping = Readonly<Record<string, string>>

const STOCK_NAMES = {
  code: ['商品条码', '条形码', '条码', '国际条码', '69码', 'barcode', 'ean', 'gtin', '商品编码', '货号', '编码', 'sku', 'code'],
  name: ['商品名称', '商品名', '品名', '名称', 'productname', 'name', '商品'],
  quantity: ['实盘数量', '实盘', '实点', '盘点数量', '盘点数', '实际库存', '库存数量', '当前库存', '库存', '数量', 'counted', 'stock', 'quantity', 'qty', 'onhand'],
}
const MEMBER_NAMES = {
  phone: ['手机号', '手机号码', '手机', '电话', '电话号码', '联系电话', '会员电话', '会员手机', 'phone', 'mobile', 'phonenumber', 'tel'],
  name: ['会员姓名', '姓名', '会员名称', '会员名', '客户姓名', '名称', '昵称', 'name', 'membername', 'fullname'],
  birthday: ['生日', '出生日期', '会员生日', 'birthday', 'dateofbirth', 'birthdate'],
}
export const guessStock = (columns: readonly string[]): RowMapping => guessColumns(columns, STOCK_COLUMNS, STOCK_NAMES, { quantity: ['库存'] })
export const guessMembers = (columns: readonly string[]): RowMapping => guessColumns(columns, MEMBER_COLUMNS, MEMBER_NAMES, { phone: ['手机', '电话'], name: ['姓名'], birthday: ['生日'] })

const cellOf = (cells: Cells, mapping: RowMapping, field: RowColumn): string => {
  const column = mapping[field]
  return column !== undefined && Object.hasOwn(cells, column) ? cells[column]!.trim() : ''
}
const refusal = (row: number, cells: Cells, mapping: RowMapping) => (field: RowColumn, code: ImportCode): RefusedCell => ({ row, column: mapping[field] ?? '', value: cellOf(cells, mapping, field), code })

export interface StockRow { readonly code: string; readonly name: string; /** thousandths that are there */ readonly quantity: Milli }
export function readStockRow(row: number, cells: Cells, mapping: RowMapping): { stock: StockRow } | { bad: RefusedCell[] } {
  const refuse = refusal(row, cells, mapping)
  const [code, name, text] = [cellOf(cells, mapping, 'code'), cellOf(cells, mapping, 'name'), cellOf(cells, mapping, 'quantity')]
  if (code === '' && name === '') return { bad: [refuse(mapping['name'] === undefined ? 'code' : 'name', 'import.no_name')] }
  if (text === '') return { bad: [refuse('quantity', 'import.no_quantity')] }
  const quantity = parseQuantity(text.replaceAll(',', ''))
  return quantity === undefined ? { bad: [refuse('quantity', 'import.stock_unreadable')] } : { stock: { code, name, quantity } }
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
