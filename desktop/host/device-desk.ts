/**
 * The scales and scanners of this till: opens those that its settings name, tells the screens what they say, and hands on
 * what scanners read. Which screen asked is nobody's business here, as with a scanner that types.
 */
import { z } from 'zod'
import { type ScaleCommand, type ScaleReading, AWAY } from '#shared/devices/scale.ts'
import { type ScaleSettings, ScaleSettingsSchema, type ScannerSettings, ScannerSettingsSchema } from '#shared/devices/settings.ts'
import type { EmitName, EmitPayload } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { ScaleStatus, ScannersStatus } from '#shared/host/schemas.ts'
import type { TillStore } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Milli, milli } from '#shared/quantity/quantity.ts'
import type { Devices, Scale, Scanner, SerialPortInfo, UsbScanners } from '#shared/ports/devices.ts'

const SCALES = 'scales'
const SCANNERS = 'scanners'
const DEVICES_MAX = 8
const ScannersSetting = z.object({ serial: z.array(ScannerSettingsSchema).max(DEVICES_MAX), usb: z.boolean() })

interface Kept<Settings, Device> { readonly settings: Settings; readonly device: Device }

export interface DeviceDeskOptions {
  readonly store: Pick<TillStore, 'setting' | 'setSetting'>
  readonly devices: Devices
  emit<Name extends EmitName>(name: Name, payload: EmitPayload<Name>): void
}

export class DeviceDesk {
  readonly #options: DeviceDeskOptions
  #scales: Kept<ScaleSettings, Scale>[] = []
  #scanners: Kept<ScannerSettings, Scanner>[] = []
  #usb: UsbScanners | null = null
  /** Lines that are being let go: a port is free again only then. */
  readonly #closing = new Set<Promise<void>>()

  constructor(options: DeviceDeskOptions) {
    this.#options = options
    for (const settings of this.#scaleSettings()) this.#openScale(settings)
    const { serial, usb } = this.#scannerSettings()
    for (const settings of serial) this.#openScanner(settings)
    if (usb) this.#openUsb()
  }

  scales(): { scales: ScaleSettings[]; status: ScaleStatus[] } {
    return { scales: this.#scales.map(({ settings }) => settings), status: this.#scaleStatus() }
  }
  scanners(): { scanners: ScannerSettings[]; status: ScannersStatus } {
    return { scanners: this.#scanners.map(({ settings }) => settings), status: this.#scannersStatus() }
  }
  ports(): Promise<SerialPortInfo[]> {
    return this.#options.devices.serialPorts()
  }

  /** Throws TillError port.taken. */
  putScale(settings: ScaleSettings): void {
    this.#claim(settings)
    this.#save(SCALES, [...this.#scaleSettings().filter(({ id }) => id !== settings.id), settings].slice(-DEVICES_MAX))
    this.#letGo(this.#scales, settings.id)
    this.#openScale(settings)
    this.#scaleChanged()
  }
  /** Throws TillError scale.not_found. */
  removeScale(id: Id): void {
    this.#scale(id)
    this.#save(SCALES, this.#scaleSettings().filter((each) => each.id !== id))
    this.#letGo(this.#scales, id)
    this.#scaleChanged()
  }
  /** Throws TillError scale.not_found or scale.away. */
  tell(id: Id, command: ScaleCommand): void {
    if (!this.#scale(id).device.tell(command)) throw new TillError('scale.away')
  }
  /**
   * The weight to sell by: what the scale shows at this moment, where that is at rest, above nothing, and what the cashier
   * saw. Throws TillError scale.*.
   */
  take(id: Id, seen: number): ScaleReading & { grams: Milli } {
    const reading = this.#scale(id).device.reading()
    if (reading.state !== 'stable') throw new TillError(`scale.${reading.state}`)
    if (reading.grams === null || reading.grams <= 0) throw new TillError('scale.empty')
    if (reading.grams !== seen) throw new TillError('scale.changed', { grams: reading.grams, seen })
    return { ...reading, grams: milli(reading.grams) }
  }

  /** Throws TillError port.taken. */
  putScanner(settings: ScannerSettings): void {
    this.#claim(settings)
    const { serial, usb } = this.#scannerSettings()
    this.#save(SCANNERS, { serial: [...serial.filter(({ id }) => id !== settings.id), settings].slice(-DEVICES_MAX), usb })
    this.#letGo(this.#scanners, settings.id)
    this.#openScanner(settings)
    this.#scannersChanged()
  }
  /** Throws TillError scanner.not_found. */
  removeScanner(id: Id): void {
    if (!this.#scanners.some(({ settings }) => settings.id === id)) throw new TillError('scanner.not_found')
    const { serial, usb } = this.#scannerSettings()
    this.#save(SCANNERS, { serial: serial.filter((each) => each.id !== id), usb })
    this.#letGo(this.#scanners, id)
    this.#scannersChanged()
  }
  useUsb(usb: boolean): void {
    this.#save(SCANNERS, { ...this.#scannerSettings(), usb })
    if (usb && !this.#usb) this.#openUsb()
    else if (!usb && this.#usb) {
      this.#close(this.#usb)
      this.#usb = null
    }
    this.#scannersChanged()
  }

  async close(): Promise<void> {
    for (const { device } of [...this.#scales, ...this.#scanners]) this.#close(device)
    if (this.#usb) this.#close(this.#usb)
    this.#scales = []
    this.#scanners = []
    this.#usb = null
    await Promise.all(this.#closing)
  }

  #openScale(settings: ScaleSettings): void {
    this.#scales.push({ settings, device: this.#options.devices.scale(settings, () => this.#scaleChanged()) })
  }
  #openScanner(settings: ScannerSettings): void {
    const device = this.#options.devices.scanner(settings, { scan: (text) => this.#options.emit('scan.read', { text }), changed: () => this.#scannersChanged() })
    this.#scanners.push({ settings, device })
  }
  #openUsb(): void {
    this.#usb = this.#options.devices.usbScanners({ scan: (text) => this.#options.emit('scan.read', { text }), changed: () => this.#scannersChanged() })
  }
  #letGo(all: Kept<{ id: Id }, Scale | Scanner>[], id: Id): void {
    const at = all.findIndex(({ settings }) => settings.id === id)
    if (at >= 0) this.#close(all.splice(at, 1)[0]!.device)
  }
  #close(device: Scanner | Scale): void {
    const closing = device.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  /** One line has one device at its end. */
  #claim({ id, port }: { id: Id; port: string }): void {
    const taken = [...this.#scales, ...this.#scanners].find(({ settings }) => settings.port === port && settings.id !== id)
    if (taken) throw new TillError('port.taken', { port, name: taken.settings.name })
  }
  #scale(id: Id): Kept<ScaleSettings, Scale> {
    const kept = this.#scales.find(({ settings }) => settings.id === id)
    if (!kept) throw new TillError('scale.not_found')
    return kept
  }

  #scaleStatus(): ScaleStatus[] {
    return this.#scales.map(({ settings: { id, name }, device }) => {
      const fault = device.fault()
      return { scale: id, name, fault, ...(fault ? AWAY : device.reading()) }
    })
  }
  #scannersStatus(): ScannersStatus {
    return {
      serial: this.#scanners.map(({ settings: { id, name }, device }) => ({ scanner: id, name, fault: device.fault() })),
      usb: { on: this.#usb !== null, names: this.#usb?.names() ?? [], fault: this.#usb?.fault() ?? null },
    }
  }
  #scaleChanged(): void {
    this.#options.emit('scale.changed', { scales: this.#scaleStatus() })
  }
  #scannersChanged(): void {
    this.#options.emit('scanner.changed', this.#scannersStatus())
  }

  #scaleSettings(): ScaleSettings[] {
    return z.array(ScaleSettingsSchema).safeParse(parsed(this.#options.store.setting(SCALES))).data ?? []
  }
  #scannerSettings(): z.output<typeof ScannersSetting> {
    return ScannersSetting.safeParse(parsed(this.#options.store.setting(SCANNERS))).data ?? { serial: [], usb: true }
  }
  #save(key: string, value: unknown): void {
    this.#options.store.setSetting(key, JSON.stringify(value))
  }
}

/** What can't be read is what was never set: the shop opens, and the page for devices shows that there are none. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
