/** A receipt printer that is out of paper, off, cut off or deaf as chance will have it, and keeps what came out of it. */
import type { PrintOutcome, Printer } from '#shared/ports/ports.ts'
import type { Chance } from './chance.ts'
import type { Schedule } from './schedule.ts'

/** `【补打】` in GB 18030, which marks a paper that repeats another. */
const COPY_MARK = Buffer.from([0xa1, 0xbe, 0xb2, 0xb9, 0xb4, 0xf2, 0xa1, 0xbf])

export interface Paper { readonly no: string; readonly isCopy: boolean; readonly isWhole: boolean }

export class SimulatedPrinter {
  readonly papers: Paper[] = []
  mishaps: number
  readonly #schedule
  readonly #chance

  constructor(schedule: Schedule, chance: Chance, mishaps: number) {
    this.#schedule = schedule
    this.#chance = chance
    this.mishaps = mishaps
  }

  /** The device as one process of the till has it. */
  device(isAlive: () => boolean): Printer {
    return {
      status: undefined,
      send: (bytes) => new Promise((resolve) => {
        const outcome = this.#outcome(bytes.length)
        const out = outcome.ok || outcome.code === 'printer.unconfirmed' ? bytes.length : outcome.sent
        if (out > 0) this.#print(bytes.subarray(0, out), out === bytes.length)
        this.#schedule.after(this.#chance.int(1, 3_000), () => { if (isAlive()) resolve(outcome) })
      }),
    }
  }

  #outcome(length: number): PrintOutcome {
    if (!this.#chance.odds(this.mishaps)) return { ok: true }
    return this.#chance.pick<PrintOutcome>([
      { ok: false, code: 'printer.unreachable', sent: 0 }, { ok: false, code: 'printer.refused', sent: 0 },
      { ok: false, code: 'printer.cut_off', sent: this.#chance.int(0, length) }, { ok: false, code: 'printer.timeout', sent: this.#chance.int(1, length) },
      { ok: false, code: 'printer.unconfirmed', sent: length },
    ])
  }

  #print(bytes: Uint8Array, isWhole: boolean): void {
    const text = Buffer.from(bytes)
    const no = /\d{8}-\d{2,}-T?\d{4,}/.exec(text.toString('latin1'))?.[0]
    if (no !== undefined) this.papers.push({ no, isCopy: text.includes(COPY_MARK), isWhole })
  }
}
