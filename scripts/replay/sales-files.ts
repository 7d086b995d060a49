/**
 * Makes sales histories for tests: any names and order of columns, several lines an order lying apart, returns, and bad
 * rows; and says by itself what a replay of them must come to.
 */
export interface MadeFile {
  readonly text: string
  /** What an honest replay must find. */
  readonly expected: { readonly orders: number; readonly lines: number; readonly skipped: number; readonly fen: number }
}

/** A small generator of chance (mulberry32): the same seed makes the same file. */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const NAMES = [
  { order: '小票号', item: '品名', quantity: '数量', paid: '实收', time: '日期', note: '备注' },
  { order: 'Order No', item: 'Product', quantity: 'Qty', paid: 'Amount Paid', time: 'Paid At', note: 'Remark' },
  { order: '订单编号', item: '商品名称', quantity: '销售数量', paid: '成交金额', time: '支付时间', note: '门店' },
]
const BAD = [
  { item: '', quantity: '1', paid: '1.00' }, { item: '坏行', quantity: '0', paid: '1.00' }, { item: '坏行', quantity: '1', paid: '一元' },
  { item: '坏行', quantity: '', paid: '1.00' }, { item: '坏行', quantity: '1', paid: '' }, { item: '坏行', quantity: '-1', paid: '2.00' },
]

/** `orders` orders of one to four lines; about one line in ten is a return and one in fifteen is bad. */
export function makeSales(seed: number, orders: number): MadeFile {
  const next = chance(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)]!
  const names = pick(NAMES)
  const columns = Object.keys(names).map((field) => ({ field: field as keyof typeof names, at: next() })).sort((a, b) => a.at - b.at).map(({ field }) => field)
  const delimiter = pick([',', ';', '\t'])
  const rows: { at: number; cells: Record<string, string> }[] = []
  const expected = { orders: 0, lines: 0, skipped: 0, fen: 0 }
  for (let order = 0; order < orders; order++) {
    const lines = 1 + Math.floor(next() * 4)
    let good = 0
    for (let line = 0; line < lines; line++) {
      const common = { order: `S${order}`, time: `2024-05-${String(1 + (order % 28)).padStart(2, '0')}`, note: pick(['', `两行\n"备注"${delimiter}`, '无']) }
      if (next() < 1 / 15) {
        rows.push({ at: next(), cells: { ...common, ...pick(BAD) } })
        expected.skipped += 1
        continue
      }
      const sign = next() < 0.1 ? -1 : 1
      const thousandths = next() < 0.3 ? 1 + Math.floor(next() * 5000) : 1000 * (1 + Math.floor(next() * 5))
      const paid = Math.floor(next() * 20_000)
      rows.push({ at: next(), cells: { ...common, item: `商品${Math.floor(next() * 12)}`, quantity: String(sign * thousandths / 1000), paid: (sign * paid / 100).toFixed(2) } })
      good += 1
      expected.fen += sign * paid
    }
    expected.lines += good
    if (good > 0) expected.orders += 1
  }
  const quoted = (cell: string): string => (/["\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)
  const body = rows.sort((a, b) => a.at - b.at).map(({ cells }) => columns.map((field) => quoted(cells[field] ?? '')).join(delimiter))
  return { text: [columns.map((field) => names[field]).join(delimiter), ...body].join('\r\n'), expected }
}
