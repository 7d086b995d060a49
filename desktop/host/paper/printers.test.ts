/** Printers of a whole till: how they do in the snapshot, those that are found, and papers that another takes over. */
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { PrinterHead } from '#desktop/devices/testing/printer-head.ts'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { CASHIER_PIN, openTill, type TestTill } from '#desktop/testing/till.ts'
import type { FoundPrinter } from '#shared/devices/printing.ts'

async function device(): Promise<PrinterSimulator> {
  const printer = await startPrinterSimulator(new PrinterHead({ status: true, taken: true }))
  onTestFinished(() => printer.close())
  return printer
}
const settings = (printer: { readonly address: string }, name: string) => ({ id: randomUUID(), name, profile: 'generic-80', address: printer.address, receipts: name === 'front', drawer: false })
async function openShop(found: FoundPrinter[] = []): Promise<TestTill> {
  const till = openTill({ world: { findPrinters: () => Promise.resolve(found) } })
  await till.setUp()
  await till.addStaff('02', 'cashier')
  await till.run('shift.open', { float: 0 })
  return till
}

test('what a printer says of itself is in the snapshot, and told to the screens when it changes', async () => {
  const till = await openShop()
  const front = await device()
  await till.run('printer.put', { printer: settings(front, 'front') })
  await expect.poll(async () => (await till.run('till.snapshot', {})).printers).toMatchObject([{ state: 'known', troubles: [] }])
  front.head.troubles = ['paper_low']
  await vi.waitFor(() => expect(till.events.findLast(({ name }) => name === 'print.changed')?.payload).toMatchObject({ printers: [{ state: 'known', troubles: ['paper_low'] }] }), { timeout: 5_000 })
})

test('a cashier lets another printer print what waits, over a restart in between', async () => {
  let till = await openShop()
  const [front, back] = [await device(), await device()]
  const [one, two] = [settings(front, 'front'), settings(back, 'back')]
  await front.switchOff()
  for (const printer of [one, two]) await till.run('printer.put', { printer })
  const good = await till.addGood()
  for (let i = 0; i < 2; i++) await till.sell([{ good }])
  till = await till.restart()
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('print.takeOver', { printer: one.id, to: randomUUID() })).toMatchObject({ code: 'printer.not_found' })
  expect(await till.run('print.takeOver', { printer: one.id, to: one.id })).toEqual({ papers: 0 })
  await till.run('print.takeOver', { printer: one.id, to: two.id })
  await expect.poll(async () => (await till.run('print.jobs', {})).jobs, { timeout: 10_000 }).toMatchObject([{ printer: two.id, state: 'done', copy: false }, { printer: two.id, state: 'done', copy: false }])
  expect(back.received).toHaveLength(2)
})

test('printers that are found are those not set up, and no scale\'s port; only who may set up may look', async () => {
  const front = await device()
  const found: FoundPrinter[] = [
    { address: front.address, label: 'front', by: 'scan' }, { address: 'serial:/dev/ttyS1?baud=9600', label: 'scale', by: 'serial' }, { address: 'serial:/dev/ttyS2?baud=9600', label: 'printer', by: 'serial' }, { address: 'spooler:XP', label: 'XP', by: 'spooler' },
  ]
  const till = await openShop(found)
  await till.run('printer.put', { printer: settings(front, 'front') })
  await till.run('printer.put', { printer: settings({ address: 'serial:/dev/ttyS2?baud=115200' }, 'serial') })
  await till.run('scale.put', { scale: { id: randomUUID(), name: '收银秤', port: '/dev/ttyS1', baud: 9600, bits: '8n1', protocol: 'os2' } })
  expect((await till.run('printer.find', {})).printers.map(({ label }) => label)).toEqual(['XP'])
  expect(await till.refusal('printer.put', { printer: settings({ address: 'serial:/dev/ttyS1' }, 'wrong') })).toMatchObject({ code: 'port.taken', detail: { name: '收银秤' } })
  expect(await till.refusal('scanner.put', { scanner: { id: randomUUID(), name: '扫码枪', port: '/dev/ttyS2', baud: 9600, bits: '8n1' } })).toMatchObject({ code: 'port.taken', detail: { name: 'serial' } })
  await till.run('staff.signIn', { no: '02', pin: CASHIER_PIN })
  expect(await till.refusal('printer.find', {})).toMatchObject({ code: 'staff.not_allowed' })
})
