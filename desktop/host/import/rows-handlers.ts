/** Counted stock, members and another till's sales from a file: preview and import by one plan, and mending the rows that were kept. Of members none is kept: a till holds nothing of a person unsealed. */
import { mendRow, type ImportCode, type RefusedCell } from '#shared/catalog/goods-import.ts'
import { GoodChanged } from '#shared/catalog/good.ts'
import type { CallArgs, CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { KeptRow } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PersonSet } from '#shared/identity/person.ts'
import { mainOf } from '#shared/members/member.ts'
import { guessMembers, guessStock, MEMBER_COLUMNS, namesLots, readMemberRow, readStockRow, type RowColumn, type RowMapping, STOCK_COLUMNS } from '#shared/members/rows-import.ts'
import { RowsImported } from '#shared/sales/events.ts'
import { HistorySold } from '#shared/sales/history.ts'
import { type Context, commit, isRepeat, requireRight } from '../context.ts'
import { join } from '../members/members.ts'
import { cellsByColumn, extraCells, LISTED_MAX } from './goods-import.ts'
import { mendGood } from './handlers.ts'
import type { BadRow } from './history-file.ts'
import { HistoryImports, KEPT_MAX, mendHistory, previewHistory } from './history-handlers.ts'
import { type CountedRow, writeStock } from './stock-rows.ts'
import { readTable, type Table } from './table-file.ts'

type Input = Pick<CallArgs<'import.preview'>, 'name' | 'data' | 'mapping'> & { readonly kind: 'stock' | 'members' }
interface Plan {
  readonly columns: string[]
  readonly mapping: RowMapping
  readonly rows: number
  readonly sample: Record<string, string>[]
  readonly stock: CountedRow[]
  readonly members: PersonSet[]
  /** Good rows, those that move nothing too. */
  good: number
  readonly bad: BadRow[]
}
const SAMPLE_ROWS = 5
const FIELDS = { stock: STOCK_COLUMNS, members: MEMBER_COLUMNS } as const
const MUST = { stock: ['quantity'], members: ['phone'] } as const satisfies Record<string, readonly RowColumn[]>
type Calls = 'import.preview' | 'import.bring' | 'import.rows' | 'import.mend'

export function rowsHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, ids } = context
  const history = new HistoryImports(context)
  const answer = (key: Id, bad: readonly BadRow[], rows: readonly BadRow[] = []): CallResult<'import.bring'> => {
    const { rows: all, done, refused } = RowsImported.body.parse(store.event(key)!.body)
    return { import: key, rows: all, done, refused, bad: listed(bad), badRows: [...rows], history: null }
  }
  return {
    async 'import.preview'({ kind, ...input }) {
      if (kind === 'history') return previewHistory(context, input)
      allow(context, kind)
      const { columns, mapping, rows, good, sample, bad } = planRows(context, { kind, ...input }, await read(input))
      return {
        columns, fields: [...FIELDS[kind]], must: [...MUST[kind]], mapping, rows, good, sample, bad: listed(bad), badTotal: bad.reduce((sum, row) => sum + row.bad.length, 0), refused: bad.length,
        noted: [], notedTotal: 0, history: null,
      }
    },

    async 'import.bring'({ key, kind, ...input }) {
      if (kind === 'history') return history.bring(key, input)
      allow(context, kind)
      const said = { kind }
      if (isRepeat(context, key, RowsImported.type, said)) return answer(key, [])
      const table = await read(input)
      // Reading the file gave the thread away: what was true before it is asked again.
      if (isRepeat(context, key, RowsImported.type, said)) return answer(key, [])
      const plan = planRows(context, { kind, ...input }, table)
      const file = input.name.slice(0, 200)
      store.together(() => {
        if (kind === 'stock') {
          writeStock(context, plan.stock, file, { named: namesLots(plan.mapping), alone: false })
          store.keepRows(plan.bad.slice(0, KEPT_MAX).map((row) => ({ kind, import: key, file, mapping: { ...plan.mapping }, ...row, bad: [...row.bad] })))
        }
        for (const set of plan.members) join(context, ids.next(), set)
        commit(context, [{ id: key, type: RowsImported.type, v: 1, body: { kind, file, rows: plan.rows, done: plan.good, refused: plan.bad.length } }])
      })
      if (plan.stock.length > 0) context.emit('goods.reloaded', {})
      // Of people nothing is kept that is not under seal: whoever brought the file takes what is to be mended with them, at once.
      return answer(key, plan.bad, kind === 'members' ? plan.bad : [])
    },

    'import.rows'({ import: id, limit, after }) {
      const { rows, total } = store.keptRows(id, limit, after)
      return { rows: rows.map(({ import: from, ...row }) => ({ import: from, ...row })), total }
    },

    'import.mend'({ key, import: id, row, set, drop }) {
      const left = (): number => store.keptRows(id, 1).total
      const kept = store.keptRow(id, row)
      requireRight(context, kept?.kind === 'stock' ? 'stock.edit' : 'goods.edit')
      const done = store.event(key)
      if (done) {
        // What was mended is not kept any more: this key mended something else.
        if (kept || !MENDING.has(done.type)) throw new TillError('key.reused', { key })
        return { bad: [], left: left() }
      }
      if (!kept && drop) return { bad: [], left: left() }
      if (!kept) throw new TillError('import.row_not_found', { row })
      if (drop) {
        store.dropKeptRow(id, row)
        return { bad: [], left: left() }
      }
      const mend = { goods: mendGood, stock: mendStock, history: mendHistory }[kept.kind]
      const bad = mend(context, key, kept, set)
      if (bad.length === 0) context.emit('goods.reloaded', {})
      return { bad, left: left() }
    },
  }
}
/** What says that a row was mended, by its key. */
const MENDING: ReadonlySet<string> = new Set([GoodChanged.type, RowsImported.type, HistorySold.type])
const listed = (bad: readonly BadRow[]): RefusedCell[] => bad.slice(0, LISTED_MAX).flatMap((row) => row.bad).slice(0, LISTED_MAX)

/** A count of one row: it is what is there now. */
function mendStock(context: Context, key: Id, kept: KeptRow, set: Readonly<Record<string, string>>): RefusedCell[] {
  const { store } = context
  const { cells, mapping } = mendRow(kept.cells, kept.mapping, set, STOCK_COLUMNS as readonly string[])
  const found = mapping as Record<string, string>
  const read = readStockRow(kept.row, cells, found)
  const good = 'stock' in read ? goodOfRow(context, read.stock) : undefined
  const field = cells[found['code'] ?? ''] ? 'code' : 'name'
  const bad = 'bad' in read ? read.bad : good ? [] : [{ row: kept.row, column: found[field] ?? '', value: cells[found[field] ?? ''] ?? '', code: 'import.good_unknown' as const }]
  if ('bad' in read || !good) {
    store.keepRows([{ ...kept, cells, mapping: found, bad: [...bad] }])
    return bad
  }
  store.together(() => {
    writeStock(context, [{ good: good.id, ...read.stock }], kept.file, { named: namesLots(found), alone: true })
    commit(context, [{ id: key, type: RowsImported.type, v: 1, body: { kind: 'stock', file: kept.file, rows: 1, done: 1, refused: 0 } }])
    store.dropKeptRow(kept.import, kept.row)
  })
  return []
}
const goodOfRow = ({ store }: Pick<Context, 'store'>, { code, name }: { code: string; name: string }) => (code === '' ? store.goodByName(name) : store.goodByCode(code))

function allow(context: Context, kind: Input['kind']): void {
  if (kind === 'stock') requireRight(context, 'stock.edit')
  else {
    requireRight(context, 'member.edit')
    requireRight(context, 'person.read')
  }
}

/** Throws TillError `file.*`. */
const read = ({ name, data }: Pick<Input, 'name' | 'data'>): Promise<Table> => readTable(name, Buffer.from(data, 'base64'))

/** Throws TillError `import.columns_missing` where no column gives what must be there. */
function planRows(context: Context, { kind, mapping: given }: Input, table: Table): Plan {
  const { store } = context
  const wanted: RowMapping = given ?? (kind === 'stock' ? guessStock : guessMembers)(table.columns)
  const mapping = Object.fromEntries(Object.entries(wanted).filter(([field, column]) => (FIELDS[kind] as readonly string[]).includes(field) && table.columns.includes(column)))
  const missing = MUST[kind].filter((field) => mapping[field] === undefined)
  if (kind === 'stock' && mapping['code'] === undefined && mapping['name'] === undefined) missing.push('code' as never)
  if (missing.length > 0) throw new TillError('import.columns_missing', { columns: table.columns, missing, fields: [...FIELDS[kind]], must: [...MUST[kind]] })
  const rows = table.rows.map((each) => ({ row: each.row, cells: cellsByColumn(table, each), extra: extraCells(table, each) }))
  const plan: Plan = { columns: table.columns, mapping, rows: rows.length, sample: rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells), stock: [], members: [], good: 0, bad: [] }
  const seen = new Set<string>()
  for (const { row, cells, extra } of rows) {
    const about = (field: RowColumn, code: ImportCode): RefusedCell[] => [{ row, column: mapping[field] ?? '', value: cells[mapping[field] ?? ''] ?? '', code }]
    const bad = extra.length > 0 ? extra : kind === 'stock' ? stockRow() : memberRow()
    if (bad.length === 0) plan.good += 1
    else plan.bad.push({ row, cells, bad })

    function stockRow(): RefusedCell[] {
      const read = readStockRow(row, cells, mapping)
      if ('bad' in read) return read.bad
      const { code, lot } = read.stock
      const field = code === '' ? 'name' : 'code'
      const good = goodOfRow(context, read.stock)
      if (!good) return about(field, 'import.good_unknown')
      const key = lot === null ? good.id : `${good.id} ${lot.no} ${lot.expiry}`
      if (seen.has(key)) return lot === null ? about(field, code === '' ? 'import.duplicate_name' : 'import.duplicate_code') : about(mapping['lot'] === undefined ? 'expiry' : 'lot', 'import.duplicate_lot')
      seen.add(key)
      plan.stock.push({ good: good.id, ...read.stock })
      return []
    }
    function memberRow(): RefusedCell[] {
      const read = readMemberRow(row, cells, mapping)
      if ('bad' in read) return read.bad
      const { phone } = read.member
      if (seen.has(phone)) return about('phone', 'import.duplicate_phone')
      seen.add(phone)
      const isThere = store.people.find('phone', phone).some((id) => {
        const member = store.people.member(mainOf(store.people.member, id))
        return member?.joined !== undefined && member.erased !== true
      })
      if (isThere) return about('phone', 'import.phone_taken')
      plan.members.push(read.member)
      return []
    }
  }
  return plan
}
