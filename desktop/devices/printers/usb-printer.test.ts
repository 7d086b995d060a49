/** A printer on USB, against a stand-in for the driver: no device was on a bus. */
import { expect, test } from 'vitest'
import { hurriedTimer } from '#desktop/testing/hurried-timer.ts'
import { parsePlace, type PrinterPlace } from '#shared/devices/printing.ts'
import { runPrinterSuite } from '#shared/testing/printer.ts'
import { PrinterHead } from '../testing/printer-head.ts'
import { loadUsb, type UsbHandle, usbPrinter, usbPrinters } from './usb-printer.ts'

const PLACE: Extract<PrinterPlace, { kind: 'usb' }> = { kind: 'usb', vendor: 0x04b8, product: 0x0e15, serial: 'X1' }
const options = { timer: hurriedTimer(20), asks: true, answerMs: 20_000, stallMs: 20_000 }
const never = Promise.withResolvers<never>().promise

/** A bus with a keyboard and a printer on it; the printer has its bulk endpoints on the second interface. */
function bus() {
  const head = new PrinterHead({ status: true, taken: true })
  const watchers = new Set<() => void>()
  head.changed = () => { for (const watcher of watchers) watcher() }
  const answers: number[] = []
  const calls: string[] = []
  const state = { plugged: true, stalled: false, end: Infinity, claimed: false }
  const handle = (vendorId: number, productId: number, serialNumber: string, interfaceClass: number): UsbHandle => ({
    vendorId, productId, serialNumber, productName: interfaceClass === 7 ? '小票机 X' : 'Keyboard',
    configurations: [{ configurationValue: 1, interfaces: [
      { interfaceNumber: 0, alternate: { interfaceClass: 3, endpoints: [{ endpointNumber: 1, direction: 'in', type: 'interrupt' }] } },
      { interfaceNumber: 1, alternate: { interfaceClass, endpoints: [{ endpointNumber: 2, direction: 'in', type: 'bulk' }, { endpointNumber: 3, direction: 'out', type: 'bulk' }] } },
    ] }],
    async open() { if (!state.plugged) throw new Error('no device') },
    async close() { calls.push('close') },
    async selectConfiguration() { calls.push('configuration') },
    async claimInterface(number) {
      if (state.claimed) throw new Error('LIBUSB_ERROR_BUSY')
      calls.push(`claim ${number}`)
      head.join((bytes) => answers.push(...bytes))
    },
    async releaseInterface() { head.rest() },
    async detachKernelDriver(number) { calls.push(`detach ${number}`) },
    async attachKernelDriver(number) { calls.push(`attach ${number}`) },
    async transferOut(endpoint, data) {
      expect(endpoint).toBe(3)
      if (state.stalled) return never
      // A packet is 64 bytes: a device may take less than it is offered.
      const taken = data.subarray(0, 64)
      for (const byte of taken) if (head.content < state.end) head.feed(Uint8Array.of(byte))
      if (head.content >= state.end) state.plugged = false
      if (!state.plugged) throw new Error('gone')
      return { bytesWritten: taken.length }
    },
    async transferIn(endpoint) {
      expect(endpoint).toBe(2)
      const bytes = Uint8Array.from(answers.splice(0))
      return { data: new DataView(bytes.buffer) }
    },
  })
  const devices = [handle(0x046d, 0xc31c, '', 3), handle(PLACE.vendor, PLACE.product, 'other', 7), handle(PLACE.vendor, PLACE.product, 'X1', 7)]
  return { head, state, calls, watchers, driver: { getDevices: () => Promise.resolve(state.plugged ? devices : []) } }
}

runPrinterSuite('USB', { mute: 'taken', answers: true, stalls: true, cuts: true }, async () => {
  const { head, state, driver, watchers } = bus()
  return {
    printer: usbPrinter(PLACE, options, () => Promise.resolve(driver)),
    received: () => head.papers.map((bytes) => Uint8Array.from(bytes)),
    async behave(how) {
      head.abilities = how === 'mute' ? { status: false, taken: false } : { status: true, taken: true }
      Object.assign(state, { plugged: how !== 'off', stalled: how === 'stall', end: typeof how === 'object' ? head.content + how.cutAfter : Infinity })
    },
    trouble: (troubles) => { head.troubles = troubles },
    paperFor: (bytes) => { head.paperLeft = bytes },
    ranOut: () => new Promise((resolve) => {
      const look = (): void => { if (head.troubles.includes('paper_out')) resolve() }
      watchers.add(look)
      look()
    }),
    loseNerve: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
})

test('the system\'s driver lets the printer go for a document and gets it back', async () => {
  const { driver, calls } = bus()
  await usbPrinter(PLACE, options, () => Promise.resolve(driver)).send(Buffer.from('paper'))
  expect(calls).toEqual(['detach 1', 'configuration', 'claim 1', 'attach 1', 'close'])
})

test('a printer that another program has is busy; without the package it says what is missing', async () => {
  const { driver, state } = bus()
  state.claimed = true
  expect(await usbPrinter(PLACE, options, () => Promise.resolve(driver)).send(Buffer.from('x'))).toEqual({ ok: false, code: 'printer.refused', sent: 0 })
  const broken = (): Promise<never> => Promise.reject(new Error('cannot open shared object'))
  expect(await usbPrinter(PLACE, options, broken).send(Buffer.from('x'))).toEqual({ ok: false, code: 'printer.no_driver', sent: 0 })
  expect(await usbPrinters(broken)).toEqual([])
})

test('printers are found among other devices, at addresses that find them again', async () => {
  const { driver, head } = bus()
  const found = await usbPrinters(() => Promise.resolve(driver))
  expect(found).toEqual([{ address: 'usb:04b8:0e15:other', label: '小票机 X', by: 'usb' }, { address: 'usb:04b8:0e15:X1', label: '小票机 X', by: 'usb' }])
  expect(await usbPrinter(parsePlace(found[1]!.address) as typeof PLACE, options, () => Promise.resolve(driver)).send(Buffer.from('paper'))).toEqual({ ok: true })
  expect(head.papers.map((bytes) => Buffer.from(bytes).toString())).toEqual(['paper'])
})

test('the package itself loads on this machine', async () => {
  expect(typeof (await loadUsb()).getDevices).toBe('function')
})
