/** The parts of the torture by name, and how much of what is asked for each takes. */
import { damage } from './damage.ts'
import { diskFaults } from './disk-faults.ts'
import { fullDisk } from './full-disk.ts'
import { killInImport } from './kill-in-import.ts'
import { killInMigration } from './kill-in-migration.ts'
import { killInBackup, killUnderLoad, killWhilePrinting } from './kill-under-load.ts'
import { powerLoss } from './power-loss.ts'
import type { TortureOptions, TortureReport } from './report.ts'

export interface TorturePart {
  /** Of the kills asked for. */
  readonly share: number
  readonly run: (options: TortureOptions) => Promise<TortureReport>
}

export const PARTS: Readonly<Record<string, TorturePart>> = {
  'kill.load': { share: 0.5, run: killUnderLoad },
  'kill.print': { share: 0.15, run: killWhilePrinting },
  'kill.migration': { share: 0.15, run: killInMigration },
  'kill.import': { share: 0.1, run: killInImport },
  'kill.backup': { share: 0.1, run: killInBackup },
  power: { share: 2, run: powerLoss },
  disk: { share: 0.2, run: diskFaults },
  'disk.full': { share: 0.02, run: fullDisk },
  damage: { share: 2, run: damage },
}
