/**
 * Hybrid logical clock: which of two edits of one field is later, without trusting any wall clock
 * for more than a tie-break. A stamp sorts as text: 12 hex digits of milliseconds, 4 of counter, the node.
 */
import { z } from 'zod'

export const HlcSchema = z.string().regex(/^[0-9a-f]{12}[0-9a-f]{4}-[0-9a-z-]{1,40}$/)
export type Hlc = string

const stamp = (ms: number, counter: number, node: string): Hlc =>
  `${ms.toString(16).padStart(12, '0')}${counter.toString(16).padStart(4, '0')}-${node}`

/** The next stamp for `node` at wall time `now` (UTC ms), later than `last` (any node's). */
export function tick(last: Hlc | undefined, now: number, node: string): Hlc {
  const wall = Math.max(0, Math.floor(now))
  if (!last) return stamp(wall, 0, node)
  const lastMs = Number.parseInt(last.slice(0, 12), 16)
  const lastCounter = Number.parseInt(last.slice(12, 16), 16)
  if (wall > lastMs) return stamp(wall, 0, node)
  return lastCounter < 0xffff ? stamp(lastMs, lastCounter + 1, node) : stamp(lastMs + 1, 0, node)
}

/** Who made an edit: a till's device id, or `cloud`. */
export const nodeOf = (hlc: Hlc): string => hlc.slice(17)
/** UTC ms, as its node's clock had it. */
export const wallOf = (hlc: Hlc): number => Number.parseInt(hlc.slice(0, 12), 16)

export type Clocks = Record<string, Hlc>
/** Clocks as they are kept and sent: where all fields of a document have one stamp, as nearly always, that alone. */
export type PackedClocks = Hlc | Clocks
export type Fields = Record<string, unknown>
export interface Merged {
  doc: Fields
  clocks: Clocks
  /** Fields whose value now comes from the edit. */
  applied: string[]
  /** Fields of the edit that lost to a later one. */
  lost: string[]
}

/** Fields that were edited together have one stamp, written once. */
export function packClocks(clocks: Clocks): PackedClocks {
  const [first, ...others] = Object.values(clocks)
  return first !== undefined && others.every((stamp) => stamp === first) ? first : clocks
}

/** The clocks of `doc`'s fields. */
export const unpackClocks = (clocks: PackedClocks, doc: Fields): Clocks =>
  (typeof clocks === 'string' ? Object.fromEntries(Object.keys(doc).map((field) => [field, clocks])) : clocks)

/** Merges an edit field by field: for each, the later stamp wins. Merging in any order gives the same document. */
export function mergeEdit(doc: Fields, clocks: Clocks, set: Fields, at: PackedClocks): Merged {
  const merged: Merged = { doc: { ...doc }, clocks: { ...clocks }, applied: [], lost: [] }
  for (const [field, value] of Object.entries(set)) {
    const theirs = typeof at === 'string' ? at : at[field]
    if (theirs === undefined) continue
    const ours = clocks[field]
    if (ours !== undefined && ours >= theirs) {
      if (ours !== theirs) merged.lost.push(field)
      continue
    }
    merged.doc[field] = value
    merged.clocks[field] = theirs
    merged.applied.push(field)
  }
  return merged
}

/** Whether two JSON values say the same, in whatever order databases keep an object's fields. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false
  const [mine, theirs] = [Object.entries(one), new Map(Object.entries(other))]
  return mine.length === theirs.size && mine.every(([key, value]) => theirs.has(key) && isSame(value, theirs.get(key)))
}
