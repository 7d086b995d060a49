/** What the ways up and down share of one connection. */
import type { TillStore } from '#shared/host/store.ts'
import type { Clock, Timer } from '#shared/ports/ports.ts'
import type { CloudClient } from './cloud-client.ts'

export interface Exchange {
  readonly client: CloudClient
  readonly store: TillStore
  readonly timer: Timer
  readonly clock: Clock
  /** Whether the latest push arrived soon; outlives a connection. */
  readonly pace: { isQuick: boolean }
  /** False when the connection has been given up meanwhile: nothing of it counts any more. */
  isCurrent(): boolean
  /** The line works, and how things stand may have changed. */
  moved(): void
  /** Something worth a line in the log; never with personal data. */
  log(code: string, detail: Record<string, unknown>): void
}
