/** Paper through the whole till: what is queued, what a restart finds, copies and their rights. */
import { randomUUID } from 'node:crypto'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { tamper } from '#desktop/storage/testing/store.ts'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import type { GoodView } from '#shared/host/schemas.ts'

let till: TestTill
let printer: PrinterSimulator
let good: GoodView
const id = randomUUID()
beforeEach(async () => {
  printer = await startPrinterSimulator()
  onTestFinished(() => printer.close())
  till = openTill()
  await till.setUp()
  good = await till.addGood({ name: '可乐' })
  await till.run('shift.open', { float: 0 })
  await till.run('printer.put', { printer: { id, name: '小票机', profile: 'generic-80', address: printer.address, receipts: true, drawer: true } })
})
const jobs = async () => (await till.run('print.jobs', {})).jobs.toReversed().map(({ kind, state, copy, error }) => ({ kind, state, copy, error }))

test('a sale\'s receipt waits for its printer, over a restart, and comes out once it is there', { timeout: 20_000 }, async () => {
  await printer.switchOff()
  await till.sell([{ good }])
  await till.close()
  await printer.switchOn()
  till = openTill({ folder: till.folder })
  await expect.poll(jobs, { timeout: 15_000 }).toMatchObject([{ kind: 'receipt', state: 'done', error: null }])
  expect(Buffer.from(printer.received.at(-1)!).length).toBeGreaterThan(500)
  expect(till.logged.filter((line) => line.startsWith('print.fault'))).toEqual([])
})

test('what a crash left half sent goes again as a copy', { timeout: 20_000 }, async () => {
  await printer.switchOff()
  await till.sell([{ good }])
  await till.close()
  tamper(till.folder, (db) => db.exec("UPDATE print_job SET state = 'sending'"))
  await printer.switchOn()
  till = openTill({ folder: till.folder })
  await expect.poll(jobs, { timeout: 15_000 }).toMatchObject([{ kind: 'receipt', state: 'done', copy: true }])
})

test('a reprint is a copy, printed once for a key, and opens no drawer', async () => {
  const { sale } = await till.sell([{ good }])
  const key = randomUUID()
  for (let i = 0; i < 2; i++) await till.run('sale.reprint', { key, sale })
  expect(await till.refusal('printer.test', { key, printer: id })).toMatchObject({ code: 'key.reused' })
  await expect.poll(jobs, { timeout: 5_000 }).toMatchObject([{ kind: 'receipt', state: 'done', copy: false }, { kind: 'receipt', state: 'done', copy: true }])
  expect(till.store.printJobs(1)[0]).toMatchObject({ drawer: false })
  expect((await till.run('sale.receipt', { sale })).svg).toMatch(/^<svg/)
})

test('a failed reprint may be tried again with its key', async () => {
  const key = randomUUID()
  expect(await till.refusal('sale.reprint', { key, sale: randomUUID() })).toMatchObject({ code: 'sale.not_found' })
  const { sale } = await till.sell([{ good }])
  await till.run('sale.reprint', { key, sale })
  expect(await jobs()).toHaveLength(2)
})

test('printers are known or refused; taken away twice with one key is taken away once', async () => {
  for (const call of ['printer.test', 'print.retry', 'printer.remove'] as const) expect(await till.refusal(call, { printer: randomUUID() })).toMatchObject({ code: 'printer.not_found' })
  const key = randomUUID()
  for (let i = 0; i < 2; i++) await till.run('printer.remove', { key, printer: id })
  expect((await till.run('printer.list', {})).printers).toEqual([])
  expect(await till.refusal('printer.remove', { printer: id })).toMatchObject({ code: 'printer.not_found' })
})

test.each(['http://127.0.0.1:9100', 'tcp://127.0.0.1', 'tcp://host:port', 'tcp://a b:9100', 'tcp://127.0.0.1:9100/x', 'file:/etc/passwd'])('%s is no address of a printer', async (address) => {
  expect(await till.refusal('printer.put', { printer: { id, name: '机', profile: 'generic-80', address, receipts: true, drawer: true } })).toMatchObject({ code: 'call.invalid' })
})
