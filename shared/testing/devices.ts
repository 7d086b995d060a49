/** Devices in a test's hand: scales that show what they are told to, scanners that read at once. */
import { AWAY, type ScaleCommand, type ScaleReading } from '../devices/scale.ts'
import type { DeviceFault, ScaleSettings, ScannerSettings } from '../devices/settings.ts'
import type { Devices, ScannerEvents, SerialPortInfo } from '../ports/devices.ts'

interface Fake { fault: DeviceFault | null; isOpen: boolean }
export interface FakeScale extends Fake { reading: ScaleReading; readonly settings: ScaleSettings; readonly told: ScaleCommand[]; hears: (command: ScaleCommand) => void; readonly changed: () => void }
export interface FakeScanner extends Fake { readonly settings: ScannerSettings; readonly on: ScannerEvents }

export interface FakeDevices extends Devices {
  /** By port, the latest opened. */
  readonly scales: Map<string, FakeScale>
  readonly scanners: Map<string, FakeScanner>
  usb: (Fake & { names: string[]; readonly on: ScannerEvents }) | null
  ports: SerialPortInfo[]
  /** The scale at a port shows this from now on. */
  show(port: string, reading: Partial<ScaleReading>): void
  /** It is gone, until it shows something again. */
  unplug(port: string): void
}

export function fakeDevices(): FakeDevices {
  const devices: FakeDevices = {
    scales: new Map(), scanners: new Map(), usb: null, ports: [],
    show(port, reading) {
      const scale = devices.scales.get(port)!
      scale.fault = null
      scale.reading = { state: 'stable', grams: null, net: false, tare: null, ...reading }
      scale.changed()
    },
    unplug(port) {
      const scale = devices.scales.get(port)!
      scale.fault = 'missing'
      scale.reading = AWAY
      scale.changed()
    },
    scale(settings, changed) {
      const fake: FakeScale = { settings, changed, fault: 'missing', isOpen: true, reading: AWAY, told: [], hears: () => undefined }
      devices.scales.set(settings.port, fake)
      return {
        reading: () => fake.reading, fault: () => fake.fault,
        tell(command) {
          if (fake.fault) return false
          fake.told.push(command)
          fake.hears(command)
          return true
        },
        async close() { fake.isOpen = false },
      }
    },
    scanner(settings, on) {
      const fake: FakeScanner = { settings, on, fault: 'missing', isOpen: true }
      devices.scanners.set(settings.port, fake)
      return { fault: () => fake.fault, async close() { fake.isOpen = false } }
    },
    usbScanners(on) {
      const fake = { on, names: [], fault: null, isOpen: true }
      devices.usb = fake
      return { fault: () => fake.fault, names: () => fake.names, async close() { fake.isOpen = false } }
    },
    serialPorts: () => Promise.resolve(devices.ports),
  }
  return devices
}
