/** Values that are almost what they should be, for parsers and for what spares them work. */
import fc from 'fast-check'

/** What a broken, newer or hostile sender might put in a field's place. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, -0, 0, -1, 0.5, Number.NaN, Infinity, 1e12, 1e12 + 1, -1e12 - 1, 2 ** 53, '1', '', true, [], {}, 'x'.repeat(121), '2026-1-1', '2026-11-24\n', 'drawer', 'safe', 'channel:wechat', 'card', 'weight'),
  fc.uuid().map((id) => id.toUpperCase()), fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '0190a5b0-0000-0000-0000-000000000001'),
  fc.string({ unit: 'binary' }), fc.double(), fc.array(fc.nat(), { maxLength: 3 }),
)
export interface Change { readonly at: number; readonly how: 'set' | 'drop' | 'add' | 'repeat'; readonly value: unknown }
export const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(), how: fc.constantFrom('set', 'set', 'drop', 'add', 'repeat'), value: odd })

/** Every object and list of a body, and every field of each. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [[value as Record<string, unknown>, key] as [Record<string, unknown>, string], ...placesOf(item)])
}

/** A value of JSON with one thing in it changed. */
export function broken(body: unknown, { at, how, value }: Change): unknown {
  const places = placesOf(body)
  const [holder, key] = places[at % places.length]!
  // A list that JSON can say has no gaps and no names.
  const list = Array.isArray(holder) ? holder as unknown[] : undefined
  if (how === 'set') holder[key] = value
  else if (how === 'drop' && list) list.splice(Number(key), 1)
  else if (how === 'drop') delete holder[key]
  else if (how === 'add' && list) list.push(value)
  else if (how === 'add') holder['later'] = value
  else if (Array.isArray(holder[key])) holder[key] = Array.from({ length: 501 }, () => (holder[key] as unknown[])[0])
  else holder[key] = [holder[key]]
  return body
}
