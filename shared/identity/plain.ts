/**
 * Values known at sight: what a program of ours writes, told from anything odd without a schema, which takes several times
 * as long. These never refuse: what they don't know, the schema judges.
 */
type Fields = Readonly<Record<string, unknown>>

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const isPlainObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The fields of a value that has so many of its own and nothing behind them. */
export const plainFields = (value: unknown, count: number): Fields | undefined => (isPlainObject(value) && Object.keys(value).length === count ? value : undefined)
/** Any names but the one that would reach behind them. */
export const isPlainRecord = (value: unknown): boolean => isPlainObject(value) && !Object.hasOwn(value, '__proto__')
export const isPlainId = (value: unknown): boolean => typeof value === 'string' && ID.test(value)
export const isPlainText = (value: unknown, low: number, high: number): boolean => typeof value === 'string' && value.length >= low && value.length <= high
export const isPlainInteger = (value: unknown, low: number, high: number): boolean => (
  Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high && !Object.is(value, -0)
)
export const isPlainList = (value: unknown, low: number, high: number, is: (item: unknown) => boolean): boolean => (
  Array.isArray(value) && value.length >= low && value.length <= high && value.every(is)
)
