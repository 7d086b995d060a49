/** Another till's sales from a file: what would come in, bringing them in, taking them back, and mending the rows that were kept. */
import { hash } from 'node:crypto'
import { mendRow } from '#shared/catalog/goods-import.ts'
import type { CallArgs, CallResult } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { BadCell } from '#shared/host/schemas.ts'
import type { KeptRow, TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { HISTORY_COLUMNS, readHistoryRow } from '#shared/sales/history-import.ts'
import { HistoryImported, HistoryImportUndone, HistorySold, receiptMinute } from '#shared/sales/history.ts'
import { type Context, commit, isRepeat, requireRight, today, turn } from '../context.ts'
import { LISTED_MAX } from './goods-import.ts'
import { missingColumns } from './history-file.ts'
import { type HistoryReader, openHistory } from './history-thread.ts'
import { HistoryWriter } from './history.ts'

type Input = Pick<CallArgs<'import.preview'>, 'name' | 'data' | 'mapping'>
type Preview = CallResult<'import.preview'>
type Brought = CallResult<'import.bring'>

/** Of a file that is wrong from top to bottom so many rows are kept; the rest is still in the file. */
export const KEPT_MAX = 20_000

async function reading<Result>(context: Context, { name, mapping }: Input, bytes: Buffer, work: (reader: HistoryReader) => Promise<Result>): Promise<Result> {
  const reader = await openHistory({ name, bytes, mapping, today: today(context) })
  try {
    return await work(reader)
  } finally {
    reader.stop()
  }
}
const digestOf = (bytes: Buffer): string => hash('sha256', bytes)

/** Throws TillError `file.*`, `import.columns_missing`, and `import.history_again` for a file that is in already. */
export async function previewHistory(context: Context, input: Input): Promise<Preview> {
  requireRight(context, 'goods.edit')
  const bytes = Buffer.from(input.data, 'base64')
  refuseAgain(context, input.name, digestOf(bytes))
  return reading(context, input, bytes, async ({ head, parts }) => {
    const writer = new HistoryWriter(context)
    for await (const part of parts()) {
      // Any id will do for a batch that nobody writes.
      if ('sales' in part) writer.chunk('', part.sales)
      else break
    }
    const { done, sales, net, from, to, known, unknown } = writer
    return {
      columns: head.columns, fields: [...HISTORY_COLUMNS], must: mustOf(head.mapping), mapping: head.mapping, rows: head.rows, good: done, sample: head.sample,
      bad: head.bad, badTotal: head.badTotal, refused: head.refused, noted: head.noted, notedTotal: head.notedTotal,
      history: { sales, net: fen(net), from, to, known, unknown: unknown.names, unknownTotal: unknown.total },
    }
  })
}
/** What a file of sales can't do without; of what one of several must say, that which does. */
function mustOf(mapping: Readonly<Record<string, string>>): string[] {
  const one = (...fields: string[]): string => fields.find((field) => mapping[field] !== undefined) ?? fields[0]!
  return [...new Set(['time', one('name', 'code'), one('amount', 'price', 'list'), ...missingColumns(mapping)])]
}

function refuseAgain({ store }: Context, file: string, digest: string): void {
  const before = store.history.importOf(digest)
  if (before !== undefined) throw new TillError('import.history_again', { file, at: store.event(before)!.at })
}

/** One file after the other: the second of two that are alike sees the first. */
export class HistoryImports {
  #last: Promise<unknown> = Promise.resolve()
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Throws what previewHistory throws, `import.nothing_new` where nothing is left to bring in, and `import.broken_off` where the ledger was begun anew meanwhile. */
  bring(key: Id, input: Input): Promise<Brought> {
    const mine = this.#last.then(() => this.#bring(key, input))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async #bring(key: Id, input: Input): Promise<Brought> {
    const context = this.#context
    const { store, ids } = context
    requireRight(context, 'goods.edit')
    const bytes = Buffer.from(input.data, 'base64')
    const digest = digestOf(bytes)
    if (isRepeat(context, key, HistoryImported.type, { digest })) return broughtAs(context, key, [])
    refuseAgain(context, input.name, digest)
    return reading(context, input, bytes, async ({ head, parts }) => {
      const writer = new HistoryWriter(context)
      const batch = ids.next()
      const { device } = store.identity()
      // A ledger that was begun anew in between has not got the first pieces, so none would count.
      const refuseAnew = (): void => { if (store.identity().device !== device) throw new TillError('import.broken_off', { file: input.name }) }
      const file = input.name.slice(0, 200)
      let chunks = 0
      const kept: KeptRow[] = []
      for await (const part of parts()) {
        refuseAnew()
        if ('bad' in part) {
          if (kept.length < KEPT_MAX) kept.push(...part.bad.map(({ row, cells, bad }): KeptRow => ({ kind: 'history', import: key, file, row, cells, mapping: head.mapping, bad: [...bad] })))
          continue
        }
        const body = writer.chunk(batch, part.sales)
        if (!body) continue
        commit(context, [{ id: ids.next(), type: HistorySold.type, v: 1, body }])
        chunks += 1
        await turn()
      }
      refuseAnew()
      if (chunks === 0) throw new TillError('import.nothing_new', { file: input.name, known: writer.known, refused: head.refused })
      const { done, known, sales, net, from, to } = writer
      store.together(() => {
        store.keepRows(kept)
        commit(context, [{ id: key, type: HistoryImported.type, v: 1, body: { batch, file, digest, chunks, rows: head.rows, done, refused: head.refused, known, sales, net: fen(net), from, to } }])
      })
      context.emit('goods.reloaded', {})
      return broughtAs(context, key, head.bad)
    })
  }
}

function broughtAs({ store }: Pick<Context, 'store'>, key: Id, bad: readonly BadCell[]): Brought {
  const { rows, done, refused, known, sales, net, from, to } = HistoryImported.body.parse(store.event(key)!.body)
  return { import: key, rows, done, refused, bad: bad.slice(0, LISTED_MAX), badRows: [], history: { sales, net, from, to, known, unknown: [], unknownTotal: 0 } }
}

export type PastHistory = { readonly id: Id; readonly at: number; readonly body: ReturnType<typeof HistoryImported.body.parse>; readonly undone: { readonly at: number; readonly id: Id } | null }

/** Imports of history, the latest first, each with its undo. */
export function pastHistory(store: Pick<TillStore, 'trail'>, limit = Infinity): PastHistory[] {
  const undone = new Map<Id, { at: number; id: Id }>()
  const past: PastHistory[] = []
  store.trail({ before: undefined, types: [HistoryImported.type, HistoryImportUndone.type] }, ({ id, type, at, body }) => {
    if (type === HistoryImportUndone.type) undone.set(HistoryImportUndone.body.parse(body).import, { at, id })
    else past.push({ id, at, body: HistoryImported.body.parse(body), undone: undone.get(id) ?? null })
    return past.length < limit
  })
  return past
}

/** Takes an import of history out of the reports again: all of it, once. */
export function undoHistory(context: Context, key: Id, past: PastHistory): void {
  if (past.undone) return
  const { store } = context
  if (!store.history.isOn(past.id)) throw new TillError('import.too_old', { file: past.body.file })
  store.together(() => {
    commit(context, [{ id: key, type: HistoryImportUndone.type, v: 1, body: { import: past.id, file: past.body.file } }])
    for (const { row } of store.keptRows(past.id, past.body.refused).rows) store.dropKeptRow(past.id, row)
  })
  context.emit('goods.reloaded', {})
}

/** Tries a kept row of sales again: it joins the import that it is of, and its receipt where that is in. Gives what is still wrong. Throws TillError import.not_found. */
export function mendHistory(context: Context, key: Id, kept: KeptRow, set: Readonly<Record<string, string>>): BadCell[] {
  const { store } = context
  const imported = store.event(kept.import)
  // A new beginning of the ledger left it behind, whole or in part.
  if (!imported || !store.history.isOn(kept.import)) throw new TillError('import.not_found', { import: kept.import })
  const { cells, mapping } = mendRow(kept.cells, kept.mapping, set, HISTORY_COLUMNS as readonly string[])
  const found = mapping as Record<string, string>
  const verdict = readHistoryRow(kept.row, cells, found, today(context))
  if ('bad' in verdict) {
    store.keepRows([{ ...kept, cells, mapping: found, bad: [...verdict.bad] }])
    return [...verdict.bad]
  }
  const { batch } = HistoryImported.body.parse(imported.body)
  const body = new HistoryWriter(context, { isMending: true }).chunk(batch, [{ no: verdict.sold.receipt, lines: [verdict.sold], more: false }])!
  const [sale] = body.sales
  const isMore = sale!.no !== '' && store.history.hasReceipt(sale!.no, receiptMinute(sale!))
  store.together(() => {
    commit(context, [{ id: key, type: HistorySold.type, v: 1, body: isMore ? { ...body, sales: [{ ...sale!, more: true }] } : body }])
    store.dropKeptRow(kept.import, kept.row)
  })
  return []
}
