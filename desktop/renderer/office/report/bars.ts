/** Where bars stand in a chart: one value beside that of the week before. Pure, so that it can be checked without a screen. */
export interface Bar { readonly label: string; readonly value: number; readonly before: number }
export interface Scale {
  /** The values at the ends of the chart; zero is always between them. */
  readonly low: number
  readonly high: number
  /** Where a value stands, from 0 (low) to 1 (high). */
  at(value: number): number
}

export function scaleOf(bars: readonly Bar[]): Scale {
  const values = bars.flatMap(({ value, before }) => [value, before])
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const size = high - low || 1
  return { low, high, at: (value) => (value - low) / size }
}

/** From where to where a bar goes, from 0 to 1. */
export function spanOf(scale: Scale, value: number): { from: number; size: number } {
  const [zero, end] = [scale.at(0), scale.at(value)]
  return { from: Math.min(zero, end), size: Math.abs(end - zero) }
}

/** Which of `count` labels are shown where only `room` have a place: evenly, the first always. */
export const labelEvery = (count: number, room: number): number => Math.max(1, Math.ceil(count / room))
