import { beforeEach, expect, test } from 'vitest'
import type { PrinterSettings } from '#shared/host/schemas.ts'
import { receiptRequest, runPrintJobsSuite, SUITE_PRINTERS } from '#shared/testing/print-jobs.ts'
import { openMemory } from './open.ts'
import { PrintJobTable } from './print-jobs.ts'

const [FRONT, KITCHEN] = SUITE_PRINTERS
const settings = (id: string): PrinterSettings => ({ id, name: id.slice(-2), profile: 'generic-58', address: 'tcp://127.0.0.1:9100', receipts: true, drawer: true })

/** `add` asks for one printer; a store's printers are all given every receipt. */
function makeTable(): { table: PrintJobTable; add: (printer: string, request?: typeof receiptRequest, at?: number) => number } {
  const table = new PrintJobTable(openMemory())
  return {
    table,
    add(printer, request = receiptRequest, at = 1_000) {
      for (const id of SUITE_PRINTERS) table.putPrinter({ ...settings(id), receipts: id === printer })
      table.add(request, at)
      for (const id of SUITE_PRINTERS) table.putPrinter(settings(id))
      return table.printJobs(1)[0]!.id
    },
  }
}

runPrintJobsSuite('SQLite', () => {
  const { table, add } = makeTable()
  return { jobs: table, add: (printer, request, at) => add(printer, request, at), job: (id) => table.printJobs(1000).find((job) => job.id === id)! }
})

let table: PrintJobTable
let add: (printer: string) => number
beforeEach(() => { ({ table, add } = makeTable()) })
const front = () => table.printStatus().find(({ printer }) => printer === FRONT)!
const fail = (error: string): number => {
  const id = add(FRONT)
  table.mark(id, 'failed', error, error === 'printer.unconfirmed')
  return id
}
const states = () => table.printJobs(1000).reverse().map(({ state }) => state)

test('the status is that of the job in front, or of the last where none waits', () => {
  add(KITCHEN)
  expect(front()).toMatchObject({ waiting: 0, failed: 0, error: null })
  fail('printer.unconfirmed')
  expect(front()).toMatchObject({ waiting: 0, failed: 1, error: 'printer.unconfirmed' })
  const next = add(FRONT)
  expect(front()).toMatchObject({ waiting: 1, failed: 0, error: null })
  table.mark(next, 'queued', 'printer.refused')
  expect(front()).toMatchObject({ waiting: 1, error: 'printer.refused' })
  table.mark(next, 'done', null)
  expect(front()).toMatchObject({ waiting: 0, failed: 0, error: null })
})

test('a retry takes what failed, and of papers that very likely came out only the last', () => {
  fail('print.unrenderable')
  fail('printer.unconfirmed')
  fail('printer.cut_off')
  fail('drawer.too_late')
  fail('printer.unconfirmed')
  expect(front().failed).toBe(3)
  table.retryPrints(FRONT)
  expect(states()).toEqual(['queued', 'failed', 'queued', 'failed', 'queued'])
  expect(table.printJobs(1)[0]).toMatchObject({ state: 'queued', copy: true })
})

test('what failed a thousand papers ago is past helping', () => {
  fail('printer.cut_off')
  for (let i = 0; i < 999; i++) table.mark(add(FRONT), 'done', null)
  expect(front().failed).toBe(1)
  table.mark(add(FRONT), 'done', null)
  expect(front().failed).toBe(0)
  table.retryPrints(FRONT)
  expect(front().waiting).toBe(0)
})
