/**
 * Money is an integer of fen (1 yuan = 100 fen), branded and range-checked. Nothing here ever
 * touches a fraction: rounding is named, and whatever is split sums to the whole again.
 */
import { z } from 'zod'

export type Fen = number & { readonly __unit: 'fen' }

/** 10 billion yuan. A till that needs more has a bug, and the check finds it before the journal does. */
export const FEN_MAX = 1_000_000_000_000

/** Brands an integer as fen. Throws RangeError on fractions, NaN, or beyond ±FEN_MAX: that is a bug, not input. */
export function fen(value: number): Fen {
  if (!Number.isSafeInteger(value) || Math.abs(value) > FEN_MAX) throw new RangeError(`not an amount in fen: ${value}`)
  return (value === 0 ? 0 : value) as Fen
}

/** What `fen` is to a number, to a schema: minus zero is zero. No pipe, which a sale of many amounts would pay for at every one. */
const amount = (low: number) => z.int().min(low).max(FEN_MAX).overwrite((value) => (value === 0 ? 0 : value)) as unknown as z.ZodType<Fen, number>

/** For boundaries: an integer amount in fen, negative allowed (returns, differences). */
export const FenSchema = amount(-FEN_MAX)
/** For boundaries: an integer amount in fen that is not negative (prices, cash given, floats). */
export const PriceSchema = amount(0)

export const ZERO = fen(0)

export function sum(parts: Iterable<number>): Fen {
  let total = 0
  for (const part of parts) total += part
  return fen(total)
}

/**
 * round(value × numerator / denominator), halves away from zero, exact for every safe integer:
 * products beyond 2^53 go through BigInt.
 */
export function roundHalfUp(value: number, numerator: number, denominator: number): Fen {
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(numerator)) throw new RangeError('roundHalfUp takes integers')
  if (!Number.isSafeInteger(denominator) || denominator <= 0) throw new RangeError('denominator must be a positive integer')
  const product = value * numerator
  if (Number.isSafeInteger(product)) {
    const size = Math.abs(product)
    const rest = size % denominator
    const whole = (size - rest) / denominator + (rest * 2 >= denominator ? 1 : 0)
    return fen(product < 0 ? -whole : whole)
  }
  const big = BigInt(value) * BigInt(numerator)
  const size = big < 0n ? -big : big
  const whole = (size * 2n + BigInt(denominator)) / (2n * BigInt(denominator))
  return fen(Number(big < 0n ? -whole : whole))
}

/**
 * Splits an amount by weights with largest remainders; ties go to the earlier part. The parts always
 * sum to the whole, which is asserted. Weights are non-negative integers; all zero means equal shares.
 */
export function split(total: Fen, weights: readonly number[]): Fen[] {
  if (weights.length === 0) {
    if (total !== 0) throw new RangeError('nothing to split an amount over')
    return []
  }
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) throw new RangeError('weights are non-negative integers')
  const allZero = weights.every((weight) => weight === 0)
  const used = allZero ? weights.map(() => 1) : weights
  const parts = splitSmall(Math.abs(total), used) ?? splitLarge(Math.abs(total), used)
  const signed = parts.map((part) => fen(total < 0 ? -part : part))
  if (sum(signed) !== total) throw new Error('split lost a fen')
  return signed
}

/** undefined where a product would leave the exact integers. A ticket is shared out hundreds of times a second: hence without BigInt. */
function splitSmall(size: number, used: readonly number[]): number[] | undefined {
  const whole = used.reduce((a, b) => a + b, 0)
  if (!Number.isSafeInteger(whole * size)) return undefined
  const rests: { index: number; rest: number }[] = []
  let left = size
  const parts = used.map((weight, index) => {
    const exact = size * weight
    const rest = exact % whole
    const share = (exact - rest) / whole
    left -= share
    if (rest > 0) rests.push({ index, rest })
    return share
  })
  // What is left over is the sum of the rests: never more of it than there are of them.
  if (left > 0) for (const { index } of rests.sort((a, b) => b.rest - a.rest || a.index - b.index).slice(0, left)) parts[index]! += 1
  return parts
}

function splitLarge(total: number, used: readonly number[]): number[] {
  const whole = used.reduce((a, b) => a + BigInt(b), 0n)
  const size = BigInt(total)
  const shares = used.map((weight, index) => {
    const exact = size * BigInt(weight)
    return { index, share: exact / whole, rest: exact % whole }
  })
  let left = size - shares.reduce((a, b) => a + b.share, 0n)
  for (const entry of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break
    entry.share += 1n
    left -= 1n
  }
  return shares.map((entry) => Number(entry.share))
}

/** `1630` → `16.30`: what screens, receipts and exports show. No thousands separator below 10,000 yuan, none above either. */
export function formatYuan(amount: number): string {
  const size = Math.abs(amount)
  const text = `${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`
  return amount < 0 ? `-${text}` : text
}

/**
 * Reads yuan as people and files write it: `16.3`, `￥16.30`, `1,630.00`, `-4.5`, `12元`. Returns undefined for
 * anything else, for more than two significant decimals, and beyond the range. Full-width digits are not digits.
 */
export function parseYuan(text: string): Fen | undefined {
  const plain = text.trim().replace(/^[¥￥]\s*/, '').replace(/\s*元$/, '')
  const match = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d*))?$/.exec(plain)
  if (!match || (match[2] === undefined && !match[3])) return undefined
  const decimals = (match[3] ?? '').replace(/0+$/, '')
  if (decimals.length > 2) return undefined
  const value = Number((match[2] ?? '0').replaceAll(',', '')) * 100 + Number(decimals.padEnd(2, '0'))
  if (!Number.isSafeInteger(value) || value > FEN_MAX) return undefined
  return fen(match[1] === '-' ? -value : value)
}

/** A number as other programs' files have it, as an integer of `places` decimals; further ones (a cost that is an average, a double's noise) are rounded, halves up. Undefined for what is none. */
export function decimal(text: string, places: number): number | undefined {
  const plain = text.normalize('NFKC').replace(/^([+-]?)[¥￥$]\s*/, '$1').replace(/^[¥￥$]\s*/, '').replace(/\s*元$/, '')
  const match = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,12})?(?:\.(\d*))?$/.exec(plain)
  if (!match || (match[2] === undefined && !match[3])) return undefined
  const digits = (match[3] ?? '').padEnd(places + 1, '0')
  const size = Number((match[2] ?? '0').replaceAll(',', '')) * 10 ** places + Number(digits.slice(0, places)) + (digits[places]! >= '5' ? 1 : 0)
  if (!Number.isSafeInteger(size)) return undefined
  return size === 0 ? 0 : match[1] === '-' ? -size : size
}

/** Yuan of a file whose further decimals no customer ever pays. Undefined for what is none, or beyond the range. */
export function roundedYuan(text: string): Fen | undefined {
  const value = decimal(text, 2)
  return value === undefined || Math.abs(value) > FEN_MAX ? undefined : fen(value)
}
