/** How long nobody has touched the till. Pure but for the clock it is given. */
export interface IdleOptions {
  /** UTC ms */
  now(): number
  /** Minutes without a touch after which it locks; 0 is never. Asked at every look, as it may be changed meanwhile. */
  minutes(): number
  /** Something is under way that must not lose the one who answers for it. */
  busy(): boolean
  lock(): void
}
export interface Idle {
  /** Somebody pressed, touched or scanned. */
  touch(): void
  /** To be called every few seconds. */
  look(): void
}

const MINUTE_MS = 60_000

/** What is under way counts as a touch: when it is over the whole time begins anew. */
export function watchIdle({ now, minutes, busy, lock }: IdleOptions): Idle {
  let touched = now()
  const touch = (): void => { touched = now() }
  return {
    touch,
    look() {
      // A clock that was put back must not keep the till open for hours.
      if (busy() || now() < touched) return touch()
      const after = minutes() * MINUTE_MS
      if (after === 0 || now() - touched < after) return
      touch()
      lock()
    },
  }
}
