import { expect, test } from 'vitest'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import { SUITE_PRINTERS, receiptRequest, runPrintJobsSuite } from '#shared/testing/print-jobs.ts'
import { openMemory } from './open.ts'
import { PrintJobTable } from './print-jobs.ts'

const printerOf = (id: string, settings: Partial<PrinterSettings> = {}): PrinterSettings =>
  ({ id, name: '小票机', profile: 'generic-80', address: 'tcp://127.0.0.1:9100', receipts: true, drawer: true, ...settings })

function table(): PrintJobTable {
  const jobs = new PrintJobTable(openMemory())
  for (const id of SUITE_PRINTERS) jobs.putPrinter(printerOf(id))
  return jobs
}

runPrintJobsSuite('SQLite', () => {
  const jobs = table()
  return {
    jobs,
    // A request goes to every printer that takes it: for one alone, only that one takes receipts.
    add(printer, request, at) {
      for (const id of SUITE_PRINTERS) jobs.putPrinter(printerOf(id, { receipts: id === printer }))
      jobs.add(request, at)
      return jobs.printJobs(1)[0]!.id
    },
    job: (id) => jobs.printJobs(1000).find((job) => job.id === id)!,
  }
})

const [one, two] = SUITE_PRINTERS

test('a receipt goes to every printer of receipts, and its drawer where there is one', () => {
  const jobs = table()
  jobs.putPrinter(printerOf(two, { drawer: false }))
  jobs.add(receiptRequest, 1)
  expect([jobs.next(one)?.drawer, jobs.next(two)?.drawer]).toEqual([true, false])
  jobs.putPrinter(printerOf(two, { receipts: false }))
  jobs.add(receiptRequest, 2)
  expect(jobs.printJobs(10).map((job) => job.printer)).toEqual([one, two, one])
})

test('a test page goes to its printer alone, also to one that prints no receipts', () => {
  const jobs = table()
  jobs.putPrinter(printerOf(two, { receipts: false }))
  jobs.add({ kind: 'test', ref: two, copy: false, drawer: false }, 1)
  expect([jobs.next(one), jobs.next(two)?.kind]).toEqual([undefined, 'test'])
})

test('a pulse for the drawer goes where a drawer is', () => {
  const jobs = table()
  jobs.putPrinter(printerOf(two, { drawer: false }))
  jobs.add({ kind: 'drawer', ref: one, copy: false, drawer: true }, 1)
  expect([jobs.next(one)?.kind, jobs.next(two)]).toEqual(['drawer', undefined])
})

test('the jobs of a printer that is taken away are given up, and say why', () => {
  const jobs = table()
  jobs.add(receiptRequest, 1)
  jobs.removePrinter(one)
  expect(jobs.next(one)).toBeUndefined()
  expect(jobs.printJobs(10).find((job) => job.printer === one)).toMatchObject({ state: 'failed', error: 'printer.removed' })
  expect(jobs.printers().map(({ id }) => id)).toEqual([two])
  expect(jobs.next(two)?.state).toBe('queued')
})
