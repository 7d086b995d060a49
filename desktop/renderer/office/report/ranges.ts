/** The ranges of days that are asked for with one touch, all up to today or before it. */
import { type DateRange, addDays } from '#shared/sales/report.ts'

export const PRESETS = ['today', 'yesterday', 'week', 'month', 'lastMonth'] as const
export type Preset = (typeof PRESETS)[number]

const monthOf = (date: string): string => `${date.slice(0, 7)}-01`

/** `today` is the business date in the shop's zone; a week is the seven days that end with it. */
export function rangeOf(preset: Preset, today: string): DateRange {
  switch (preset) {
    case 'today': return { from: today, to: today }
    case 'yesterday': return { from: addDays(today, -1), to: addDays(today, -1) }
    case 'week': return { from: addDays(today, -6), to: today }
    case 'month': return { from: monthOf(today), to: today }
    case 'lastMonth': {
      const to = addDays(monthOf(today), -1)
      return { from: monthOf(to), to }
    }
  }
}
