import { expect, test } from 'vitest'
import { blocking, parsePlace, usbAddress } from './printing.ts'

test.each([
  ['tcp://10.0.0.9:9100', { kind: 'tcp', host: '10.0.0.9', port: 9100 }],
  ['tcp://printer.local:9101', { kind: 'tcp', host: 'printer.local', port: 9101 }],
  ['tcp://[fe80::1]:9100', { kind: 'tcp', host: 'fe80::1', port: 9100 }],
  ['serial:/dev/serial/by-id/usb-Prolific-if00', { kind: 'serial', line: { port: '/dev/serial/by-id/usb-Prolific-if00', baud: 9600, bits: '8n1' }, flow: 'none' }],
  ['serial:COM3?baud=115200&bits=7e1&flow=rtscts', { kind: 'serial', line: { port: 'COM3', baud: 115_200, bits: '7e1' }, flow: 'rtscts' }],
  ['file:/dev/usb/lp0', { kind: 'file', path: '/dev/usb/lp0' }],
  ['usb:04b8:0202', { kind: 'usb', vendor: 0x04b8, product: 0x0202, serial: null }],
  ['usb:04B8:0e15:X%3A7', { kind: 'usb', vendor: 0x04b8, product: 0x0e15, serial: 'X:7' }],
  ['spooler:XP-58', { kind: 'spooler', queue: 'XP-58' }],
  ['spooler:%E5%B0%8F%E7%A5%A8%20%E6%9C%BA', { kind: 'spooler', queue: '小票 机' }],
])('address %s', (address, place) => {
  expect(parsePlace(address)).toEqual(place)
})

test.each([
  'tcp://10.0.0.9', 'tcp://10.0.0.9:0', 'tcp://10.0.0.9:65536', 'http://10.0.0.9:9100', 'tcp://a b:9100',
  'serial:/etc/passwd', 'serial:/dev/../etc/passwd', 'serial:COM3?baud=9601', 'serial:COM3?speed=9600', 'serial:COM3?baud=9600?flow=none',
  'file:/etc/passwd', 'file:/dev/../etc/passwd', 'file:lp0', 'usb:4b8:202', 'usb:04b8:0202:', 'usb:04b8:0202:%E0', 'spooler:', 'spooler:-o', 'spooler:a/b', 'spooler:%0A', 'spooler:a"b', '', 'tcp:',
])('%s is no address', (address) => {
  expect(parsePlace(address)).toBeUndefined()
})

test('a USB printer\'s address finds it again', () => {
  expect(parsePlace(usbAddress(0x04b8, 0x0e15, 'A 7:1'))).toEqual({ kind: 'usb', vendor: 0x04b8, product: 0x0e15, serial: 'A 7:1' })
  expect(parsePlace(usbAddress(1, 2, null))).toEqual({ kind: 'usb', vendor: 1, product: 2, serial: null })
})

test('an open lid is named before the paper behind it, and little paper keeps nothing back', () => {
  expect(blocking(['off_line', 'paper_out', 'cover_open'])).toBe('cover_open')
  expect(blocking(['off_line', 'paper_out'])).toBe('paper_out')
  expect(blocking(['paper_low'])).toBeUndefined()
})
