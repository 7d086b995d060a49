import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { systemTimer } from '#desktop/loopback/system.ts'
import { parsePlace } from '#shared/devices/printing.ts'
import { startPrinterSimulator } from '../testing/printer-simulator.ts'
import { answersOf, questionFor } from './dns-message.ts'
import { devicePrinters } from './find-printers.ts'
import { announcedPrinters, printersIn, SERVICES } from './mdns.ts'
import { ownNetwork, scanNetwork } from './scan-network.ts'

const utf8 = new TextEncoder()
const nameOf = (...labels: string[]): number[] => [...labels.flatMap((label) => [utf8.encode(label).length, ...utf8.encode(label)]), 0]
const record = (owner: number[], type: number, data: number[]): number[] => [...owner, 0, type, 0x80, 1, 0, 0, 0, 120, data.length >> 8, data.length & 255, ...data]
const RAW = ['_pdl-datastream', '_tcp', 'local']

/** A reply as a printer sends it: the names of SRV's target and A's owner compressed. */
function reply(label: string, port: number, address: number[], service = RAW): Uint8Array {
  const header = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 2]
  const pointer = record(nameOf(...service), 12, nameOf(label, ...service))
  const host = nameOf('PRN0001', 'local')
  const srvAt = header.length + pointer.length
  const srv = record(nameOf(label, ...service), 33, [0, 0, 0, 0, port >> 8, port & 255, ...host])
  const hostAt = srvAt + srv.length - host.length
  return Uint8Array.from([...header, ...pointer, ...srv, ...record([0xc0 | hostAt >> 8, hostAt & 255], 1, address)])
}

test('an announced printer has its name, its address and its port', () => {
  expect(printersIn(reply('小票机 XP-80', 9101, [192, 168, 1, 50]), '192.168.1.50')).toEqual([{ address: 'tcp://192.168.1.50:9101', label: '小票机 XP-80', by: 'network' }])
})

test('one that announces LPD alone takes raw bytes at the usual port', () => {
  expect(printersIn(reply('Kitchen', 515, [10, 0, 0, 7], ['_printer', '_tcp', 'local']), '10.0.0.7')).toEqual([{ address: 'tcp://10.0.0.7:9100', label: 'Kitchen', by: 'network' }])
})

test('nobody announces a printer of the internet: then it is where the message came from', () => {
  expect(printersIn(reply('X', 9100, [8, 8, 8, 8]), '192.168.1.9')).toMatchObject([{ address: 'tcp://192.168.1.9:9100' }])
})

test('what is no reply, breaks off or loops gives nothing and throws nothing', () => {
  const whole = reply('X', 9100, [192, 168, 1, 50])
  for (let length = 0; length < whole.length; length++) expect(() => printersIn(whole.subarray(0, length), '10.0.0.1')).not.toThrow()
  expect(answersOf(questionFor(SERVICES))).toEqual([])
  const loop = Uint8Array.from([0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 80, 0xc0, 12])
  expect(answersOf(loop)).toEqual([])
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
    if (bytes.length > 2) bytes[2] = 0x84
    for (const { address } of printersIn(bytes, '10.0.0.1')) expect(parsePlace(address)).toBeDefined()
  }))
  fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
    const bent = Uint8Array.from(whole)
    bent[at] = byte
    for (const { address } of printersIn(bent, '10.0.0.1')) expect(parsePlace(address)).toBeDefined()
  }))
})

test('the question is asked and replies are gathered, one for each address', async () => {
  const responder = createSocket('udp4')
  responder.bind(0)
  await once(responder, 'listening')
  onTestFinished(() => { responder.close() })
  responder.on('message', (question, { port, address }) => {
    const asked = Buffer.from(question).toString('latin1')
    if (!asked.includes('_pdl-datastream')) return
    for (const message of [reply('Front', 9100, [192, 168, 1, 50]), reply('Front', 9100, [192, 168, 1, 50]), Uint8Array.of(1, 2, 3), reply('Back', 9100, [192, 168, 1, 51])]) responder.send(message, port, address)
  })
  const found = await announcedPrinters(systemTimer, { port: responder.address().port, address: '127.0.0.1', own: ['127.0.0.1'] })
  expect(found.map(({ address, label }) => `${label} ${address}`)).toEqual(['Back tcp://192.168.1.51:9100', 'Front tcp://192.168.1.50:9100'])
})

test('of the addresses asked, those that take a connection are printers', async () => {
  const device = await startPrinterSimulator()
  onTestFinished(() => device.close())
  const { port } = parsePlace(device.address) as { port: number }
  expect(await scanNetwork(['127.0.0.2', '127.0.0.1'], systemTimer, port)).toEqual([{ address: device.address, label: '127.0.0.1', by: 'scan' }])
})

test('the shop\'s own network is the neighbours of this machine, and never the internet', () => {
  const at = (address: string, internal = false) => ({ address, internal, family: 'IPv4' as const, netmask: '255.255.255.0', mac: '', cidr: null })
  const neighbours = ownNetwork({ eth0: [at('192.168.3.7')], lo: [at('127.0.0.1', true)], ppp: [at('8.8.4.4')] })
  expect(neighbours).toHaveLength(253)
  expect([neighbours[0], neighbours.includes('192.168.3.7'), neighbours.at(-1)]).toEqual(['192.168.3.1', false, '192.168.3.254'])
})

test('printers that Linux shows as files are found by their names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-usb-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'usb'))
  for (const name of ['lp1', 'lp0', 'hiddev0']) writeFileSync(join(folder, 'usb', name), '')
  expect(devicePrinters(join(folder, 'usb')).map(({ label }) => label)).toEqual([join(folder, 'usb', 'lp0'), join(folder, 'usb', 'lp1')])
  expect(devicePrinters(join(folder, 'none'))).toEqual([])
})
