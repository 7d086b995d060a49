import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemTimer } from '#desktop/loopback/system.ts'
import { ascii, PROTOCOL_NAMES, type ProtocolName, type ScaleReading } from '#shared/devices/scale.ts'
import type { Scale } from '#shared/ports/devices.ts'
import { fakeDevices } from '#shared/testing/devices.ts'
import { runScaleSuite } from '#shared/testing/scale-suite.ts'
import { EMPTY_PAN, type OnScale, os2Message } from '#shared/testing/scales.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { type HidDriver, type HidHandle, hidScanners, LOOK_MS } from './hid-scanners.ts'
import { type LineEvents, LineFault, type LineOpener, openSerialLine } from './serial-line.ts'
import { linuxPorts } from './serial-ports.ts'
import { ASK_MS, CHANGE_MS, RENEW_MS, serialScale, SILENT_MS } from './serial-scale.ts'
import { REST_MS, serialScanner } from './serial-scanner.ts'
import { simulateScale } from './testing/scale-simulator.ts'
import { hasCables, serialCable } from './testing/serial-cable.ts'

const ID = '01890000-0000-7000-8000-000000000001'
const settingsFor = (port: string, protocol: ProtocolName = 'os2') => ({ id: ID, name: '秤', port, baud: 9600 as const, bits: '8n1' as const, protocol })

const SPOKEN = [...PROTOCOL_NAMES.map((name) => [name, false] as const), ['sics', true]] as const
if (hasCables) for (const [protocol, asked] of SPOKEN) runScaleSuite(`${protocol} on a pseudo-terminal${asked ? ', asked' : ''}`, () => onCable(protocol, asked))

async function onCable(protocol: ProtocolName, asked = false) {
  const cable = await serialCable()
  const simulator = simulateScale(protocol, cable, { asked })
  const changed = vi.fn<() => void>()
  const scale = serialScale(settingsFor(cable.port, protocol), { timer: systemTimer, open: openSerialLine, changed })
  return {
    scale, simulator,
    changes: () => changed.mock.calls.length, put: simulator.put, plug: () => cable.plug(), unplug: () => cable.unplug(), heard: simulator.heard,
    async close() {
      await scale.close()
      await simulator.close()
    },
  }
}

describe.skipIf(!hasCables)('on a pseudo-terminal', () => {
  const until = (scale: Scale, reading: { state: ScaleReading['state']; grams: number | null }): Promise<void> => vi.waitFor(() => expect(scale.reading()).toMatchObject(reading), { timeout: 10_000, interval: 10 })

  it('a scale of OS2 that speaks only when asked is asked', async () => {
    const { scale, simulator, close } = await onCable('os2', true)
    onTestFinished(close)
    await until(scale, { state: 'stable', grams: 0 })
    simulator.put({ state: 'unstable', grams: 512 })
    await until(scale, { state: 'unstable', grams: 512 })
    simulator.put({ state: 'stable', grams: 510 })
    await until(scale, { state: 'stable', grams: 510 })
  })

  it('a scale that is switched off is away with its line still there', async () => {
    const { scale, simulator, close } = await onCable('toledo')
    onTestFinished(close)
    simulator.put({ grams: 300 })
    await until(scale, { state: 'stable', grams: 300 })
    simulator.power(false)
    await until(scale, { state: 'away', grams: null })
    expect(scale.fault()).toBeNull()
    simulator.power(true)
    await until(scale, { state: 'stable', grams: 300 })
  })

  it('a serial scanner reads codes, with an end and without', async () => {
    const cable = await serialCable()
    const codes: string[] = []
    const scanner = serialScanner(settingsFor(cable.port), { scan: (code) => codes.push(code), changed: () => {} }, { timer: systemTimer, open: openSerialLine })
    onTestFinished(async () => {
      await scanner.close()
      await cable.close()
    })
    await vi.waitFor(() => expect(scanner.fault()).toBeNull())
    cable.send(ascii('6901234567892\r\n'))
    await vi.waitFor(() => expect(codes).toEqual(['6901234567892']))
    cable.send(ascii('ABC-1'))
    await vi.waitFor(() => expect(codes).toEqual(['6901234567892', 'ABC-1']))
    await cable.unplug()
    await vi.waitFor(() => expect(scanner.fault()).toBe('missing'), { timeout: 10_000 })
    await cable.plug()
    await vi.waitFor(() => expect(scanner.fault()).toBeNull(), { timeout: 10_000 })
    cable.send(ascii('690123\n'))
    await vi.waitFor(() => expect(codes.at(-1)).toBe('690123'))
  })
})

runScaleSuite('the fake', async () => {
  const devices = fakeDevices()
  let on: OnScale = EMPTY_PAN
  let changes = 0
  const scale = devices.scale(settingsFor('/dev/ttyX'), () => { changes += 1 })
  const show = (): void => {
    const isOut = on.state === 'overload' || on.state === 'underload'
    devices.show('/dev/ttyX', { state: on.state, grams: isOut ? null : milli(on.grams), net: on.tare > 0, tare: on.tare > 0 ? milli(on.tare) : null })
  }
  const fake = devices.scales.get('/dev/ttyX')!
  fake.hears = () => {
    on = { ...on, tare: on.grams, grams: 0 }
    show()
  }
  show()
  return {
    scale, changes: () => changes, heard: () => fake.told.length > 0,
    put(more) {
      on = { ...on, ...more }
      show()
    },
    async plug() { show() },
    async unplug() { devices.unplug('/dev/ttyX') },
    close: () => scale.close(),
  }
})

/** A line whose every moment is the test's. */
function lineInHand() {
  let on: LineEvents | undefined
  let refuse: LineFault | undefined
  const written: number[] = []
  const open: LineOpener = async (_settings, events) => {
    if (refuse) throw refuse
    on = events
    return { write: (bytes) => { written.push(...bytes) }, deliver: async () => {}, close: async () => {} }
  }
  return { open, written, data: (bytes: Uint8Array) => on!.data(bytes), gone: () => on!.gone(), refuseWith: (fault?: LineFault) => { refuse = fault } }
}

describe('a line', () => {
  it('is looked for every half second, and each reason is told once', async () => {
    const timer = manualTimer()
    const line = lineInHand()
    const changed = vi.fn<() => void>()
    line.refuseWith(new LineFault('forbidden', 'no'))
    const scale = serialScale(settingsFor('/dev/ttyX'), { timer, open: line.open, changed })
    await timer.scheduled(500)
    expect(scale.fault()).toBe('forbidden')
    await timer.fire(500)
    await timer.scheduled(500)
    expect(changed).toHaveBeenCalledTimes(1)
    line.refuseWith()
    await timer.fire(500)
    await vi.waitFor(() => expect(scale.fault()).toBeNull())
    expect(changed).toHaveBeenCalledTimes(2)
    await scale.close()
    expect(timer.pending()).toEqual([])
  })

  it('tells of a change at once, and of more at most every 100 ms, the last of them always', async () => {
    const timer = manualTimer()
    const line = lineInHand()
    const scale = serialScale(settingsFor('/dev/ttyX'), { timer, open: line.open, changed: () => told.push(scale.reading().grams) })
    const told: (number | null)[] = []
    await vi.waitFor(() => expect(scale.fault()).toBeNull())
    const show = (grams: number): void => line.data(os2Message({ state: 'unstable', grams, tare: 0 }))
    for (const grams of [10, 20, 30]) show(grams)
    expect(told).toEqual([null, 10])
    await timer.fire(CHANGE_MS)
    expect(told).toEqual([null, 10, 30])
    for (let i = 0; i < 5; i++) show(30)
    await timer.fire(CHANGE_MS)
    expect(told).toEqual([null, 10, 30])
    expect(timer.pending().filter((ms) => ms === CHANGE_MS)).toEqual([])
    await timer.fire(SILENT_MS)
    expect(scale.reading().state).toBe('away')
    await scale.close()
  })

  it('is opened anew where it stays silent: not every system says that a plug was drawn', async () => {
    const timer = manualTimer()
    const line = lineInHand()
    const scale = serialScale(settingsFor('/dev/ttyX'), { timer, open: line.open, changed: () => {} })
    await vi.waitFor(() => expect(scale.fault()).toBeNull())
    line.data(os2Message({ state: 'stable', grams: 300, tare: 0 }))
    line.refuseWith(new LineFault('missing', 'no such file'))
    await timer.fire(SILENT_MS)
    expect(scale.fault()).toBeNull()
    await timer.fire(RENEW_MS)
    await vi.waitFor(() => expect(scale.fault()).toBe('missing'))
    line.refuseWith()
    await timer.fire(500)
    await vi.waitFor(() => expect(scale.fault()).toBeNull())
    line.data(os2Message({ state: 'stable', grams: 310, tare: 0 }))
    expect(scale.reading()).toMatchObject({ state: 'stable', grams: 310 })
    await scale.close()
    expect(timer.pending()).toEqual([])
  })

  it('asks a scale that says nothing', async () => {
    const timer = manualTimer()
    const line = lineInHand()
    const scale = serialScale(settingsFor('/dev/ttyX', 'sics'), { timer, open: line.open, changed: () => {} })
    await timer.fire(ASK_MS)
    expect(String.fromCharCode(...line.written)).toBe('SIR\r\n')
    line.data(ascii('ES\r\n'))
    await timer.fire(ASK_MS)
    expect(String.fromCharCode(...line.written)).toBe('SIR\r\nSI\r\n')
    await scale.close()
  })

  it('gives a scanner\'s code after a pause, and not while bytes still come', async () => {
    const timer = manualTimer()
    const line = lineInHand()
    const codes: string[] = []
    const scanner = serialScanner(settingsFor('/dev/ttyX'), { scan: (code) => codes.push(code), changed: () => {} }, { timer, open: line.open })
    await vi.waitFor(() => expect(scanner.fault()).toBeNull())
    line.data(ascii('6901'))
    line.data(ascii('23'))
    expect(timer.pending()).toEqual([REST_MS])
    await timer.fire(REST_MS)
    expect(codes).toEqual(['690123'])
    await scanner.close()
  })

  it('of no such port or no serial port at all says why', async () => {
    const on = { data: () => {}, gone: () => {} }
    await expect(openSerialLine({ port: '/dev/xiaopu-none', baud: 9600, bits: '8n1' }, on)).rejects.toMatchObject({ fault: 'missing' })
    await expect(openSerialLine({ port: '/dev/null', baud: 9600, bits: '8n1' }, on)).rejects.toMatchObject({ fault: 'failed' })
  })
})

it('lists ports by their lasting names first, and no terminals of the system', () => {
  const root = mkdtempSync(join(tmpdir(), 'xiaopu-ports-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['dev/serial/by-id', 'sys/class/tty/ttyUSB0/device', 'sys/class/tty/ttyUSB1/device', 'sys/class/tty/ttyS0/device', 'sys/class/tty/ttyS1/device', 'sys/class/tty/tty1']) mkdirSync(join(root, folder), { recursive: true })
  for (const tty of ['ttyUSB0', 'ttyUSB1']) writeFileSync(join(root, 'dev', tty), '')
  writeFileSync(join(root, 'sys/class/tty/ttyS0/type'), '4\n')
  writeFileSync(join(root, 'sys/class/tty/ttyS1/type'), '0\n')
  symlinkSync('../../ttyUSB0', join(root, 'dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0'))
  expect(linuxPorts(root)).toEqual([
    { port: '/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0', label: 'FTDI FT232R A1-if00-port0' }, { port: '/dev/ttyS0', label: 'ttyS0' }, { port: '/dev/ttyUSB1', label: 'ttyUSB1' },
  ])
  expect(linuxPorts(join(root, 'nothing'))).toEqual([])
})

describe('scanners in HID POS mode', () => {
  const report = (code: string): Uint8Array => { const bytes = new Uint8Array(64); bytes.set([2, code.length, 0x5d, 0x45, 0x30, ...ascii(code)]); return bytes }

  function bus() {
    const devices: { path: string; usagePage: number; product: string }[] = []
    const handles = new Map<string, { data: (report: Uint8Array) => void; error: (error: unknown) => void; closed: boolean }>()
    const driver: HidDriver = {
      devicesAsync: async () => devices,
      HIDAsync: {
        async open(path): Promise<HidHandle> {
          if (path === 'locked') throw new Error('cannot open device')
          const handle = { data: (_: Uint8Array) => {}, error: (_: unknown) => {}, closed: false }
          handles.set(path, handle)
          return { on: (event: 'data' | 'error', listener: never) => { handle[event] = listener }, close: async () => { handle.closed = true } }
        },
      },
    }
    return { devices, handles, load: async () => driver }
  }

  it('are found, read, missed and found again', async () => {
    const timer = manualTimer()
    const usb = bus()
    usb.devices.push({ path: 'keyboard', usagePage: 1, product: 'Keyboard' }, { path: 'a', usagePage: 0x8c, product: 'Xenon' })
    const codes: string[] = []
    const changed = vi.fn<() => void>()
    const scanners = hidScanners({ scan: (code) => codes.push(code), changed }, { timer, load: usb.load })
    await timer.scheduled(LOOK_MS)
    expect(scanners.names()).toEqual(['Xenon'])
    usb.handles.get('a')!.data(report('6901234567892'))
    expect(codes).toEqual(['6901234567892'])
    expect(usb.handles.has('keyboard')).toBe(false)

    usb.handles.get('a')!.error(new Error('could not read from HID device'))
    usb.devices.pop()
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
    expect(scanners.names()).toEqual([])
    usb.devices.push({ path: 'a', usagePage: 0x8c, product: 'Xenon' })
    await timer.fire(LOOK_MS)
    await timer.scheduled(LOOK_MS)
    expect(scanners.names()).toEqual(['Xenon'])

    usb.devices.push({ path: 'locked', usagePage: 0x8c, product: 'Locked' })
    await timer.fire(LOOK_MS)
    await timer.scheduled(LOOK_MS)
    expect(scanners.fault()).toBe('forbidden')
    await scanners.close()
    expect(usb.handles.get('a')!.closed).toBe(true)
    expect(timer.pending()).toEqual([])
  })

  it('without the system\'s libraries are said to be out of reach, and nothing else fails', async () => {
    const changed = vi.fn<() => void>()
    const scanners = hidScanners({ scan: () => {}, changed }, { timer: manualTimer(), load: () => Promise.reject(new Error('libusb-1.0.so.0: cannot open shared object file')) })
    await vi.waitFor(() => expect(scanners.fault()).toBe('no_driver'))
    expect(changed).toHaveBeenCalledTimes(1)
    await scanners.close()
  })

  it('on this machine either are looked for or are said to be out of reach', async () => {
    const timer = manualTimer()
    const changed = vi.fn<() => void>()
    const scanners = hidScanners({ scan: () => {}, changed }, { timer })
    await vi.waitFor(() => expect(scanners.fault() === 'no_driver' || timer.pending().includes(LOOK_MS)).toBe(true))
    await scanners.close()
  })
})
