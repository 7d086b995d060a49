/** Figures of a benchmark: one JSON line each, with percentiles and the peer measured in the same run. */

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly n: number
  readonly p50: number
  readonly p95: number
  /** The peer's value, and value over peer, where there is one. */
  readonly peer: number | null
  readonly ratio: number | null
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

const round = (value: number): number => Number(value.toPrecision(4))

/** A figure whose value is its p95. */
export function p95Figure(name: string, unit: string, values: readonly number[], peer?: readonly number[]): Figure {
  const value = percentile(values, 0.95)
  const other = peer === undefined ? null : percentile(peer, 0.95)
  return {
    name, value: round(value), unit, n: values.length, p50: round(percentile(values, 0.5)), p95: round(value),
    peer: other === null ? null : round(other), ratio: other === null ? null : round(value / other),
  }
}

/** A figure whose value is its largest, against a limit that must never be passed. */
export function maxFigure(name: string, unit: string, values: readonly number[], limit: number): Figure {
  const value = Math.max(...values)
  return { name, value: round(value), unit, n: values.length, p50: round(percentile(values, 0.5)), p95: round(percentile(values, 0.95)), peer: round(limit), ratio: round(value / limit) }
}

/** A figure whose value is its p95, against a limit that it should keep to. */
export function limitFigure(name: string, unit: string, values: readonly number[], limit: number): Figure {
  const value = percentile(values, 0.95)
  return { name, value: round(value), unit, n: values.length, p50: round(percentile(values, 0.5)), p95: round(value), peer: limit, ratio: round(value / limit) }
}

/** A figure of how much is done in a second: its value is the median, and its p95 what 95 of 100 runs reach or pass. */
export function rateFigure(name: string, unit: string, values: readonly number[], peer?: readonly number[]): Figure {
  const figure = valueFigure(name, unit, values, peer)
  return { ...figure, p95: round(percentile(values, 0.05)) }
}

/** A figure whose value is its median. */
export function valueFigure(name: string, unit: string, values: readonly number[], peer?: readonly number[]): Figure {
  const value = percentile(values, 0.5)
  const other = peer === undefined ? null : percentile(peer, 0.5)
  return {
    name, value: round(value), unit, n: values.length, p50: round(value), p95: round(percentile(values, 0.95)),
    peer: other === null ? null : round(other), ratio: other === null ? null : round(value / other),
  }
}
