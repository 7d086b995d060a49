/**
 * Where quick keys lie. Pure. A good's `quick` is its place: 1 to 100 on the first page, from 101 on the second. A key stays
 * where it was put, with gaps around it, and changes places with the one it is put upon, so nothing else moves.
 */
import { QUICK_PAGE } from '#shared/catalog/good.ts'

interface Key { readonly id: string; readonly quick: number }
export interface Placed<Good> { readonly good: Good; readonly place: number }
export interface Page { readonly no: number; readonly name: string }
/** Where a good goes now; 0 takes it off. */
export interface Move { readonly good: string; readonly quick: number }

const PAGES_MAX = 12
const LAST_PLACE = PAGES_MAX * QUICK_PAGE

export const pageOf = (place: number): number => Math.ceil(place / QUICK_PAGE)
export const firstOf = (page: number): number => (page - 1) * QUICK_PAGE + 1

/** Each good at its place; of two at one place, as two tills may have put them, the later takes the next that is free. */
export function placed<Good extends Key>(goods: readonly Good[]): Placed<Good>[] {
  const taken = new Set<number>()
  return [...goods].filter(({ quick }) => quick > 0).toSorted((a, b) => a.quick - b.quick).map((good) => {
    let place = good.quick
    while (taken.has(place)) place += 1
    taken.add(place)
    return { good, place }
  }).toSorted((a, b) => a.place - b.place)
}

/** The shop's pages, and those that goods lie on without a name. */
export function pages<Good extends Key>(goods: readonly Good[], names: readonly string[]): Page[] {
  const last = Math.max(1, names.length, ...placed(goods).map(({ place }) => pageOf(place)))
  return Array.from({ length: last }, (_, i) => ({ no: i + 1, name: names[i] ?? '' }))
}

/** A page's cells from its first: a good or nothing in each, up to the last good and to `least` cells. */
export function cells<Good extends Key>(goods: readonly Good[], page: number, least: number): (Good | null)[] {
  const here = placed(goods).filter(({ place }) => pageOf(place) === page)
  const first = firstOf(page)
  const count = Math.min(QUICK_PAGE, Math.max(least, (here.at(-1)?.place ?? first - 1) - first + 1))
  const row: (Good | null)[] = Array.from({ length: count }, () => null)
  for (const { good, place } of here) row[place - first] = good
  return row
}

/** What changes when a good is put at a place: the one that was there goes where the first came from, or off when it came from nowhere. */
export function move<Good extends Key>(goods: readonly Good[], good: string, to: number): Move[] {
  if (to < 1 || to > LAST_PLACE) return []
  const all = placed(goods)
  const from = all.find((each) => each.good.id === good)
  if (from?.place === to) return from.good.quick === to ? [] : [{ good, quick: to }]
  const other = all.find(({ place }) => place === to)
  const moves = [{ good, quick: to }, ...(other ? [{ good: other.good.id, quick: from?.place ?? freeOn(goods, pageOf(to)) }] : [])]
  return moves
}

/** The first free place of a page, or of one after it; 0 where all are full. */
export function freeOn<Good extends Key>(goods: readonly Good[], page: number): number {
  const taken = new Set(placed(goods).map(({ place }) => place))
  for (let place = firstOf(page); place <= LAST_PLACE; place++) if (!taken.has(place)) return place
  return 0
}
