/** Printers on a serial line and behind a device file, over pseudo-terminals. */
import { mkdtempSync, openSync, closeSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hurriedTimer } from '#desktop/testing/hurried-timer.ts'
import { parsePlace, type PrinterPlace } from '#shared/devices/printing.ts'
import type { DeviceFault } from '#shared/devices/settings.ts'
import type { Printer } from '#shared/ports/ports.ts'
import { runPrinterSuite } from '#shared/testing/printer.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { LineFault } from '../serial-line.ts'
import { cablePrinter } from '../testing/cable-printer.ts'
import { hasCables } from '../testing/serial-cable.ts'
import { filePrinter } from './file-printer.ts'
import { type LinedPrinterOptions } from './lined-printer.ts'
import { FAULT_CODES, serialPrinter } from './serial-printer.ts'

const SERIAL: Extract<PrinterPlace, { kind: 'serial' }> = { kind: 'serial', line: { port: '/dev/ttyS9', baud: 115_200, bits: '8n1' }, flow: 'none' }
const options: LinedPrinterOptions = { timer: hurriedTimer(20), asks: true, answerMs: 20_000 }
const make: Record<'serial' | 'file', (port: string) => Printer> = {
  serial: (port) => serialPrinter({ ...SERIAL, line: { ...SERIAL.line, port } }, options),
  file: (path) => filePrinter({ path }, options),
}

if (hasCables) {
  for (const kind of ['serial', 'file'] as const) {
    // `script`, which holds the other end, reads whatever comes: it can't be made to take nothing.
    runPrinterSuite(kind, { mute: kind === 'file' ? 'taken' : 'unconfirmed', answers: true, stalls: false, cuts: true, losesLines: kind === 'serial' }, async () => {
      const device = await cablePrinter()
      return {
        printer: make[kind](device.cable.port),
        received: () => device.received,
        async behave(how) {
          if (how === 'off') return device.cable.unplug()
          device.head.abilities = how === 'mute' ? { status: false, taken: false } : { status: true, taken: true }
          await device.cable.unplug()
          await device.cable.plug()
          device.powerUp()
          if (typeof how === 'object') device.cutAfter(how.cutAfter)
        },
        trouble: (troubles) => { device.head.troubles = troubles },
        paperFor: (bytes) => { device.head.paperLeft = bytes },
        ranOut: () => device.until(() => device.head.troubles.includes('paper_out')),
        loseNerve: () => Promise.resolve(),
        close: () => device.close(),
      }
    })
  }
}

describe.skipIf(!hasCables)('on a pseudo-terminal', () => {
  test.each(['serial', 'file'] as const)('%s: one that has answered and is silent is switched off, and nothing is sent into the dark', async (kind) => {
    const device = await cablePrinter()
    onTestFinished(() => device.close())
    const printer = make[kind](device.cable.port)
    expect(await printer.send(Buffer.from('one'))).toEqual({ ok: true })
    device.cutPower()
    expect(await printer.status!()).toMatchObject({ state: 'away', code: 'printer.unreachable' })
    expect(await printer.send(Buffer.from('two'))).toEqual({ ok: false, code: 'printer.unreachable', sent: 0 })
    device.powerUp()
    expect(await printer.send(Buffer.from('two'))).toEqual({ ok: true })
    expect(device.received.map((bytes) => Buffer.from(bytes).toString())).toEqual(['one', 'two'])
  })
})

test('what is not a device is not written to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'disk')
  writeFileSync(file, 'precious')
  const refused = { ok: false, code: 'printer.unreachable', sent: 0 }
  expect(await filePrinter({ path: file }, options).send(Buffer.from('paper'))).toEqual(refused)
  expect(await filePrinter({ path: join(folder, 'gone') }, options).send(Buffer.from('paper'))).toEqual(refused)
  expect(readFileSync(file, 'utf8')).toBe('precious')
})

test.skipIf(process.platform !== 'linux')('a device that takes nothing is given up, and blocks nothing', async () => {
  // A terminal's own master, which nobody reads: it takes some thousand bytes and then none.
  const timer = manualTimer()
  const master = openSync('/dev/ptmx', 'r+')
  onTestFinished(() => closeSync(master))
  const printer = filePrinter({ path: '/dev/full' }, { timer, asks: false })
  expect(await printer.send(Buffer.from('paper'))).toMatchObject({ ok: false, code: 'printer.cut_off' })
  expect(timer.pending()).toEqual([])
})

test.each(Object.entries(FAULT_CODES))('a port that is %s says so', async (fault, code) => {
  const printer = serialPrinter(SERIAL, options, () => Promise.reject(new LineFault(fault as DeviceFault, fault)))
  expect(await printer.send(Buffer.from('paper'))).toEqual({ ok: false, code, sent: 0 })
  expect(await printer.status!()).toEqual({ state: 'away', code, troubles: [] })
})

test('the line is opened as the address says', async () => {
  const place = parsePlace('serial:COM3?baud=19200&bits=7e1&flow=rtscts') as typeof SERIAL
  const asked: unknown[] = []
  await serialPrinter(place, options, (settings) => { asked.push(settings); return Promise.reject(new LineFault('missing', '')) }).send(Buffer.from('x'))
  expect(asked).toEqual([{ port: 'COM3', baud: 19_200, bits: '7e1', flow: 'rtscts' }])
})
