import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PrintJob, PrintRequest } from '#shared/ports/ports.ts'
import { MemoryPrintJobs, SUITE_PRINTERS, receiptRequest } from '#shared/testing/print-jobs.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { tcpPrinter } from '#desktop/devices/printers/tcp-printer.ts'
import { parsePlace, type PrinterPlace } from '#shared/devices/printing.ts'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { PROFILES } from '#printers/profiles.ts'
import { drawerKick } from '#printers/receipt.ts'
import { DRAWER_FRESH_MS, PARTIAL_TRIES_MAX, type PrintQueue, createPrintQueue, retryDelayMs } from './print-queue.ts'

const STALL_MS = 20_000
const QUIET_MS = 2_500
/** More than a printer takes in one go: what it leaves untaken is a stall and not a missing answer. */
const LONG = 'x'.repeat(5_000)
const KICK = Buffer.from(drawerKick(PROFILES['generic-58'])).toString('latin1')
const [FRONT, KITCHEN] = SUITE_PRINTERS

let device: PrinterSimulator
let other: PrinterSimulator
let jobs: MemoryPrintJobs
let timer: ReturnType<typeof manualTimer>
let printers: PrinterSettings[]
let now: number
let faults: unknown[]
let render: (job: PrintJob) => Uint8Array | undefined
let queue: PrintQueue | undefined
let watchers: (() => void)[]

beforeEach(async () => {
  device = await startPrinterSimulator()
  other = await startPrinterSimulator()
  jobs = new MemoryPrintJobs()
  timer = manualTimer()
  const settings = { profile: 'generic-58', receipts: true, drawer: true }
  printers = [{ ...settings, id: FRONT, name: 'front', address: device.address }, { ...settings, id: KITCHEN, name: 'kitchen', address: other.address }]
  now = 1_000_000
  faults = []
  render = (job) => Buffer.from(`job ${job.id}${job.copy ? ' copy' : ''}\n`)
  queue = undefined
  watchers = []
})
afterEach(async () => {
  await device.close()
  await other.close()
  await queue?.stop()
})

const changed = (): void => { for (const watcher of watchers.splice(0)) watcher() }
const start = (): PrintQueue => {
  queue = createPrintQueue({
    jobs, timer, clock: { now: () => now }, printers: () => printers, render: (job) => render(job),
    open: (settings) => tcpPrinter(parsePlace(settings.address) as Extract<PrinterPlace, { kind: 'tcp' }>, { timer, asks: false, lookMs: 0, stallMs: STALL_MS, quietMs: QUIET_MS }),
    onChange: changed, onState: () => undefined, onFault: (fault) => { faults.push(fault) },
  })
  return queue
}
/** Resolves when the queue has brought a job there; wakes only when the queue says that something changed. */
async function until(id: number, state: PrintJob['state']): Promise<void> {
  while (jobs.job(id).state !== state) await new Promise<void>((resolve) => { watchers.push(resolve) })
}
const add = (request: Partial<PrintRequest> = {}, printer: Id = FRONT): number => jobs.add(printer, { ...receiptRequest, drawer: false, ...request }, now)
const paper = (of: PrinterSimulator = device): string[] => of.received.map((bytes) => Buffer.from(bytes).toString('latin1'))

test('what waits is printed at start, in order, and what comes later at a kick', async () => {
  const first = add()
  const second = add()
  const pump = start()
  await until(second, 'done')
  const third = add()
  pump.kick()
  await until(third, 'done')
  expect(paper()).toEqual(['job 1\n', 'job 2\n', 'job 3\n'])
  expect(jobs.job(first)).toMatchObject({ state: 'done', attempts: 1, error: null, copy: false })
})

test('a kick while a document is on its way is not forgotten', async () => {
  const ids = Array.from({ length: 20 }, () => 0)
  const pump = start()
  for (const i of ids.keys()) {
    ids[i] = add()
    pump.kick()
    pump.kick()
  }
  await until(ids.at(-1)!, 'done')
  expect(paper()).toEqual(ids.map((id) => `job ${id}\n`))
})

describe('a printer that is away', () => {
  test('is tried again after longer and longer waits, and gets its jobs in order when it is back', async () => {
    await device.switchOff()
    const first = add()
    const second = add()
    start()
    for (const ms of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) await timer.fire(ms)
    await timer.scheduled(15_000)
    expect(jobs.job(first)).toMatchObject({ state: 'queued', attempts: 7, error: 'printer.refused', copy: false })
    await device.switchOn()
    await timer.fire(15_000)
    await until(second, 'done')
    expect(paper()).toEqual(['job 1\n', 'job 2\n'])
  })

  test('holds up no other printer', async () => {
    await device.switchOff()
    add()
    const inKitchen = add({}, KITCHEN)
    start()
    await until(inKitchen, 'done')
    expect(paper(other)).toEqual(['job 2\n'])
    await timer.scheduled(1_000)
    expect(jobs.next(FRONT)!.id).toBe(1)
  })

  test('is tried at once when something new is to be printed, and the waits begin anew after a success', async () => {
    await device.switchOff()
    const first = add()
    const pump = start()
    await timer.fire(1_000)
    await timer.scheduled(2_000)
    await device.switchOn()
    const second = add()
    pump.kick()
    await until(second, 'done')
    expect(jobs.job(first).state).toBe('done')
    await device.switchOff()
    add()
    pump.kick()
    await timer.scheduled(1_000)
    expect(timer.pending()).toEqual([1_000])
  })

  test('follows its settings: a new address is used at the next try', async () => {
    await device.switchOff()
    const id = add()
    start()
    await timer.scheduled(1_000)
    printers = printers.map((printer) => (printer.id === FRONT ? { ...printer, address: other.address } : printer))
    await timer.fire(1_000)
    await until(id, 'done')
    expect(paper(other)).toEqual(['job 1\n'])
  })

  test('that is taken away is not tried again', async () => {
    await device.switchOff()
    add()
    start()
    await timer.scheduled(1_000)
    printers = []
    await timer.fire(1_000)
    await queue!.stop()
    expect(timer.pending()).toEqual([])
  })
})

describe('paper that may be out already is marked as a copy', () => {
  test('when the connection breaks off in the middle', async () => {
    device.behave({ kind: 'cut', after: 100 })
    render = (job) => Buffer.from(`job ${job.id}${job.copy ? ' copy' : ''} ${LONG}`)
    const id = add()
    start()
    await timer.scheduled(1_000)
    expect(jobs.job(id)).toMatchObject({ state: 'queued', error: 'printer.cut_off', copy: true })
    device.behave({ kind: 'print' })
    await timer.fire(1_000)
    await until(id, 'done')
    expect(paper().map((text) => text.slice(0, 10))).toEqual(['job 1 xxxx', 'job 1 copy'])
    expect(device.received[0]).toHaveLength(100)
  })

  test('when the printer takes nothing and never answers', async () => {
    device.behave({ kind: 'stall' })
    render = (job) => Buffer.from(`job ${job.id}${job.copy ? ' copy' : LONG}\n`)
    const id = add()
    start()
    await timer.fire(STALL_MS)
    await timer.scheduled(1_000)
    expect(jobs.job(id)).toMatchObject({ state: 'queued', error: 'printer.timeout', copy: true })
    device.behave({ kind: 'print' })
    await timer.fire(1_000)
    await until(id, 'done')
    expect(paper()).toEqual(['', 'job 1 copy\n'])
  })

  test('when the till died while it was being sent', async () => {
    const id = add()
    const next = add()
    jobs.mark(id, 'sending', null)
    start()
    await until(next, 'done')
    expect(paper()).toEqual(['job 1 copy\n', 'job 2\n'])
  })

  test('but not for ever: a document that never gets through is given up, and the next goes', async () => {
    device.behave({ kind: 'cut', after: 3 })
    const bad = add()
    const good = add()
    start()
    for (let tries = 1; tries < PARTIAL_TRIES_MAX; tries++) await timer.fire(retryDelayMs(tries))
    await until(bad, 'failed')
    expect(jobs.job(bad)).toMatchObject({ error: 'printer.cut_off', attempts: PARTIAL_TRIES_MAX })
    device.behave({ kind: 'print' })
    await timer.fire(retryDelayMs(PARTIAL_TRIES_MAX))
    await until(good, 'done')
  })
})

describe('a printer that takes all and never says so', () => {
  test('is not sent the same again, and gets the next at once', async () => {
    device.behave({ kind: 'mute' })
    const ids = [add(), add(), add()]
    start()
    for (const [index, patienceMs] of [QUIET_MS, 1_000, 1_000].entries()) {
      await device.read(index + 1)
      await timer.fire(patienceMs)
    }
    await until(ids[2]!, 'failed')
    for (const id of ids) expect(jobs.job(id)).toMatchObject({ state: 'failed', error: 'printer.unconfirmed', attempts: 1, copy: true })
    expect(paper()).toEqual(['job 1\n', 'job 2\n', 'job 3\n'])
    expect(timer.pending()).toEqual([])
  })

  test('prints a copy, with the drawer shut, when a person asks for it', async () => {
    device.behave({ kind: 'mute' })
    const id = add({ drawer: true })
    const pump = start()
    await device.read(1)
    await timer.fire(QUIET_MS)
    await until(id, 'failed')
    device.behave({ kind: 'print' })
    jobs.mark(id, 'queued', null)
    pump.kick()
    await until(id, 'done')
    expect(paper()).toEqual([`${KICK}job 1\n`, 'job 1 copy\n'])
  })

  test('has opened the drawer, as far as anybody can know', async () => {
    device.behave({ kind: 'mute' })
    const id = add({ kind: 'drawer', drawer: true })
    start()
    await timer.fire(QUIET_MS)
    await until(id, 'done')
  })
})

describe('a document that can\'t be made', () => {
  test.each([
    ['is not there', () => undefined, 0],
    ['throws', () => { throw new Error('broken') }, 1],
  ])('because it %s is failed with a code and blocks nothing', async (_why, broken, faultCount) => {
    const bad = add()
    const good = add()
    const make = render
    render = (job) => (job.id === bad ? broken() : make(job))
    start()
    await until(good, 'done')
    expect(jobs.job(bad)).toMatchObject({ state: 'failed', error: 'print.unrenderable', attempts: 0 })
    expect(faults).toHaveLength(faultCount)
    expect(paper()).toEqual(['job 2\n'])
  })
})

describe('the drawer', () => {
  test('opens before the receipt of a cash sale', async () => {
    const id = add({ drawer: true })
    start()
    await until(id, 'done')
    expect(paper()).toEqual([`${KICK}job 1\n`])
  })

  test('opens without paper', async () => {
    const id = add({ kind: 'drawer', drawer: true })
    start()
    await until(id, 'done')
    expect(paper()).toEqual([KICK])
  })

  test('stays shut at a printer that has none', async () => {
    printers = printers.map((printer) => ({ ...printer, drawer: false }))
    const id = add({ drawer: true })
    start()
    await until(id, 'done')
    expect(paper()).toEqual(['job 1\n'])
  })

  test('stays shut when the printer comes back long after the sale', async () => {
    const receipt = add({ drawer: true })
    const opening = add({ kind: 'drawer', drawer: true })
    now += DRAWER_FRESH_MS + 1
    start()
    await until(opening, 'failed')
    await until(receipt, 'done')
    expect(jobs.job(opening).error).toBe('drawer.too_late')
    expect(paper()).toEqual(['job 1\n'])
  })

  test('is not opened twice by a copy', async () => {
    device.behave({ kind: 'stall' })
    render = (job) => Buffer.from(`job ${job.id}${job.copy ? ' copy' : LONG}\n`)
    const id = add({ drawer: true })
    start()
    await timer.fire(STALL_MS)
    await timer.scheduled(1_000)
    device.behave({ kind: 'print' })
    await timer.fire(1_000)
    await until(id, 'done')
    expect(paper()).toEqual(['', 'job 1 copy\n'])
  })
})

describe('a queue that can\'t be written', () => {
  test('prints a paper once, however often writing it down fails', async () => {
    const id = add()
    const mark = jobs.mark.bind(jobs)
    let refusals = 2
    jobs.mark = (job, state, ...rest) => {
      if (state === 'done' && refusals-- > 0) throw new Error('disk full')
      mark(job, state, ...rest)
    }
    start()
    await timer.fire(1_000)
    await timer.fire(2_000)
    await until(id, 'done')
    expect(paper()).toEqual(['job 1\n'])
    expect(faults).toHaveLength(2)
  })

  test('sends nothing that it could not first mark as being sent', async () => {
    const id = add()
    const mark = jobs.mark.bind(jobs)
    let refusals = 1
    jobs.mark = (job, state, ...rest) => {
      if (refusals-- > 0) throw new Error('disk full')
      mark(job, state, ...rest)
    }
    start()
    await timer.scheduled(1_000)
    expect(paper()).toEqual([])
    await timer.fire(1_000)
    await until(id, 'done')
    expect(paper()).toEqual(['job 1\n'])
  })
})

test('what a crash left half sent comes out as a copy, even where the disk was too full to write that down at the start', async () => {
  const id = add()
  jobs.mark(id, 'sending', null)
  jobs.recover = () => { throw new Error('the disk is full') }
  start()
  await until(id, 'done')
  expect(jobs.job(id)).toMatchObject({ copy: true })
  expect(paper().at(-1)).toContain('job 1 copy')
  expect(faults).toHaveLength(1)
})

describe('stopping', () => {
  test('ends the waiting at once and starts nothing more', async () => {
    await device.switchOff()
    const id = add()
    const pump = start()
    await timer.scheduled(1_000)
    await pump.stop()
    pump.kick()
    expect(timer.pending()).toEqual([])
    expect(jobs.job(id)).toMatchObject({ state: 'queued', attempts: 1 })
  })

  test('lets what is being sent end, but not for ever; then the store is left alone', async () => {
    device.behave({ kind: 'mute' })
    const id = add()
    const pump = start()
    await timer.scheduled(QUIET_MS)
    const stopping = pump.stop(500)
    await timer.fire(500)
    await stopping
    jobs.mark = () => { throw new Error('the store is closed') }
    await timer.fire(QUIET_MS)
    expect(jobs.job(id).state).toBe('sending')
    expect(faults).toEqual([])
    const after = new MemoryPrintJobs()
    after.all.push(...jobs.all)
    expect(after.recover()).toBe(1)
  })
})

test('waits grow from a second to fifteen', () => {
  expect([1, 2, 3, 4, 5, 6, 1_000].map(retryDelayMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
})
