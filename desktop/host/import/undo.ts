/**
 * Taking an import back: what it made, read from the journal, and of that what nobody has touched since. A field goes
 * back whose stamp is still the import's; a new good goes off sale when all of it is; stock goes back by the import's
 * delta, so that what was sold meanwhile stays sold, unless the good was counted since. Quantities in thousandths.
 */
import type { z } from 'zod'
import { GoodChanged } from '#shared/catalog/good.ts'
import type { Clocks, Hlc } from '#shared/catalog/hlc.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { GoodsImported, GoodsImportUndone, type STOOD_REASONS, StockMoved } from '#shared/sales/events.ts'
import { StockCounted, StockCountScanned } from '#shared/stock/events.ts'

type Edit = z.output<typeof GoodChanged.body>
type GoodSet = Edit['set']
export interface Made {
  readonly edits: readonly Edit[]
  /** By good, the sum of what the import moved. */
  readonly stock: ReadonlyMap<Id, number>
}
export interface Stood { readonly good: Id; readonly what: string; readonly why: (typeof STOOD_REASONS)[number] }
export interface UndoPlan {
  readonly edits: { readonly good: Id; readonly set: GoodSet }[]
  readonly stock: { readonly good: Id; readonly delta: number }[]
  readonly off: number
  readonly changed: number
  readonly stood: Stood[]
}
export interface Since {
  /** The stamp of a field as it is now, an undo of a later import seen through; undefined where there is none. */
  stamp(good: Id, field: string): Hlc | undefined
  /** Whether a code belongs to another good by now. */
  isTaken(code: string, good: Id): boolean
  /** Goods whose stock somebody has counted since, or that another file has. */
  readonly counted: ReadonlySet<Id>
}

export function planUndo(made: Made, hlc: Hlc, since: Since): UndoPlan {
  const plan = { edits: [] as { good: Id; set: GoodSet }[], stock: [] as { good: Id; delta: number }[], off: 0, changed: 0, stood: [] as Stood[] }
  const keptWhole = new Set<Id>()
  for (const { good, set, was } of made.edits) {
    const isOurs = (field: string): boolean => since.stamp(good, field) === hlc
    if (was === undefined) {
      // Somebody has worked on a new good: it is theirs now, with its stock.
      if (Object.keys(set).every(isOurs)) {
        plan.edits.push({ good, set: { on: false } })
        plan.off += 1
      } else {
        keptWhole.add(good)
        plan.stood.push({ good, what: 'good', why: 'edited' })
      }
      continue
    }
    const back: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(was)) {
      if (!isOurs(field)) plan.stood.push({ good, what: field, why: 'edited' })
      else if (field === 'code' && value !== '' && since.isTaken(String(value), good)) plan.stood.push({ good, what: field, why: 'code_taken' })
      else back[field] = value
    }
    if (Object.keys(back).length === 0) continue
    plan.edits.push({ good, set: back })
    plan.changed += 1
  }
  for (const [good, delta] of made.stock) {
    if (delta === 0 || keptWhole.has(good)) continue
    if (since.counted.has(good)) plan.stood.push({ good, what: 'stock', why: 'counted' })
    else plan.stock.push({ good, delta: -delta })
  }
  return plan
}

/** What the import of the row `seq` made; undefined where its rows are not all before it, as after a new beginning of the ledger. */
export function madeBy(store: Pick<TillStore, 'trail'>, seq: number, { hlc, edits = 0, moves = 0 }: z.output<typeof GoodsImported.body>): Made | undefined {
  if (hlc === undefined) return undefined
  const made = { edits: [] as Edit[], stock: new Map<Id, number>() }
  let left = edits + moves
  let isWhole = true
  if (left > 0) store.trail({ before: seq, types: undefined }, ({ seq: at, type, body }) => {
    const isMove = left > edits
    isWhole = at === seq - (edits + moves - left) - 1 && type === (isMove ? StockMoved.type : GoodChanged.type)
    if (!isWhole) return false
    if (isMove) {
      for (const { good, delta } of StockMoved.body.parse(body).lines) made.stock.set(good, (made.stock.get(good) ?? 0) + delta)
    } else {
      const edit = GoodChanged.body.parse(body)
      isWhole = edit.hlc === hlc
      made.edits.push(edit)
    }
    left -= 1
    return isWhole && left > 0
  })
  return isWhole && left === 0 ? made : undefined
}

export interface PastImport { readonly id: Id; readonly seq: number; readonly at: number; readonly body: z.output<typeof GoodsImported.body>; readonly undone: { readonly at: number; readonly id: Id; readonly hlc: Hlc } | null }

/** Imports of this ledger, the latest first, each with its undo. */
export function pastImports(store: Pick<TillStore, 'trail'>, limit = Infinity): PastImport[] {
  const undone = new Map<Id, { at: number; id: Id; hlc: Hlc }>()
  const imports: PastImport[] = []
  store.trail({ before: undefined, types: [GoodsImported.type, GoodsImportUndone.type] }, ({ seq, id, type, at, body }) => {
    if (type === GoodsImportUndone.type) {
      const undo = GoodsImportUndone.body.parse(body)
      undone.set(undo.import, { at, id, hlc: undo.hlc })
    } else imports.push({ id, seq, at, body: GoodsImported.body.parse(body), undone: undone.get(id) ?? null })
    return imports.length < limit
  })
  return imports
}

/** What happened since the import of the row `seq`. Throws nothing; reads the journal behind that row once, its sales aside. */
export function sinceImport(store: Pick<TillStore, 'trail' | 'document' | 'goodByCode'>, seq: number): Since {
  const later = pastImports(store).filter((each) => each.seq > seq && each.undone)
  // What an undo wrote stands for what its import had found there.
  const under = new Map<string, Hlc>()
  for (const { seq: at, body, undone } of later) {
    for (const { good, over } of madeBy(store, at, body)?.edits ?? []) {
      for (const [field, stamp] of Object.entries(over ?? {})) under.set(`${good} ${field} ${undone!.hlc}`, stamp)
    }
  }
  let last: { good: Id; clocks: Clocks } | undefined
  return {
    stamp(good, field) {
      if (last?.good !== good) last = { good, clocks: store.document('good', good)?.clocks ?? {} }
      let stamp = last.clocks[field]
      for (let below = stamp; below !== undefined; below = under.get(`${good} ${field} ${below}`)) stamp = below
      return stamp
    },
    isTaken(code, good) {
      const other = store.goodByCode(code)
      return other !== undefined && other.id !== good
    },
    counted: countedSince(store, seq),
  }
}

function countedSince(store: Pick<TillStore, 'trail'>, seq: number): Set<Id> {
  const counted = new Set<Id>()
  const givenUp = new Set<Id>()
  /** What files moved: an import that was taken back leaves nothing. */
  const byFile = new Map<Id, number>()
  store.trail({ before: undefined, types: [StockMoved.type, StockCountScanned.type, StockCounted.type] }, ({ seq: at, type, body }) => {
    if (at <= seq) return false
    if (type === StockCounted.type) {
      const { count, given_up: isGivenUp, lines } = StockCounted.body.parse(body)
      if (isGivenUp) givenUp.add(count)
      // A file's count has no scans.
      for (const { good } of lines) counted.add(good)
    } else if (type === StockCountScanned.type) {
      const { count, good } = StockCountScanned.body.parse(body)
      if (!givenUp.has(count)) counted.add(good)
    } else {
      const { reason, lines } = StockMoved.body.parse(body)
      for (const { good, delta } of lines) {
        if (reason === 'counted') counted.add(good)
        if (reason === 'imported') byFile.set(good, (byFile.get(good) ?? 0) + delta)
      }
    }
    return true
  })
  for (const [good, moved] of byFile) if (moved !== 0) counted.add(good)
  return counted
}
