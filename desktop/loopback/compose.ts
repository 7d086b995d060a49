/** Puts a till together from its parts: storage, sync, printers and handlers. Both the loopback and Electron's shell use it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { Approvals } from '#desktop/host/staff/approvals.ts'
import { bookLosses } from '#desktop/host/members/coupons.ts'
import { hearRecalls } from '#desktop/host/trace/recalls.ts'
import { releaseSpare } from '#desktop/host/members/leases.ts'
import { DeviceDesk } from '#desktop/host/device-desk.ts'
import { createHandlers } from '#desktop/host/handlers.ts'
import { createPrintQueue } from '#desktop/host/paper/print-queue.ts'
import { SearchQueue } from '#desktop/host/search-queue.ts'
import { SoldQueue } from '#desktop/host/sold-queue.ts'
import { renderJob } from '#desktop/host/paper/paper.ts'
import { type Context, DoneKeys } from '#desktop/host/context.ts'
import { type Pins, slowPins } from '#desktop/host/staff/pins.ts'
import { printStatus, snapshot } from '#desktop/host/views.ts'
import { systemDevices } from '#desktop/devices/system-devices.ts'
import { findPrinters } from '#desktop/devices/printers/find-printers.ts'
import { openPrinter } from '#desktop/devices/printers/open-printer.ts'
import { Backups } from '#desktop/storage/backup/backups.ts'
import { takePlace } from '#desktop/storage/backup/restore.ts'
import { Restoring } from '#desktop/storage/backup/restoring.ts'
import { type CopyTask, type Copying, copyOnThread } from '#desktop/storage/backup/worker.ts'
import { LEDGER_FILE, MIGRATIONS, openTillFolder, storageError } from '#desktop/storage/open.ts'
import { createTillStore } from '#desktop/storage/till-store.ts'
import { CloudSync, RESTORED } from '#desktop/sync/cloud-sync.ts'
import { makeDeviceKey } from '#desktop/sync/device-key.ts'
import { httpWire } from '#desktop/sync/http-wire.ts'
import { joinShop } from '#desktop/sync/pairing.ts'
import { renewTill } from '#desktop/sync/renewing.ts'
import { CALLS, EMITS } from '#shared/host/contract.ts'
import { Dispatcher } from '#shared/host/dispatcher.ts'
import type { FoundPrinter } from '#shared/devices/printing.ts'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Identity, TillStore } from '#shared/host/store.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import type { Devices } from '#shared/ports/devices.ts'
import type { Clock, Ids, Printer, PrinterState, Timer, Wire } from '#shared/ports/ports.ts'
import { DeviceBegun } from '#shared/sales/events.ts'
import { errorFacts } from '#shared/ports/log.ts'
import { Recorder, diagnose } from './diagnostics.ts'
import type { Level } from './log.ts'
import { systemClock, systemTimer } from './system.ts'

/** Where a till's ledger is: an open database, and how to let it go. */
export interface OpenLedger { readonly db: Database; readonly release: () => void }

/** What a till stands on. Everything has the machine's own in its place; a test or a simulation puts its own there. */
export interface TillWorld {
  readonly clock: Clock
  readonly ids: Ids
  readonly timer: Timer
  readonly pins: Pins
  random(): number
  deviceKey(): Pick<Identity, 'publicKey' | 'privateKey'>
  /** The line to the cloud at an address. */
  wire(url: string): Wire
  /** The device at a printer's address. */
  printer(settings: PrinterSettings): Printer
  /** Printers that are there. */
  findPrinters(scan: boolean): Promise<FoundPrinter[]>
  /** Scales and scanners. */
  readonly devices: Devices
  /** Throws TillError folder.*, database.newer or ledger.*. */
  openLedger(folder: string, migrations: string): OpenLedger
  /** Copies a ledger beside the till's own work. */
  copyLedger(task: CopyTask): Copying
  /** What a guess of a backup's passphrase costs, as a power of two; undefined is what is right for a shop. */
  readonly backupWork?: number | undefined
  /** The store as the till is to see it. */
  store(store: TillStore): TillStore
}

export interface TillOptions {
  /** The till's folder. */
  readonly folder: string
  readonly version: string
  readonly migrations?: string
  /** This till shows demonstration data: its screens say how to sign in. */
  readonly demo?: boolean
  /** Parts of the world that are not the machine's. */
  readonly world?: Partial<TillWorld>
  /** One line of the log; never personal data or secrets. */
  log(level: Level, code: string, detail?: Record<string, unknown>): void
}
export interface Till {
  readonly dispatcher: Dispatcher
  readonly store: TillStore
  close(): Promise<void>
}

function worldOf(given: Partial<TillWorld>): TillWorld {
  const clock = given.clock ?? systemClock
  const timer = given.timer ?? systemTimer
  return {
    clock, timer, ids: { next: () => uuidv7(clock.now(), randomBytes(10)) }, pins: slowPins, random: Math.random, deviceKey: makeDeviceKey, wire: httpWire,
    printer: (settings) => openPrinter(settings, timer), findPrinters: (scan) => findPrinters({ timer, scan }), devices: systemDevices(timer), openLedger: openTillFolder, copyLedger: copyOnThread, store: (store) => store,
    ...given,
  }
}

/** Throws TillError folder.*, database.newer or ledger.*. */
export function composeTill(options: TillOptions): Till {
  const world = worldOf(options.world ?? {})
  const recorder = new Recorder()
  const migrations = options.migrations ?? MIGRATIONS
  const restoring = new Restoring({
    folder: options.folder, migrations,
    mark: () => ({ key: RESTORED, value: String(world.clock.now()) }),
    isEmpty: () => running.store.countSales() === 0 && !running.store.anyPin() && !running.store.pairing(),
    async swap() {
      await running.close()
      try {
        takePlace(options.folder)
      } finally {
        // Whatever there is now answers the screens: without it they could not even say what happened.
        running = openTill(options, world, recorder, restoring, running.dispatcher)
      }
      running.tellAll()
    },
  })
  let running = openTill(options, world, recorder, restoring)
  restoring.drop()
  return {
    dispatcher: running.dispatcher,
    get store() { return running.store },
    async close() {
      restoring.drop()
      await running.close()
    },
  }
}

/** One till, from its ledger's opening to its closing; with a dispatcher where it takes another one's place. */
function openTill(options: TillOptions, world: TillWorld, recorder: Recorder, restoring: Restoring, screens?: Dispatcher): Till & { tellAll(): void } {
  const { clock, ids, timer } = world
  const migrations = options.migrations ?? MIGRATIONS
  const { db, release } = world.openLedger(options.folder, migrations)
  const log = recorder.listen((level, code, detail) => options.log(level, code, detail))
  const startedAt = clock.now()
  const store = openStore()
  function openStore(): TillStore {
    try {
      const opened = world.store(recorder.time(createTillStore(db, () => ({ device: ids.next(), shop: ids.next(), till: '00', ...world.deviceKey() }), release, migrations)))
      if (opened.head().seq > 0) return opened
      const body = { publicKey: opened.identity().publicKey, app: options.version }
      opened.commit({ events: [{ id: ids.next(), type: DeviceBegun.type, v: 1, body }], prints: [] }, clock.now(), null)
      if (options.demo) opened.setSetting('demo', '1')
      return opened
    } catch (error) {
      release()
      throw storageError(error)
    }
  }

  let isOnline = false
  let isClosed = false
  const sync = new CloudSync(store, world, {
    status(status) {
      dispatcher.emit('sync.changed', status)
      // Where the program ended before it gave up what it should.
      if (status.state === 'online' && !isOnline) {
        releaseSpare(context)
        bookLosses(context)
        hearRecalls(context)
      }
      isOnline = status.state === 'online'
    },
    log: (code, detail) => log('warn', code, detail),
    pulled({ goods, tickets, purses, promotions, other }) {
      if (goods.length > 0) search.kick()
      if (goods.length > 20) dispatcher.emit('goods.reloaded', {})
      else for (const id of goods) {
        const good = store.good(id)
        if (good) dispatcher.emit('good.changed', good)
      }
      if (tickets) {
        dispatcher.emit('tickets.changed', {})
        dispatcher.emit('alerts.changed', {})
        dispatcher.emit('members.changed', {})
        bookLosses(context)
        hearRecalls(context)
      }
      if (purses.length > 0) {
        dispatcher.emit('members.changed', {})
        dispatcher.emit('alerts.changed', {})
        releaseSpare(context, purses)
      }
      if (promotions) dispatcher.emit('promotions.changed', {})
      if (other) context.changed()
    },
    caughtUp() {
      dispatcher.emit('goods.reloaded', {})
      dispatcher.emit('promotions.changed', {})
      context.changed()
    },
  })
  const search = new SearchQueue(store, timer, (fault) => log('error', 'search.fault', { ...errorFacts(fault) }))
  const backups = new Backups({
    store, clock, timer, ledger: join(options.folder, LEDGER_FILE), folder: join(options.folder, 'backups'), migrations,
    copy: (task) => world.copyLedger(task),
    work: world.backupWork,
    changed: () => context.changed(),
    log: (code, detail) => log('warn', code, detail),
  })
  const printerStates = new Map<Id, PrinterState>()
  const desk = new DeviceDesk({ store, devices: world.devices, emit: (name, payload) => dispatcher.emit(name, payload) })
  const context: Context = {
    store, clock, ids, pins: world.pins, version: options.version, done: new DoneKeys(), approvals: new Approvals(), backups, restoring, desk,
    printing: {
      state: (printer) => printerStates.get(printer) ?? { state: 'unknown', code: null, troubles: [] },
      takeOver: (from, to) => queue.takeOver(from, to),
      find: (scan) => world.findPrinters(scan),
    },
    cloud: {
      status: () => sync.status(),
      kick: () => sync.kick(),
      now: () => sync.now(),
      async pair(cloud, code, key) {
        await joinShop(store, world, cloud, code, key)
        context.changed()
        sync.start()
        return sync.now()
      },
      async renew(code, key) {
        // What the old ledger still sent while the new one is begun would be counted as another till's.
        await sync.rest()
        try {
          await renewTill(store, world, options.version, code, key)
        } finally {
          sync.start()
        }
        dispatcher.emit('goods.reloaded', {})
        context.changed()
        return sync.now()
      },
    },
    diagnose: () => diagnose({ folder: options.folder, version: options.version, store, db, sync: sync.status(), recorder, startedAt }, clock.now()),
    emit: (name, payload) => dispatcher.emit(name, payload),
    touched: (isOpen) => sold.touched(isOpen),
    changed: () => dispatcher.emit('snapshot.changed', snapshot(context, dispatcher.seq + 1)),
    // After the answer: rendering and the queue's own write must not hold up the sale.
    printed() {
      timer.after(0, () => {
        queue.kick()
        // One that can't print now doesn't move, and has more to print all the same.
        if (!isClosed) printChanged()
      })
    },
  }
  const handlers = createHandlers(context, () => dispatcher.seq)
  const dispatcher: Dispatcher = screens ?? new Dispatcher(handlers, (error, call) => {
    log('error', 'host.failed', { call: Object.hasOwn(CALLS, call) || Object.hasOwn(EMITS, call) ? call : '', ...errorFacts(error) })
  })
  screens?.serve(handlers)
  const printChanged = (): void => dispatcher.emit('print.changed', { printers: printStatus(context) })
  // Last, because it looks at once for what a crash left, and renders it.
  const queue = createPrintQueue({
    jobs: store, printers: () => store.printers(), clock, timer,
    open: (settings) => world.printer(settings),
    render: (job, settings) => renderJob(context, job, settings),
    onChange: printChanged,
    onState(printer, state) {
      printerStates.set(printer, state)
      printChanged()
    },
    onFault: (fault) => log('error', 'print.fault', { ...errorFacts(fault) }),
  })
  sync.start()
  search.kick()
  const sold = new SoldQueue({ store, timer, clock, onFault: (fault) => log('error', 'sold.fault', { ...errorFacts(fault) }) })
  backups.start()
  log('info', 'till.opened', { version: options.version, rows: store.head().seq })
  return {
    dispatcher, store,
    tellAll() {
      context.changed()
      for (const name of ['goods.reloaded', 'promotions.changed', 'tickets.changed', 'alerts.changed', 'members.changed'] as const) dispatcher.emit(name, {})
    },
    async close() {
      await sync.close()
      await desk.close()
      search.close()
      sold.close()
      await backups.close()
      await queue.stop()
      isClosed = true
      store.close()
    },
  }
}
