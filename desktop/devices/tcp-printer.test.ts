import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { documentBytes, runPrinterSuite } from '#shared/testing/printer.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { parseTcpAddress, tcpPrinter } from './tcp-printer.ts'
import { startPrinterSimulator } from './testing/printer-simulator.ts'

const CONNECT_MS = 3
const STALL_MS = 20
const QUIET_MS = 7

runPrinterSuite('TCP', async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  let isMute = false
  return {
    printer: tcpPrinter(device.address, { timer, connectMs: CONNECT_MS, stallMs: STALL_MS, quietMs: QUIET_MS }),
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

test('a connection that never stands is given up', async () => {
  const timer = manualTimer()
  // A name that is being looked up: the connection can't stand before the timer below is fired.
  const sending = tcpPrinter('tcp://printer.invalid:9100', { timer, connectMs: CONNECT_MS }).send(documentBytes(10))
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
  expect(await tcpPrinter(`tcp://127.0.0.1:${port}`, { timer: manualTimer() }).send(bytes)).toEqual({ ok: true })
  expect(Uint8Array.from(Buffer.concat(taken))).toEqual(bytes)
  server.close()
})

test('a printer that never closes is waited for less long the next time, until it closes again', async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  const printer = tcpPrinter(device.address, { timer, connectMs: CONNECT_MS })
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

test('no timer outlives a document', async () => {
  const device = await startPrinterSimulator()
  const timer = manualTimer()
  await tcpPrinter(device.address, { timer }).send(documentBytes(3_000))
  expect(timer.pending()).toEqual([])
  await device.close()
})

test.each([
  ['tcp://10.0.0.9:9100', { host: '10.0.0.9', port: 9100 }],
  ['tcp://printer.local:9101', { host: 'printer.local', port: 9101 }],
  ['tcp://[fe80::1]:9100', { host: 'fe80::1', port: 9100 }],
  ['tcp://10.0.0.9', undefined],
  ['tcp://10.0.0.9:0', undefined],
  ['tcp://10.0.0.9:65536', undefined],
  ['http://10.0.0.9:9100', undefined],
  ['tcp://a b:9100', undefined],
])('address %s', async (address, expected) => {
  expect(parseTcpAddress(address)).toEqual(expected)
  if (expected === undefined) {
    expect(await tcpPrinter(address, { timer: manualTimer() }).send(documentBytes(1))).toEqual({ ok: false, code: 'printer.unreachable', sent: 0 })
  }
})
