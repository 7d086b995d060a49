/** The print queue's fake, in memory, and the suite that it and the one in SQLite both pass. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Id } from '../identity/ids.ts'
import type { PrintJob, PrintJobs, PrintRequest } from '../ports/ports.ts'

/** Printers that the suite's jobs are for; a store that keeps printers knows both before the suite runs. */
export const SUITE_PRINTERS = ['0198d3f2-0000-7000-8000-0000000000a1' as Id, '0198d3f2-0000-7000-8000-0000000000a2' as Id] as const
const REF = '0198d3f2-0000-7000-8000-0000000000b1' as Id

/** What the suite needs of a queue beyond the port. */
export interface PrintJobsUnderTest {
  readonly jobs: PrintJobs
  /** Queues a request for one printer and gives the job's id. */
  add(printer: Id, request: PrintRequest, at: number): number
  /** A job as it is now, also when done or failed. */
  job(id: number): PrintJob
}

export class MemoryPrintJobs implements PrintJobs {
  readonly all: PrintJob[] = []

  add(printer: Id, request: PrintRequest, at: number): number {
    const id = this.all.length + 1
    this.all.push({ ...request, id, printer, state: 'queued', attempts: 0, error: null, at })
    return id
  }

  job(id: number): PrintJob {
    const job = this.all[id - 1]
    if (!job) throw new Error(`no print job ${id}`)
    return job
  }

  next(printer: Id): PrintJob | undefined {
    return this.all.find((job) => job.printer === printer && (job.state === 'queued' || job.state === 'sending'))
  }

  mark(id: number, state: PrintJob['state'], error: string | null, copy = false): void {
    const job = this.job(id)
    this.all[id - 1] = { ...job, state, error, copy: job.copy || copy, attempts: job.attempts + (state === 'sending' ? 1 : 0) }
  }

  move(from: Id, to: Id): number {
    const moved = from === to ? [] : this.all.filter((job) => job.printer === from && job.state === 'queued' && job.kind !== 'drawer' && job.kind !== 'test')
    for (const job of moved) {
      const isOwn = this.all.some((own) => own.printer === to && own.ref === job.ref && own.kind === job.kind && !moved.includes(own))
      this.all[job.id - 1] = { ...job, printer: to, drawer: false, error: null, copy: job.copy || isOwn }
    }
    return moved.length
  }

  recover(): number {
    const interrupted = this.all.filter((job) => job.state === 'sending')
    for (const { id } of interrupted) this.all[id - 1] = { ...this.job(id), state: 'queued', copy: true }
    return interrupted.length
  }
}

export function memoryPrintJobs(): PrintJobsUnderTest {
  const jobs = new MemoryPrintJobs()
  return { jobs, add: (printer, request, at) => jobs.add(printer, request, at), job: (id) => jobs.job(id) }
}

export const receiptRequest: PrintRequest = { kind: 'receipt', ref: REF, copy: false, drawer: true }

/** What every `PrintJobs` does. `make` gives an empty queue. */
export function runPrintJobsSuite(name: string, make: () => PrintJobsUnderTest | Promise<PrintJobsUnderTest>): void {
  describe(`PrintJobs: ${name}`, () => {
    const [one, two] = SUITE_PRINTERS
    let queue: PrintJobsUnderTest
    beforeEach(async () => { queue = await make() })
    const add = (printer: Id, request: Partial<PrintRequest> = {}): number => queue.add(printer, { ...receiptRequest, ...request }, 1_000)

    test('an empty queue has nothing next, and nothing to recover', () => {
      expect(queue.jobs.next(one)).toBeUndefined()
      expect(queue.jobs.recover()).toBe(0)
    })

    test('a job keeps what it was asked for', () => {
      const id = add(one, { kind: 'shift', copy: true, drawer: false })
      expect(queue.jobs.next(one)).toMatchObject({
        id, printer: one, kind: 'shift', ref: REF, copy: true, drawer: false, state: 'queued', attempts: 0, error: null, at: 1_000,
      })
    })

    test('the oldest comes first, for each printer by itself', () => {
      const first = add(one)
      const other = add(two)
      const second = add(one)
      expect(queue.jobs.next(one)!.id).toBe(first)
      expect(queue.jobs.next(two)!.id).toBe(other)
      queue.jobs.mark(first, 'done', null)
      expect(queue.jobs.next(one)!.id).toBe(second)
      expect(queue.jobs.next(two)!.id).toBe(other)
    })

    test('a job being sent, or put back after a failure, stays in front', () => {
      const first = add(one)
      add(one)
      queue.jobs.mark(first, 'sending', null)
      expect(queue.jobs.next(one)).toMatchObject({ id: first, state: 'sending', attempts: 1 })
      queue.jobs.mark(first, 'queued', 'printer.unreachable')
      expect(queue.jobs.next(one)).toMatchObject({ id: first, state: 'queued', attempts: 1, error: 'printer.unreachable', copy: false })
    })

    test('sending counts attempts, and clears the error', () => {
      const id = add(one)
      queue.jobs.mark(id, 'sending', null)
      queue.jobs.mark(id, 'queued', 'printer.refused')
      queue.jobs.mark(id, 'sending', null)
      expect(queue.job(id)).toMatchObject({ attempts: 2, error: null })
    })

    test('done and failed jobs leave the queue and are kept', () => {
      const done = add(one)
      const failed = add(one)
      queue.jobs.mark(done, 'done', null)
      queue.jobs.mark(failed, 'failed', 'print.unrenderable')
      expect(queue.jobs.next(one)).toBeUndefined()
      expect(queue.job(done).state).toBe('done')
      expect(queue.job(failed)).toMatchObject({ state: 'failed', error: 'print.unrenderable' })
    })

    test('a job marked as a copy stays one', () => {
      const id = add(one)
      queue.jobs.mark(id, 'queued', 'printer.cut_off', true)
      queue.jobs.mark(id, 'sending', null)
      queue.jobs.mark(id, 'queued', 'printer.unreachable')
      expect(queue.job(id).copy).toBe(true)
    })

    const OTHER_REF = '0198d3f2-0000-7000-8000-0000000000b2' as Id
    test('what waits moves to another printer in its order, behind and between what waits there, and opens no drawer', () => {
      const first = add(one)
      const there = add(two, { ref: OTHER_REF })
      const second = add(one, { kind: 'shift' })
      queue.jobs.mark(first, 'queued', 'printer.unreachable')
      expect(queue.jobs.move(one, two)).toBe(2)
      expect(queue.jobs.next(one)).toBeUndefined()
      for (const id of [first, there, second]) {
        expect(queue.jobs.next(two)).toMatchObject({ id, copy: false })
        queue.jobs.mark(id, 'done', null)
      }
      expect(queue.job(first)).toMatchObject({ printer: two, drawer: false, attempts: 0 })
      expect(queue.jobs.move(one, two)).toBe(0)
    })

    test('what moves says that it is a copy where some of it may be out, or the other printer has it itself', () => {
      const half = add(one, { ref: OTHER_REF })
      const twice = add(one, { kind: 'shift' })
      const once = add(one)
      add(two, { kind: 'shift' })
      queue.jobs.mark(half, 'queued', 'printer.cut_off', true)
      queue.jobs.move(one, two)
      expect([half, twice, once].map((id) => queue.job(id).copy)).toEqual([true, true, false])
    })

    test('what is being sent, is done, or is about the printer itself stays', () => {
      const sending = add(one)
      const done = add(one)
      const drawer = add(one, { kind: 'drawer' })
      const page = add(one, { kind: 'test', ref: one })
      queue.jobs.mark(sending, 'sending', null)
      queue.jobs.mark(done, 'done', null)
      expect(queue.jobs.move(one, two)).toBe(0)
      for (const id of [sending, done, drawer, page]) expect(queue.job(id).printer).toBe(one)
      expect(queue.jobs.move(one, one)).toBe(0)
    })

    test('after a crash what was being sent goes again as a copy, in its old place', () => {
      const first = add(one)
      const second = add(one)
      const other = add(two)
      queue.jobs.mark(first, 'sending', null)
      expect(queue.jobs.recover()).toBe(1)
      expect(queue.jobs.next(one)).toMatchObject({ id: first, state: 'queued', copy: true })
      expect(queue.job(second).copy).toBe(false)
      expect(queue.job(other).copy).toBe(false)
      expect(queue.jobs.recover()).toBe(0)
    })
  })
}
