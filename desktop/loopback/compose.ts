/** Puts a till together from its parts: storage, sync, printers and handlers. Both the loopback and Electron's shell use it. */
import { randomBytes } from 'node:crypto'
import { createHandlers } from '#desktop/host/handlers.ts'
import { createPrintQueue } from '#desktop/host/print-queue.ts'
import { renderJob } from '#desktop/host/paper.ts'
import { type Context, DoneKeys } from '#desktop/host/context.ts'
import { snapshot } from '#desktop/host/views.ts'
import { systemTimer, tcpPrinter } from '#desktop/devices/tcp-printer.ts'
import { MIGRATIONS, openTillFolder, storageError } from '#desktop/storage/open.ts'
import { createTillStore } from '#desktop/storage/till-store.ts'
import { CloudSync } from '#desktop/sync/cloud-sync.ts'
import { makeDeviceKey } from '#desktop/sync/device-key.ts'
import { joinShop } from '#desktop/sync/pairing.ts'
import { Dispatcher } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { TillStore } from '#shared/host/store.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import type { Clock, Ids } from '#shared/ports/ports.ts'
import { DeviceBegun } from '#shared/sales/events.ts'

export interface TillOptions {
  /** The till's folder. */
  readonly folder: string
  readonly version: string
  readonly migrations?: string
  /** This till shows demonstration data: its screens say how to sign in. */
  readonly demo?: boolean
  /** Another time and other ids than the machine's. */
  readonly clock?: Clock
  readonly ids?: Ids
  /** One line of the log; never personal data or secrets. */
  log(level: 'info' | 'warn' | 'error', code: string, detail?: Record<string, unknown>): void
}
export interface Till {
  readonly dispatcher: Dispatcher
  readonly store: TillStore
  close(): Promise<void>
}

const systemClock: Clock = { now: () => Date.now() }

/** Throws TillError folder.*, database.newer or ledger.*. */
export function composeTill(options: TillOptions): Till {
  const clock = options.clock ?? systemClock
  const ids: Ids = options.ids ?? { next: () => uuidv7(clock.now(), randomBytes(10)) }
  const { db, release } = openTillFolder(options.folder, options.migrations ?? MIGRATIONS)
  const store = openStore()
  function openStore(): TillStore {
    try {
      const opened = createTillStore(db, () => ({ device: ids.next(), shop: ids.next(), till: '00', ...makeDeviceKey() }), release, options.migrations)
      if (opened.head().seq > 0) return opened
      const body = { publicKey: opened.identity().publicKey, app: options.version }
      opened.commit({ events: [{ id: ids.next(), type: DeviceBegun.type, v: 1, body }], prints: [] }, clock.now(), null)
      if (options.demo) opened.setSetting('demo', '1')
      return opened
    } catch (error) {
      release()
      // Right SQL that fails before anything was asked: the schema that it finds is damaged.
      throw error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR' ? new TillError('ledger.damaged', { reason: error.message }) : storageError(error)
    }
  }

  const sync = new CloudSync(store, clock, {
    status: (status) => dispatcher.emit('sync.changed', status),
    log: (code, detail) => options.log('warn', code, detail),
    pulled(goods, other) {
      if (goods.length > 20) dispatcher.emit('goods.reloaded', {})
      else for (const id of goods) {
        const good = store.good(id)
        if (good) dispatcher.emit('good.changed', good)
      }
      if (other) context.changed()
    },
  })
  const context: Context = {
    store, clock, ids, version: options.version, done: new DoneKeys(),
    cloud: {
      status: () => sync.status(),
      kick: () => sync.kick(),
      now: () => sync.now(),
      async pair(cloud, code, key) {
        await joinShop(store, clock, cloud, code, key)
        context.changed()
        sync.start()
        return sync.now()
      },
    },
    emit: (name, payload) => dispatcher.emit(name, payload),
    changed: () => dispatcher.emit('snapshot.changed', snapshot(context, dispatcher.seq + 1)),
    // After the answer: rendering and the queue's own write must not hold up the sale.
    printed: () => { setImmediate(() => queue.kick()) },
  }
  const dispatcher: Dispatcher = new Dispatcher(createHandlers(context, () => dispatcher.seq), (error, call) => {
    options.log('error', 'host.failed', { call, reason: reasonOf(error) })
  })
  // Last, because it looks at once for what a crash left, and renders it.
  const queue = createPrintQueue({
    jobs: store, printers: () => store.printers(), clock, timer: systemTimer,
    open: (settings) => tcpPrinter(settings.address, { timer: systemTimer }),
    render: (job, settings) => renderJob(context, job, settings),
    onChange: () => dispatcher.emit('print.changed', { printers: store.printStatus() }),
    onFault: (fault) => options.log('error', 'print.fault', { reason: reasonOf(fault) }),
  })
  sync.start()
  return {
    dispatcher, store,
    async close() {
      await sync.close()
      await queue.stop()
      store.close()
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.stack ?? error.message : String(error))
