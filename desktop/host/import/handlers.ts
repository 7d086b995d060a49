/** Goods from a file: preview, import as one transaction, and mending the rows that were kept. */
import { type ColumnMapping, GOOD_COLUMNS, type GoodRow, mendRow, readGoodRow, type RefusedCell, sellingOf } from '#shared/catalog/goods-import.ts'
import { GOOD_DEFAULTS, GoodChanged } from '#shared/catalog/good.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { KeptRow } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { GoodsImported } from '#shared/sales/events.ts'
import { type Context, commit, isRepeat, requireRight } from '../context.ts'
import { goodEdit } from '../goods.ts'
import { type GoodsFinder, LISTED_MAX, planImport, previewImport } from './goods-import.ts'
import { importMoves, type NewEvent } from './moves.ts'
import { undoStamps } from './undo-handlers.ts'

type Calls = 'goods.importPreview' | 'goods.import'

export function importHandlers(context: Context): Pick<Handlers, Calls> {
  const { store } = context
  const finder: GoodsFinder = { goodByCode: (code) => store.goodByCode(code), goodByName: (name) => store.goodByName(name) }

  return {
    'goods.importPreview': (input) => previewImport(input, finder),

    async 'goods.import'({ key, ...input }) {
      requireRight(context, 'goods.edit')
      if (isRepeat(context, key, GoodsImported.type)) return answer(context, key)
      const plan = await planImport(input, finder)
      // Reading the file gave the thread away: what was true before it is asked again.
      if (isRepeat(context, key, GoodsImported.type)) return answer(context, key)
      const changes = new Changes(context)
      for (const { fields, stock, existing } of plan.good) changes.add({ fields, stock }, existing)
      const kept = plan.bad.map(({ row, cells, bad }): KeptRow => ({ kind: 'goods', import: key, file: plan.file, row, cells, mapping: plan.mapping as Record<string, string>, bad: [...bad] }))
      const header = { file: plan.file.slice(0, 200), rows: plan.rows, added: changes.added, updated: changes.updated, refused: plan.bad.length, ...changes.made() }
      store.together(() => {
        store.keepRows(kept)
        commit(context, [...changes.events(), { id: key, type: GoodsImported.type, v: 1, body: header }])
      })
      context.emit('goods.reloaded', {})
      context.changed()
      return answer(context, key, plan.noted)
    },
  }
}

/** Tries a kept row of goods again. Gives what is still wrong. */
export function mendGood(context: Context, key: Id, kept: KeptRow, set: Readonly<Record<string, string>>): RefusedCell[] {
  const { store } = context
  const mended = mendRow(kept.cells, kept.mapping as ColumnMapping, set, GOOD_COLUMNS)
  const verdict = readGoodRow(kept.row, mended.cells, mended.mapping)
  if ('bad' in verdict) {
    store.keepRows([{ ...kept, cells: mended.cells, mapping: mended.mapping as Record<string, string>, bad: [...verdict.bad] }])
    return verdict.bad
  }
  const { code, name } = verdict.good.fields
  const existing = code ? store.goodByCode(code) : store.goodByName(name)
  const changes = new Changes(context)
  changes.add(verdict.good, existing?.id, key)
  store.together(() => {
    commit(context, changes.events())
    store.dropKeptRow(kept.import, kept.row)
  })
  return []
}

/**
 * The answer to an import, from the journal and the rows kept: the same however often it is asked. Only the notes are
 * not kept, and a repeat has none.
 */
function answer({ store }: Context, key: Id, noted: readonly RefusedCell[] = []) {
  const { rows, added, updated, refused } = GoodsImported.body.parse(store.event(key)!.body)
  const bad = store.keptRows(key, LISTED_MAX).rows.map(({ row, cells, bad: reasons }) => ({ row, cells, bad: reasons }))
  return { import: key, rows, added, updated, refused, bad, noted: noted.slice(0, LISTED_MAX), notedTotal: noted.length }
}

/** Events that bring rows in: only fields that differ, and stock as the delta to what the file counted. */
class Changes {
  added = 0
  updated = 0
  readonly #context: Context
  readonly #goods: NewEvent[] = []
  readonly #stock: { good: Id; delta: number }[] = []
  readonly #hlc: string
  readonly #undone: ReadonlySet<string>

  constructor(context: Context) {
    this.#context = context
    this.#hlc = context.store.nextHlc(context.clock.now())
    this.#undone = undoStamps(context)
  }

  add({ fields, stock }: GoodRow, existing: Id | undefined, eventId?: Id): void {
    const { store, ids } = this.#context
    const good = existing ?? ids.next()
    const before = existing === undefined ? undefined : store.good(existing)
    const wanted = { ...fields, ...sellingOf(fields, before), ...(before && !before.on && this.#isOffByUndo(good) ? { on: true } : {}) }
    const set = before ? Object.fromEntries(Object.entries(wanted).filter(([field, value]) => before[field as keyof typeof before] !== value)) : { ...GOOD_DEFAULTS, ...wanted }
    if (before) this.updated += 1
    else this.added += 1
    const was = before && { was: Object.fromEntries(Object.keys(set).map((field) => [field, before[field as keyof typeof before]])) }
    if (Object.keys(set).length > 0 || eventId !== undefined) this.#goods.push({ id: eventId ?? ids.next(), type: GoodChanged.type, v: 1, body: { ...goodEdit(this.#context, good, set, this.#hlc), ...was } })
    if (stock !== null) this.#stock.push({ good, delta: stock - (before?.stock ?? 0) })
  }

  /** A good that an earlier import made and its undo took away: the mended file brings it back. */
  #isOffByUndo(good: Id): boolean {
    return this.#undone.has(this.#context.store.document('good', good)?.clocks['on'] ?? '')
  }

  #moves(): NewEvent[] {
    return this.#made ??= importMoves(this.#context.ids, this.#stock)
  }
  #made: NewEvent[] | undefined

  events(): NewEvent[] {
    return [...this.#goods, ...this.#moves()]
  }
  /** What an undo finds them by. */
  made(): { hlc: string; edits: number; moves: number } {
    return { hlc: this.#hlc, edits: this.#goods.length, moves: this.#moves().length }
  }
}
