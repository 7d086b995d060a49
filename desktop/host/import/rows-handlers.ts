/** Counted stock and members from a file: preview and import, both by one plan. Bad rows are listed, and kept nowhere: a till holds nothing of a person unsealed. */
import type { ImportCode, RefusedCell } from '#shared/catalog/goods-import.ts'
import type { CallArgs } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PersonSet } from '#shared/identity/person.ts'
import { mainOf } from '#shared/members/member.ts'
import { guessMembers, guessStock, MEMBER_COLUMNS, readMemberRow, readStockRow, type RowColumn, type RowMapping, STOCK_COLUMNS } from '#shared/members/rows-import.ts'
import { RowsImported } from '#shared/sales/events.ts'
import { type Context, commit, isRepeat, requireRight } from '../context.ts'
import { join } from '../members.ts'
import { cellsByColumn, extraCells, LISTED_MAX } from './goods-import.ts'
import { importMoves } from './moves.ts'
import { readTable, type Table } from './table-file.ts'

type Input = Pick<CallArgs<'import.preview'>, 'kind' | 'name' | 'data' | 'mapping'>
interface Plan {
  readonly columns: string[]
  readonly mapping: RowMapping
  readonly rows: number
  readonly sample: Record<string, string>[]
  readonly stock: { good: Id; delta: number }[]
  readonly members: PersonSet[]
  /** Good rows, those that move nothing too. */
  good: number
  readonly bad: RefusedCell[]
  refused: number
}
const SAMPLE_ROWS = 5
const FIELDS = { stock: STOCK_COLUMNS, members: MEMBER_COLUMNS } as const
const MUST = { stock: ['quantity'], members: ['phone'] } as const satisfies Record<string, readonly RowColumn[]>

export function rowsHandlers(context: Context): Pick<Handlers, 'import.preview' | 'import.bring'> {
  const { store, ids } = context
  const answer = (key: Id, bad: readonly RefusedCell[]) => {
    const { rows, done, refused } = RowsImported.body.parse(store.event(key)!.body)
    return { import: key, rows, done, refused, bad: bad.slice(0, LISTED_MAX) }
  }
  return {
    async 'import.preview'(input) {
      allow(context, input.kind)
      const { columns, mapping, rows, good, sample, bad } = planRows(context, input, await read(input))
      return { columns, fields: [...FIELDS[input.kind]], must: [...MUST[input.kind]], mapping, rows, good, sample, bad: bad.slice(0, LISTED_MAX), badTotal: bad.length }
    },

    async 'import.bring'({ key, ...input }) {
      allow(context, input.kind)
      const said = { kind: input.kind }
      if (isRepeat(context, key, RowsImported.type, said)) return answer(key, [])
      const table = await read(input)
      // Reading the file gave the thread away: what was true before it is asked again.
      if (isRepeat(context, key, RowsImported.type, said)) return answer(key, [])
      const plan = planRows(context, input, table)
      store.together(() => {
        const moves = importMoves(ids, plan.stock, 'counted')
        for (const set of plan.members) join(context, ids.next(), set)
        commit(context, [...moves, { id: key, type: RowsImported.type, v: 1, body: { kind: input.kind, file: input.name.slice(0, 200), rows: plan.rows, done: plan.good, refused: plan.refused } }])
      })
      if (plan.stock.length > 0) context.emit('goods.reloaded', {})
      return answer(key, plan.bad)
    },
  }
}

function allow(context: Context, kind: Input['kind']): void {
  if (kind === 'stock') requireRight(context, 'stock.edit')
  else {
    requireRight(context, 'member.edit')
    requireRight(context, 'person.read')
  }
}

/** Throws TillError `file.*`. */
const read = ({ name, data }: Input): Promise<Table> => readTable(name, Buffer.from(data, 'base64'))

/** Throws TillError `import.columns_missing` where no column gives what must be there. */
function planRows(context: Context, { kind, mapping: given }: Input, table: Table): Plan {
  const { store } = context
  const wanted: RowMapping = given ?? (kind === 'stock' ? guessStock : guessMembers)(table.columns)
  const mapping = Object.fromEntries(Object.entries(wanted).filter(([field, column]) => (FIELDS[kind] as readonly string[]).includes(field) && table.columns.includes(column)))
  const missing = MUST[kind].filter((field) => mapping[field] === undefined)
  if (kind === 'stock' && mapping['code'] === undefined && mapping['name'] === undefined) missing.push('code' as never)
  if (missing.length > 0) throw new TillError('import.columns_missing', { columns: table.columns, missing, fields: [...FIELDS[kind]], must: [...MUST[kind]] })
  const rows = table.rows.map((each) => ({ row: each.row, cells: cellsByColumn(table, each), extra: extraCells(table, each) }))
  const plan: Plan = { columns: table.columns, mapping, rows: rows.length, sample: rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells), stock: [], members: [], good: 0, bad: [], refused: 0 }
  const seen = new Set<string>()
  for (const { row, cells, extra } of rows) {
    const about = (field: RowColumn, code: ImportCode): RefusedCell[] => [{ row, column: mapping[field] ?? '', value: cells[mapping[field] ?? ''] ?? '', code }]
    const bad = extra.length > 0 ? extra : kind === 'stock' ? stockRow() : memberRow()
    if (bad.length === 0) plan.good += 1
    else plan.refused += 1
    plan.bad.push(...bad)

    function stockRow(): RefusedCell[] {
      const read = readStockRow(row, cells, mapping)
      if ('bad' in read) return read.bad
      const { code, name: called, quantity } = read.stock
      const field = code === '' ? 'name' : 'code'
      const good = code === '' ? store.goodByName(called) : store.goodByCode(code)
      if (!good) return about(field, 'import.good_unknown')
      if (seen.has(good.id)) return about(field, code === '' ? 'import.duplicate_name' : 'import.duplicate_code')
      seen.add(good.id)
      plan.stock.push({ good: good.id, delta: quantity - (good.stock ?? 0) })
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
