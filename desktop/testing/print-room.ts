/** Two network printers that can be broken, a queue in memory and its pump, in a time that runs faster: what a test of printing needs. */
import { tcpPrinter } from '#desktop/devices/printers/tcp-printer.ts'
import { serialPrinter } from '#desktop/devices/printers/serial-printer.ts'
import type { CablePrinter } from '#desktop/devices/testing/cable-printer.ts'
import { PrinterHead } from '#desktop/devices/testing/printer-head.ts'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { type PrintQueue, createPrintQueue } from '#desktop/host/paper/print-queue.ts'
import { parsePlace, type PrinterPlace } from '#shared/devices/printing.ts'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PrintJob, PrinterState } from '#shared/ports/ports.ts'
import { MemoryPrintJobs, SUITE_PRINTERS, receiptRequest } from '#shared/testing/print-jobs.ts'
import { hurriedTimer } from './hurried-timer.ts'

export interface PrintRoom {
  readonly devices: readonly [PrinterSimulator, PrinterSimulator]
  readonly jobs: MemoryPrintJobs
  readonly states: Map<Id, PrinterState>
  printers: PrinterSettings[]
  readonly queue: PrintQueue
  /** Queues a receipt of its own for a printer, and wakes the pump. */
  print(printer?: Id): number
  /** Papers of a printer as far as they came out: `job 3 end`, `job 3 copy end`; between number and end are many x, here none. */
  papers(of?: 0 | 1): string[]
  /** The same with its x. */
  pieces(of: 0 | 1): string[]
  /** Resolves when something is so; looked at whenever a job or a printer changed. */
  until(isSo: () => boolean): Promise<void>
  /** The pump dies, whatever it was doing, and another begins with what the queue holds. */
  crash(): void
  close(): Promise<void>
}

export const [FRONT, KITCHEN] = SUITE_PRINTERS
const refOf = (n: number): Id => `0198d3f2-0000-7000-8000-${String(n).padStart(12, '0')}` as Id

export interface RoomOptions {
  /** How many times faster than the clock on the wall. */
  readonly times?: number
  /** Bytes of a paper, about. */
  readonly size?: (job: PrintJob) => number
  readonly answerMs?: number
  readonly asks?: boolean
  /** The front printer is this one, on a serial line. */
  readonly cable?: CablePrinter
}

export async function openPrintRoom({ times = 20, size = () => 600, answerMs = 6_000, asks = true, cable }: RoomOptions = {}): Promise<PrintRoom> {
  const abilities = { status: true, taken: true }
  const devices = [await startPrinterSimulator(new PrinterHead(abilities)), await startPrinterSimulator(new PrinterHead(abilities))] as const
  const jobs = new MemoryPrintJobs()
  const states = new Map<Id, PrinterState>()
  const watchers = new Set<() => void>()
  const timer = hurriedTimer(times)
  const began = Date.now()
  const clock = { now: () => began + (Date.now() - began) * times }
  const changed = (): void => { for (const watcher of watchers) watcher() }
  let generation = 0
  const start = (): PrintQueue => {
    const mine = ++generation
    /** A process that is dead writes nothing any more. */
    const isAlive = (): boolean => mine === generation
    return createPrintQueue({
      jobs: {
        next: (printer) => (isAlive() ? jobs.next(printer) : undefined),
        mark: (...args) => { if (isAlive()) jobs.mark(...args) },
        move: (...args) => (isAlive() ? jobs.move(...args) : 0),
        recover: () => jobs.recover(),
      },
      timer, clock, printers: () => room.printers,
      render: (job) => Buffer.from(`job ${job.ref.slice(-4).replace(/^0+/, '')}${job.copy ? ' copy' : ''} ${'x'.repeat(size(job))} end\n`),
      open({ address }) {
        const place = parsePlace(address)
        return place?.kind === 'serial' ? serialPrinter(place, { timer, asks, answerMs }) : tcpPrinter(place as Extract<PrinterPlace, { kind: 'tcp' }>, { timer, asks, answerMs, lookMs: 5 * times })
      },
      onChange: () => { if (isAlive()) changed() },
      onState(printer, state) {
        if (!isAlive()) return
        states.set(printer, state)
        changed()
      },
      onFault(fault) { throw fault },
    })
  }
  const settings = { profile: 'generic-58', receipts: true, drawer: false }
  const room = {
    devices, jobs, states,
    printers: [{ ...settings, id: FRONT, name: 'front', address: cable ? `serial:${cable.cable.port}?baud=115200` : devices[0].address }, { ...settings, id: KITCHEN, name: 'kitchen', address: devices[1].address }] as PrinterSettings[],
    get queue() {
      return queue
    },
    print(printer: Id = FRONT) {
      const id = jobs.add(printer, { ...receiptRequest, drawer: false, ref: refOf(jobs.all.length + 1) }, clock.now())
      queue.kick()
      return id
    },
    papers: (of: 0 | 1 = 0) => room.pieces(of).map((text) => text.replace(/ x+/, '').trimEnd()),
    pieces: (of: 0 | 1): string[] => (of === 0 && cable ? cable : devices[of]).received.map((bytes) => Buffer.from(bytes).toString('latin1')),
    until: (isSo: () => boolean) => new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isSo()) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
    }),
    crash() {
      const dead = queue
      queue = start()
      void dead.stop(0)
    },
    async close() {
      await queue.stop(0)
      generation++
      for (const device of devices) await device.close()
    },
  }
  let queue = start()
  return room
}
