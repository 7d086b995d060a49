import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openTill } from '#desktop/testing/till.ts'
import { type FakeDevices, fakeDevices } from '#shared/testing/devices.ts'

const PORT = '/dev/ttyUSB0'
const scaleAt = (port = PORT) => ({ id: randomUUID(), name: '收银秤', port, baud: 9600 as const, bits: '8n1' as const, protocol: 'os2' as const })
const scannerAt = (port: string) => ({ id: randomUUID(), name: '扫码枪', port, baud: 9600 as const, bits: '8n1' as const })

async function withDevices(devices: FakeDevices = fakeDevices()) {
  const till = openTill({ world: { devices } })
  await till.setUp()
  const told = (name: string): unknown => till.events.findLast((event) => event.name === name)?.payload
  return { till, devices, told }
}

describe('scales', () => {
  it('are set up, shown as they change, kept over a restart and taken away', async () => {
    const { till, devices, told } = await withDevices()
    const scale = scaleAt()
    await till.run('scale.put', { scale })
    expect(told('scale.changed')).toEqual({ scales: [{ scale: scale.id, name: '收银秤', fault: 'missing', state: 'away', grams: null, net: false, tare: null }] })
    devices.show(PORT, { state: 'unstable', grams: 480 as never })
    expect(told('scale.changed')).toMatchObject({ scales: [{ state: 'unstable', grams: 480, fault: null }] })

    const first = devices.scales.get(PORT)!
    const again = await till.restart()
    expect(first.isOpen).toBe(false)
    expect(await again.run('scale.list', {})).toMatchObject({ scales: [scale], status: [{ fault: 'missing' }] })
    await again.run('scale.put', { scale: { ...scale, protocol: 'sics' } })
    expect((await again.run('scale.list', {})).scales).toEqual([{ ...scale, protocol: 'sics' }])
    await again.run('scale.remove', { scale: scale.id })
    expect(devices.scales.get(PORT)!.isOpen).toBe(false)
    expect(await again.run('scale.list', {})).toEqual({ scales: [], status: [] })
    expect(await again.refusal('scale.remove', { scale: scale.id })).toMatchObject({ code: 'scale.not_found' })
  })

  it('give the weight to sell by only at rest, above nothing, and as the cashier saw it', async () => {
    const { till, devices } = await withDevices()
    const scale = scaleAt()
    await till.run('scale.put', { scale })
    const take = async (grams: number): Promise<unknown> => (await till.refusal('scale.take', { scale: scale.id, grams })).code
    expect(await take(500)).toBe('scale.away')
    for (const state of ['unstable', 'overload', 'underload', 'unit', 'away'] as const) {
      devices.show(PORT, { state, grams: 500 as never })
      expect(await take(500)).toBe(`scale.${state}`)
    }
    devices.show(PORT, { grams: 505 as never })
    expect(await take(500)).toBe('scale.changed')
    for (const nothing of [0, -20]) {
      devices.show(PORT, { grams: nothing as never })
      expect(await take(nothing)).toBe('scale.empty')
    }
    devices.show(PORT, { grams: 505 as never, net: true, tare: 20 as never })
    expect(await till.run('scale.take', { scale: scale.id, grams: 505 })).toEqual({ grams: 505, net: true, tare: 20 })
    await till.run('staff.signOut', {})
    expect(await take(505)).toBe('staff.none')
  })

  it('are tared once for each press, and not when nothing is there to hear it', async () => {
    const { till, devices } = await withDevices()
    const scale = scaleAt()
    await till.run('scale.put', { scale })
    expect(await till.refusal('scale.tell', { scale: scale.id, command: 'tare' })).toMatchObject({ code: 'scale.away' })
    devices.show(PORT, { grams: 20 as never })
    const key = randomUUID()
    await till.run('scale.tell', { key, scale: scale.id, command: 'tare' })
    await till.run('scale.tell', { key, scale: scale.id, command: 'tare' })
    await till.run('scale.tell', { scale: scale.id, command: 'zero' })
    expect(devices.scales.get(PORT)!.told).toEqual(['tare', 'zero'])
  })

  it('and scanners are set up by who may, one to a port, on ports that are ports', async () => {
    const { till } = await withDevices()
    await till.addStaff('02', 'cashier')
    await till.run('scale.put', { scale: scaleAt() })
    expect(await till.refusal('scanner.put', { scanner: scannerAt(PORT) })).toMatchObject({ code: 'port.taken', detail: { name: '收银秤' } })
    for (const port of ['/etc/passwd', '/dev/../etc/passwd', 'COM', 'x']) expect(await till.refusal('scale.put', { scale: scaleAt(port) })).toMatchObject({ code: 'call.invalid' })
    await till.run('staff.signIn', { no: '02', pin: '0000' })
    for (const refused of [till.refusal('scale.put', { scale: scaleAt('COM3') }), till.refusal('scanner.put', { scanner: scannerAt('COM4') }), till.refusal('scanner.usb', { on: false })]) {
      expect(await refused).toMatchObject({ code: 'staff.not_allowed' })
    }
  })

  it('whose settings can\'t be read are none, and the till opens', async () => {
    const { till } = await withDevices()
    till.store.setSetting('scales', '{"no')
    till.store.setSetting('scanners', '[1]')
    const again = await till.restart()
    expect((await again.run('scale.list', {})).scales).toEqual([])
    expect((await again.run('scanner.list', {})).scanners).toEqual([])
  })
})

describe('scanners', () => {
  it('tell every screen what they read, and whether they are there', async () => {
    const { till, devices, told } = await withDevices()
    const scanner = scannerAt('/dev/ttyACM0')
    await till.run('scanner.put', { scanner })
    const fake = devices.scanners.get('/dev/ttyACM0')!
    fake.fault = null
    fake.on.changed()
    expect(told('scanner.changed')).toMatchObject({ serial: [{ scanner: scanner.id, fault: null }] })
    fake.on.scan('6901234567892')
    expect(told('scan.read')).toEqual({ text: '6901234567892' })
    await till.run('scanner.remove', { scanner: scanner.id })
    expect(fake.isOpen).toBe(false)
    expect((await till.run('scanner.list', {})).scanners).toEqual([])
  })

  it('over USB are looked for until somebody says not to', async () => {
    const { till, devices, told } = await withDevices()
    devices.usb!.names = ['Xenon 1950']
    devices.usb!.on.changed()
    expect(told('scanner.changed')).toMatchObject({ usb: { on: true, names: ['Xenon 1950'], fault: null } })
    devices.usb!.on.scan('12345670')
    expect(told('scan.read')).toEqual({ text: '12345670' })
    await till.run('scanner.usb', { on: false })
    expect(devices.usb!.isOpen).toBe(false)
    const again = await till.restart()
    expect((await again.run('scanner.list', {})).status.usb).toEqual({ on: false, names: [], fault: null })
  })

  it('and the machine\'s ports are listed', async () => {
    const { till, devices } = await withDevices()
    devices.ports = [{ port: '/dev/ttyS0', label: 'ttyS0' }]
    expect(await till.run('port.list', {})).toEqual({ ports: devices.ports })
  })
})
