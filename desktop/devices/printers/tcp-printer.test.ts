import { type AddressInfo, createServer } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { documentBytes, runPrinterSuite } from '#shared/testing/printer.ts'
import { systemTimer } from '#desktop/loopback/system.ts'
import { hurriedTimer } from '#desktop/testing/hurried-timer.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { parsePlace, type PrinterPlace } from '#shared/devices/printing.ts'
import { PrinterHead } from '../testing/printer-head.ts'
import { startPrinterSimulator } from '../testing/printer-simulator.ts'
import { tcpPrinter, type TcpPrinterOptions } from './tcp-printer.ts'

const CONNECT_MS = 3
const STALL_MS = 20
const QUIET_MS = 7

const placeOf = (address: string) => parsePlace(address) as Extract<PrinterPlace, { kind: 'tcp' }>
const printerAt = (address: string, options: Omit<TcpPrinterOptions, 'asks'> & { asks?: boolean }) => tcpPrinter(placeOf(address), { asks: false, lookMs: 0, ...options })

runPrinterSuite('TCP, not asked', { mute: 'unconfirmed', answers: false, stalls: true, cuts: true }, async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  let isMute = false
  return {
    printer: printerAt(device.address, { timer, connectMs: CONNECT_MS, stallMs: STALL_MS, quietMs: QUIET_MS }),
    received: () => device.received,
    async behave(how) {
      isMute = how === 'mute'
      if (how === 'off') return device.switchOff()
      await device.switchOn()
      device.behave(typeof how === 'string' ? { kind: how } : { kind: 'cut', after: how.cutAfter })
    },
    async loseNerve() {
      if (isMute) await device.read(1)
      await timer.fire(isMute ? QUIET_MS : STALL_MS)
    },
    close: () => device.close(),
  }
})

for (const knowsTaken of [true, false]) {
  runPrinterSuite(`TCP, asked${knowsTaken ? '' : ', that does not know GS r'}`, { mute: 'unconfirmed', answers: true, stalls: true, cuts: true }, async () => {
    const abilities = { status: true, taken: knowsTaken }
    const device = await startPrinterSimulator(new PrinterHead(abilities))
    return {
      printer: printerAt(device.address, { timer: hurriedTimer(20), asks: true, answerMs: 20_000 }),
      received: () => device.received,
      async behave(how) {
        if (how === 'off') return device.switchOff()
        device.head.abilities = how === 'mute' ? { status: false, taken: false } : abilities
        await device.switchOn()
        device.behave(typeof how === 'string' ? { kind: how } : { kind: 'cut', after: how.cutAfter })
      },
      trouble: (troubles) => { device.head.troubles = troubles },
      paperFor: (bytes) => { device.head.paperLeft = bytes },
      ranOut: () => device.until(() => device.head.troubles.includes('paper_out')),
      loseNerve: () => Promise.resolve(),
      close: () => device.close(),
    }
  })
}

test('a connection that never stands is given up', async () => {
  const timer = manualTimer()
  // A name that is being looked up: the connection can't stand before the timer below is fired.
  const sending = printerAt('tcp://printer.invalid:9100', { timer, connectMs: CONNECT_MS }).send(documentBytes(10))
  await timer.fire(CONNECT_MS)
  expect(await sending).toEqual({ ok: false, code: 'printer.unreachable', sent: 0 })
})

test('a printer that talks back is listened to, so that closing is no reset', async () => {
  const taken: Uint8Array[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk: Uint8Array) => {
      taken.push(chunk)
      socket.write(Buffer.alloc(10_000, 0x12))
    })
    socket.on('end', () => socket.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const bytes = documentBytes(50_000)
  expect(await printerAt(`tcp://127.0.0.1:${port}`, { timer: manualTimer() }).send(bytes)).toEqual({ ok: true })
  expect(Uint8Array.from(Buffer.concat(taken))).toEqual(bytes)
  server.close()
})

test('a printer that never closes is waited for less long the next time, until it closes again', async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  const printer = printerAt(device.address, { timer, connectMs: CONNECT_MS })
  const unconfirmed = { ok: false, code: 'printer.unconfirmed', sent: 10 }
  device.behave({ kind: 'mute' })
  for (const patienceMs of [3_000, 1_000, 1_000]) {
    const sending = printer.send(documentBytes(10))
    await timer.fire(patienceMs)
    expect(await sending).toEqual(unconfirmed)
  }
  device.behave({ kind: 'print' })
  expect(await printer.send(documentBytes(10))).toEqual({ ok: true })
  device.behave({ kind: 'mute' })
  const sending = printer.send(documentBytes(10))
  await timer.fire(3_000)
  expect(await sending).toEqual(unconfirmed)
  expect(timer.pending()).toEqual([])
  await device.close()
})

test('one that turns us away has not confirmed and is then looked at before it gets anything; nor has one that closes before the end', async () => {
  let isBusy = true
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    if (isBusy) socket.end()
    else socket.once('data', () => socket.end())
  }).listen(0, '127.0.0.1')
  onTestFinished(() => { server.close() })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const printer = printerAt(`tcp://127.0.0.1:${port}`, { timer: systemTimer, lookMs: 5_000 })
  expect(await printer.send(documentBytes(100))).toEqual({ ok: false, code: 'printer.cut_off', sent: 100 })
  for (let again = 0; again < 2; again++) expect(await printer.send(documentBytes(100))).toEqual({ ok: false, code: 'printer.refused', sent: 0 })
  isBusy = false
  const impatient = printerAt(`tcp://127.0.0.1:${port}`, { timer: systemTimer })
  expect(await impatient.send(documentBytes(5_000_000))).toMatchObject({ ok: false, code: 'printer.cut_off' })
})

test('no timer outlives a document', async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  await printerAt(device.address, { timer }).send(documentBytes(3_000))
  expect(timer.pending()).toEqual([])
  await device.close()
})

test('one that has answered and takes a paper without a word is not believed: a box before a printer that is off closes too', async () => {
  const device = await startPrinterSimulator(new PrinterHead({ status: true, taken: true }))
  onTestFinished(() => device.close())
  const printer = printerAt(device.address, { timer: hurriedTimer(20), asks: true, answerMs: 2_000 })
  expect(await printer.send(documentBytes(500))).toEqual({ ok: true })
  device.head.abilities = { status: false, taken: false }
  for (let paper = 0; paper < 3; paper++) expect(await printer.send(documentBytes(500))).toMatchObject({ ok: false, code: 'printer.unconfirmed' })
  // Another printer by now, at the same address, that never answers.
  expect(await printer.send(documentBytes(500))).toEqual({ ok: true })
  device.head.abilities = { status: true, taken: true }
  expect(await printer.status!()).toMatchObject({ state: 'known' })
  device.head.abilities = { status: false, taken: false }
  expect(await printer.send(documentBytes(500))).toMatchObject({ ok: false, code: 'printer.unconfirmed' })
})
