/** The last imports, and taking one back. */
import { GoodChanged } from '#shared/catalog/good.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { GoodsImportUndone, STOOD_MAX } from '#shared/sales/events.ts'
import { HistoryImportUndone } from '#shared/sales/history.ts'
import { type Context, commit, isRepeat, requireRight } from '../context.ts'
import { goodEdit } from '../goods.ts'
import { type PastHistory, pastHistory, undoHistory } from './history-handlers.ts'
import { importMoves, type NewEvent } from './moves.ts'
import { madeBy, pastImports, planUndo, sinceImport } from './undo.ts'

export function undoHandlers(context: Context): Pick<Handlers, 'import.list' | 'import.undo'> {
  const { store, clock, ids } = context
  return {
    'import.list'({ limit }) {
      requireRight(context, 'goods.edit')
      const goods = pastImports(store, limit).map(({ id, at, body: { file, rows, added, updated, refused, hlc }, undone }) => ({
        import: id, at, file, rows, added, updated, refused, undone: undone?.at ?? null, can: hlc !== undefined && undone === null, history: null,
      }))
      const history = pastHistory(store, limit).map(({ id, at, body: { file, rows, refused, sales, net, from, to, known }, undone }) => ({
        import: id, at, file, rows, added: 0, updated: 0, refused, undone: undone?.at ?? null, can: undone === null && store.history.isOn(id),
        history: { sales, net, from, to, known, unknown: [], unknownTotal: 0 },
      }))
      return { imports: [...goods, ...history].sort((one, other) => other.at - one.at).slice(0, limit) }
    },

    'import.undo'({ key, import: id }) {
      requireRight(context, 'goods.edit')
      const history = pastHistory(store).find((each) => each.id === id)
      if (history) {
        if (!isRepeat(context, key, HistoryImportUndone.type, { import: id })) undoHistory(context, key, history)
        return historyUndone(history)
      }
      if (isRepeat(context, key, GoodsImportUndone.type, { import: id })) return undoneAs(context, key)
      const past = pastImports(store).find((each) => each.id === id)
      if (!past) throw new TillError('import.not_found', { import: id })
      if (past.undone) return undoneAs(context, past.undone.id)
      const made = madeBy(store, past.seq, past.body)
      if (!made) throw new TillError('import.too_old', { file: past.body.file })
      const { edits, stock, off, changed, stood } = planUndo(made, past.body.hlc!, sinceImport(store, past.seq))
      store.together(() => {
        const hlc = store.nextHlc(clock.now())
        const goods = edits.map(({ good, set }): NewEvent => ({ id: ids.next(), type: GoodChanged.type, v: 1, body: goodEdit(context, good, set, hlc) }))
        const said = { import: id, file: past.body.file, hlc, off, changed, stock: stock.length, stood: stood.slice(0, STOOD_MAX), stoodTotal: stood.length }
        commit(context, [...goods, ...importMoves(ids, stock), { id: key, type: GoodsImportUndone.type, v: 1, body: said }])
        // Rows of a file that is taken back wait for nothing any more.
        for (const { row } of store.keptRows(id, past.body.refused).rows) store.dropKeptRow(id, row)
      })
      context.emit('goods.reloaded', {})
      context.changed()
      return undoneAs(context, key)
    },
  }
}

function historyUndone({ id, body: { sales, net, from, to, known } }: PastHistory): CallResult<'import.undo'> {
  return { import: id, off: 0, changed: 0, stock: 0, stood: [], stoodTotal: 0, history: { sales, net, from, to, known, unknown: [], unknownTotal: 0 } }
}

function undoneAs({ store }: Context, undo: Id): CallResult<'import.undo'> {
  const { import: id, off, changed, stock, stood, stoodTotal } = GoodsImportUndone.body.parse(store.event(undo)!.body)
  return { import: id, off, changed, stock, stood: stood.map((each) => ({ ...each, name: store.good(each.good)?.name ?? '' })), stoodTotal, history: null }
}

/** Stamps of all undos: what says so on a good was taken off sale by one, and by nobody. */
export function undoStamps({ store }: Pick<Context, 'store'>): Set<string> {
  return new Set(pastImports(store).flatMap(({ undone }) => (undone ? [undone.hlc] : [])))
}

