/** The sync desk, counted: what it is asked for goes through unchanged. */
import { Refusal } from '#cloud/identity/refusal.ts'
import type { SyncDesk } from '#cloud/jobs/desk.ts'
import type { Metrics } from '#cloud/operating/metrics.ts'

export function meteredDesk({ sync, notices, now }: SyncDesk, metrics: Metrics): SyncDesk {
  return {
    now,
    sync: {
      ...sync,
      async ingest(device, rows, at) {
        try {
          const done = await sync.ingest(device, rows, at)
          // What was stored before this batch is in the device's row as its token found it.
          metrics.pushed('stored', Math.max(0, done.ack - device.ack), done.flags.filter(({ seq }) => seq > device.ack).map(({ code }) => code))
          return done
        } catch (error) {
          metrics.pushed(error instanceof Refusal ? error.code : 'server.failed', 0, [])
          throw error
        }
      },
      async pull(...asked) {
        const page = await sync.pull(...asked)
        metrics.pulled(page.changes.length)
        return page
      },
    },
    notices: {
      ...notices,
      subscribe(shop, listener) {
        const unsubscribe = notices.subscribe(shop, listener)
        metrics.streams(1)
        return () => {
          metrics.streams(-1)
          unsubscribe()
        }
      },
    },
  }
}
