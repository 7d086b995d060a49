/** What a part of the torture is told, and what it says when it is over: one JSON line. */

export interface TortureOptions {
  /** How much of it: kills, cuts or damaged files. */
  readonly times: number
  /** The same seed gives the same commands, pauses and choices; when the machine does what in between is its own. */
  readonly seed: number
  /** A line on how it goes, to stderr. */
  readonly log: (line: string) => void
}

export interface TortureReport {
  readonly name: string
  readonly seed: number
  /** Acknowledged sales and members that were not there, and sales that were there twice or that nobody rang. */
  readonly lost: number
  readonly doubled: number
  /** Everything that was not as promised, those two included: empty when all is well. */
  readonly wrong: readonly string[]
  /** Why this part did not run. */
  readonly skipped?: string
  readonly [figure: string]: unknown
}

/** Collects what is wrong: the first fifty in words, and all of it counted. */
export class Verdict {
  lost = 0
  doubled = 0
  readonly wrong: string[] = []

  fault(what: string): void {
    if (this.wrong.length < 50) this.wrong.push(what)
  }
  lose(what: string): void {
    this.lost += 1
    this.fault(`lost: ${what}`)
  }
  double(what: string): void {
    this.doubled += 1
    this.fault(`doubled: ${what}`)
  }
}
