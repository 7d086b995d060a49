/**
 * What a row of somebody else's goods list means: which column is which, and whether a row can come in or why not.
 * Pure and without memory of other goods; finding goods that are already there is the host's work. A row is refused
 * for every reason it has at once, so that it is mended in one go. A missing unit keeps nothing out: it is noted.
 */
import { checkGtin, isInStore } from '../codes/gtin.ts'
import { type Fen, FEN_MAX, parseYuan, roundHalfUp } from '../money/money.ts'
import { type Milli, parseQuantity, type Pricing, WEIGHT_UNITS } from '../quantity/quantity.ts'
import { GOOD_DEFAULTS } from './good.ts'

export const GOOD_COLUMNS = ['code', 'name', 'price', 'cost', 'category', 'unit', 'pricing', 'spec', 'origin', 'stock'] as const
export type GoodColumn = (typeof GOOD_COLUMNS)[number]
/** Which column of the file fills which field. */
export type ColumnMapping = Partial<Record<GoodColumn, string>>
export type Cells = Readonly<Record<string, string>>

/** Every reason a row can be refused or noted for; each has a sentence in the screens' message files. */
export const IMPORT_CODES = [
  'import.no_name', 'import.no_price', 'import.price_unreadable', 'import.price_decimals', 'import.price_negative', 'import.price_zero',
  'import.cost_unreadable', 'import.stock_unreadable', 'import.wrong_check_digit', 'import.duplicate_code', 'import.duplicate_name',
  'import.no_unit', 'import.pricing_unknown', 'import.too_long', 'import.too_many_cells', 'import.total_row',
  'import.no_quantity', 'import.good_unknown', 'import.no_phone', 'import.phone_bad', 'import.phone_taken', 'import.duplicate_phone', 'import.birthday_bad',
  'import.no_date', 'import.date_unreadable', 'import.date_future', 'import.no_amount', 'import.amount_unreadable', 'import.amount_too_large', 'import.amount_differs',
  'import.quantity_unreadable', 'import.quantity_zero', 'import.signs_differ', 'import.receipt_known', 'import.duplicate_lot',
] as const
export type ImportCode = (typeof IMPORT_CODES)[number]

/** One cell that keeps a row out, or is only noted: the row in the file, the file's name of the column, what was there. */
export interface RefusedCell {
  readonly row: number
  readonly column: string
  readonly value: string
  readonly code: ImportCode
}

/** Fields the row sets. A field is absent where the file has no column for it or its cell is empty: that says nothing. */
export interface ImportedFields {
  name: string
  /** fen per unit */
  price: Fen
  unit?: string
  pricing?: Pricing
  code?: string
  /** fen per unit */
  cost?: Fen
  category?: string
  spec?: string
  origin?: string
}
export interface GoodRow {
  readonly fields: ImportedFields
  /** thousandths in stock, or null where the file doesn't say */
  readonly stock: Milli | null
}

/**
 * Names a column may have, likeliest first: the number on the pack before the shop's own number, what the customer pays
 * before any other price, a category's name before its number. Compared without case, spaces, punctuation and brackets.
 */
const SYNONYMS: Record<GoodColumn, readonly string[]> = {
  name: ['商品名称', '商品名', '品名', '货品名称', '产品名称', '药品名称', '通用名称', '菜名', '名称', 'goodsname', 'productname', 'itemname', 'name', '商品', '产品', '货品', 'product', 'goods', 'item', 'title'],
  code: ['商品条码', '商品条形码', '条形码', '条码', '国际条码', '69码', 'barcode', 'ean13', 'ean', 'gtin', 'upc', '商品编码', '商品编号', '货号', '编码', '编号', '商品代码', 'productcode', 'itemcode', 'goodscode', 'sku', 'skucode', 'code'],
  price: ['零售价', '售价', '销售价', '销售价格', '零售价格', '零售单价', '卖价', 'retailprice', 'sellingprice', 'saleprice', 'salesprice', '单价', '价格', '现价', 'unitprice', 'price'],
  cost: ['进价', '进货价', '进货价格', '成本', '成本价', '采购价', '参考进价', 'costprice', 'purchaseprice', 'buyingprice', 'cost'],
  category: ['分类名称', '类别名称', '商品分类', '商品类别', '分类', '类别', '品类', '大类', '所属分类', 'categoryname', 'category', 'classname', 'group'],
  unit: ['单位', '计量单位', '销售单位', '基本单位', 'unit', 'uom', 'unitname'],
  pricing: ['计价方式', '计量方式', '称重方式', '是否称重', '是否计重', '称重', '计重', 'pricingmode', 'pricing', 'weighed', 'isweighed', 'byweight'],
  spec: ['规格', '规格型号', '商品规格', '包装规格', 'spec', 'specification', 'size', 'pack'],
  origin: ['产地', '商品产地', '原产地', 'origin', 'placeoforigin', 'madein'],
  stock: ['库存', '库存数量', '当前库存', '现有库存', '期初库存', '实际库存', '库存量', 'stock', 'stockqty', 'stockquantity', 'onhand', 'inventory', '数量', 'quantity', 'qty'],
}
/** Words that, inside a longer name, still say what a column is (「门店零售价」), unless it is somebody else's (「会员零售价」). */
const INSIDE: Partial<Record<GoodColumn, readonly string[]>> = {
  name: ['品名', '商品名'], code: ['条形码', '条码', 'barcode'], price: ['零售价', '销售价', '售价', 'retailprice'], cost: ['进货价', '进价', '成本'], stock: ['库存'],
}
const SOMEBODY_ELSES = /会员|批发|配送|最低|最高|供应|品牌|简称|助记|拼音|预警|上限|下限|金额|member|vip|wholesale|min|max|supplier|brand|short|own|箱/

const plainName = (column: string): string =>
  column.normalize('NFKC').toLowerCase().replace(/[([【].*?[)\]】]/g, '').replace(/[^\p{L}\p{N}]/gu, '')

/** Finds the mapping from the names of the columns alone. No column is used twice; a field nothing fits is left out. */
export function guessMapping(columns: readonly string[]): ColumnMapping {
  return guessColumns(columns, GOOD_COLUMNS, SYNONYMS, INSIDE)
}

/** The same for any table: `fields` in order of who chooses first, the names each may have, and words inside longer names. */
export function guessColumns<Field extends string>(
  columns: readonly string[], fields: readonly Field[], synonyms: Record<Field, readonly string[]>, inside: Partial<Record<Field, readonly string[]>>,
): Partial<Record<Field, string>> {
  const named = columns.map((column) => ({ column, plain: plainName(column) }))
  const taken = new Set<string>()
  const mapping: Partial<Record<Field, string>> = {}
  const choose = (field: Field, words: readonly string[], fits: (plain: string, word: string) => boolean): void => {
    if (mapping[field] !== undefined) return
    for (const word of words) {
      const found = named.find(({ column, plain }) => !taken.has(column) && fits(plain, word))
      if (!found) continue
      mapping[field] = found.column
      taken.add(found.column)
      return
    }
  }
  for (const field of fields) choose(field, synonyms[field], (plain, word) => plain === word)
  for (const field of fields) choose(field, inside[field] ?? [], (plain, word) => plain.includes(word) && !SOMEBODY_ELSES.test(plain))
  return mapping
}

/** What weighed goods are priced by where the row doesn't say. */
const KILOGRAM = '公斤'
const WEIGHED = /^(计重|称重|散称|散装|计重量|按重量|重量|weight|weighed|weigh|是|y|yes|true|1)$/
const BY_PIECE = /^(普通|计件|计数|计量|标品|按件|件|标准|不称重|非称重|piece|pieces|each|normal|否|n|no|false|0)$/

/** What a row gives: a good, with `notes` on what its file left out; or why not. */
export type RowVerdict = { good: GoodRow; notes: RefusedCell[] } | { bad: RefusedCell[] }

/** What the foot of a list calls its sums. */
const TOTAL = /^(合计|总计|小计|total)\s*:?$/i

/** The cell that says a row is the list's sum and no good: its name, or the first cell that holds anything; never where there is a code. */
export function totalCell(row: number, cells: Cells, mapping: Pick<ColumnMapping, 'code' | 'name'>): RefusedCell | undefined {
  const isTotal = (column: string | undefined): column is string => TOTAL.test(cellOf(cells, column).normalize('NFKC'))
  if (cellOf(cells, mapping.code) !== '' && !isTotal(mapping.code)) return undefined
  const column = [mapping.name, Object.keys(cells).find((each) => cellOf(cells, each) !== '')].find(isTotal)
  return column === undefined ? undefined : { row, column, value: cellOf(cells, column), code: 'import.total_row' }
}

/** Reads one row, its cells by the file's names of the columns. Never throws; `bad` holds every reason, in column order of the fields. */
export function readGoodRow(row: number, cells: Cells, mapping: ColumnMapping): RowVerdict {
  const total = totalCell(row, cells, mapping)
  if (total) return { bad: [total] }
  const bad: RefusedCell[] = []
  const notes: RefusedCell[] = []
  const cell = (field: GoodColumn): string => cellOf(cells, mapping[field])
  const about = (field: GoodColumn, code: ImportCode): RefusedCell => ({ row, column: mapping[field] ?? '', value: cell(field), code })
  const refuse = (field: GoodColumn, code: ImportCode): void => { bad.push(about(field, code)) }
  const text = (field: GoodColumn, charsMax: number): string => {
    if (cell(field).length > charsMax) refuse(field, 'import.too_long')
    return cell(field)
  }

  const code = text('code', 48)
  if (checkGtin(code) === 'wrong-check-digit' && !isInStore(code)) refuse('code', 'import.wrong_check_digit')
  const name = text('name', 120)
  if (name === '') refuse('name', 'import.no_name')
  const price = readPrice(cell('price'))
  if (typeof price === 'string') refuse('price', price)
  const cost = cell('cost') === '' ? undefined : readCost(cell('cost'))
  if (cost === null) refuse('cost', 'import.cost_unreadable')
  const category = text('category', 40)
  const unit = text('unit', 10)
  if (unit === '' && mapping.unit !== undefined) notes.push(about('unit', 'import.no_unit'))
  const pricing = readPricing(cell('pricing'), unit)
  if (pricing === undefined) refuse('pricing', 'import.pricing_unknown')
  const spec = text('spec', 60)
  const origin = text('origin', 60)
  const stock = cell('stock') === '' ? null : parseQuantity(cell('stock').replaceAll(',', ''))
  if (stock === undefined) refuse('stock', 'import.stock_unreadable')

  if (bad.length > 0 || typeof price === 'string' || pricing === undefined || cost === null || stock === undefined) return { bad }
  const fields: ImportedFields = { name, price }
  if (pricing !== null) fields.pricing = pricing
  if (unit !== '') fields.unit = pricing === 'weight' ? weightUnit(unit) ?? KILOGRAM : unit
  if (code !== '') fields.code = code
  if (cost !== undefined) fields.cost = cost
  if (category !== '') fields.category = category
  if (spec !== '') fields.spec = spec
  if (origin !== '') fields.origin = origin
  return { good: { fields, stock }, notes }
}

function cellOf(cells: Cells, column: string | undefined): string {
  return column !== undefined && Object.hasOwn(cells, column) ? cells[column]!.trim() : ''
}

function readPrice(text: string): Fen | ImportCode {
  if (text === '') return 'import.no_price'
  const price = parseYuan(text)
  if (price === undefined) return readCost(text.replace(/^-/, '')) === null ? 'import.price_unreadable' : 'import.price_decimals'
  if (price < 0) return 'import.price_negative'
  return price === 0 ? 'import.price_zero' : price
}

/** A cost is often an average (18.3333): it is rounded to the fen, halves up, since no customer ever pays it. */
function readCost(text: string): Fen | null {
  const exact = parseYuan(text)
  if (exact !== undefined) return exact < 0 ? null : exact
  const match = /^([0-9]{1,8})?\.([0-9]{3,7})[0-9]*$/.exec(text.replace(/^[¥￥]\s*/, '').replace(/\s*元$/, ''))
  if (!match) return null
  const scaled = Number(`${match[1] ?? '0'}${match[2]}`)
  return scaled > FEN_MAX * 1000 ? null : roundHalfUp(scaled, 100, 10 ** match[2]!.length)
}

/** Without a word about it, goods priced by a unit of weight are weighed; null where the unit says nothing either. */
function readPricing(text: string, unit: string): Pricing | null | undefined {
  const plain = text.normalize('NFKC').toLowerCase()
  if (plain === '') return unit === '' ? null : weightUnit(unit) === undefined ? 'piece' : 'weight'
  if (WEIGHED.test(plain)) return 'weight'
  return BY_PIECE.test(plain) ? 'piece' : undefined
}

function weightUnit(unit: string): string | undefined {
  return [unit, unit.toLowerCase()].find((name) => Object.hasOwn(WEIGHT_UNITS, name))
}

/** How a good is sold after a row: what the row says, else what the good that is there already has, else the default. */
export function sellingOf(fields: ImportedFields, before?: { readonly unit: string; readonly pricing: Pricing }): { unit: string; pricing: Pricing } {
  const pricing = fields.pricing ?? before?.pricing ?? GOOD_DEFAULTS.pricing
  const unit = fields.unit ?? before?.unit
  // A price by weight is for a unit of weight.
  if (pricing === 'weight') return { pricing, unit: unit !== undefined && weightUnit(unit) !== undefined ? unit : KILOGRAM }
  return { pricing, unit: unit ?? GOOD_DEFAULTS.unit }
}

/**
 * Verdicts on all rows of a file, in order. Beside each row's own reasons: the second row of a code is refused, and so is
 * the second row of a name where neither has a code, because the two could never be told apart again.
 */
export function readGoodRows(rows: readonly { row: number; cells: Cells }[], mapping: ColumnMapping): RowVerdict[] {
  const codes = new Set<string>()
  const names = new Set<string>()
  return rows.map(({ row, cells }) => {
    const verdict = readGoodRow(row, cells, mapping)
    if ('bad' in verdict && verdict.bad.some(({ code }) => code === 'import.total_row')) return verdict
    const field = cellOf(cells, mapping.code) === '' ? 'name' : 'code'
    const value = cellOf(cells, mapping[field])
    const seen = field === 'code' ? codes : names
    const isRepeated = value !== '' && seen.has(value)
    seen.add(value)
    if (!isRepeated) return verdict
    const repeated: RefusedCell = { row, column: mapping[field] ?? '', value, code: field === 'code' ? 'import.duplicate_code' : 'import.duplicate_name' }
    return { bad: [...('bad' in verdict ? verdict.bad : []), repeated] }
  })
}

/** A kept row with cells mended by field: what reads it again. A field without a column gets one. */
export function mendRow<Field extends string>(cells: Cells, mapping: Partial<Record<Field, string>>, set: Readonly<Record<string, string>>, fields: readonly Field[]): { cells: Record<string, string>; mapping: Partial<Record<Field, string>> } {
  const mended = { cells: { ...cells }, mapping: { ...mapping } }
  for (const field of fields) {
    const value = Object.hasOwn(set, field) ? set[field] : undefined
    if (value === undefined) continue
    const column = mended.mapping[field] ?? field
    mended.mapping[field] = column
    mended.cells[column] = value
  }
  return mended
}
