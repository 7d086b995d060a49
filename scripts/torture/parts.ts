/** The parts of the torture by name, and how much of what is asked for each takes. */
import { killUnderLoad, killWhilePrinting } from './kill-under-load.ts'
import type { TortureOptions, TortureReport } from './report.ts'

export interface TorturePart {
  /** Of the kills asked for. */
  readonly share: number
  readonly run: (options: TortureOptions) => Promise<TortureReport>
}

export const PARTS: Readonly<Record<string, TorturePart>> = {
  'kill.load': { share: 0.5, run: killUnderLoad },
  'kill.print': { share: 0.15, run: killWhilePrinting },
}
