/**
 * Serial lines over the package `serialport`, which is loaded when the first is opened. A `KeptLine` is one that is looked
 * for again every half second while it is not there.
 */
import { realpathSync } from 'node:fs'
import type { Flow } from '#shared/devices/printing.ts'
import type { DeviceFault, LineSettings } from '#shared/devices/settings.ts'
import type { Timer } from '#shared/ports/ports.ts'

export interface OpenLine {
  /** Drops what a line that takes nothing would only heap up. */
  write(bytes: Uint8Array): void
  /** Resolves when all of it has gone out over the wire; never where the line breaks or takes nothing. */
  deliver(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}
export interface LineEvents {
  data(bytes: Uint8Array): void
  /** The line broke, as when its plug is drawn. Once, and never after `close`. */
  gone(): void
}
/** Rejects with LineFault. */
export type LineOpener = (settings: LineSettings & { readonly flow?: Flow }, on: LineEvents) => Promise<OpenLine>

export class LineFault extends Error {
  readonly fault: DeviceFault
  constructor(fault: DeviceFault, message: string) {
    super(message)
    this.fault = fault
  }
}

const RETRY_MS = 500
const WATCH_MS = 500
/** The device that a port's lasting name stands for now; undefined where there is none. Windows has no such names. */
function placeOf(port: string): string | undefined {
  if (process.platform === 'win32') return port
  try {
    return realpathSync(port)
  } catch {
    return undefined
  }
}
/** Bytes that may wait for a line. Commands are a few bytes; more is a device that takes none. */
const WAITING_MAX = 256
const BITS = { '8n1': { dataBits: 8, parity: 'none' }, '7e1': { dataBits: 7, parity: 'even' }, '7o1': { dataBits: 7, parity: 'odd' } } as const

/** The systems' own words, as serialport passes them on. */
function faultOf(message: string): DeviceFault {
  if (/no such (file|device)|file not found|cannot find/i.test(message)) return 'missing'
  if (/lock|busy|access denied|temporarily unavailable/i.test(message)) return 'busy'
  if (/permission denied|not permitted/i.test(message)) return 'forbidden'
  return 'failed'
}

export const openSerialLine: LineOpener = async ({ port, baud, bits, flow = 'none' }, on) => {
  const { SerialPort } = await import('serialport').catch((error: unknown) => { throw new LineFault('no_driver', String(error)) })
  return new Promise((resolve, reject) => {
    const line = new SerialPort({ path: port, baudRate: baud, ...BITS[bits], stopBits: 1, autoOpen: false, rtscts: flow === 'rtscts', xon: flow === 'xonxoff', xoff: flow === 'xonxoff' })
    let isClosing = false
    line.on('data', (bytes: Buffer) => { if (!isClosing) on.data(bytes) })
    // A write that fails is followed by the close that matters.
    line.on('error', () => undefined)
    line.open((error) => {
      if (error) return reject(new LineFault(faultOf(error.message), error.message))
      const at = placeOf(port)
      // On a busy machine the driver may read "nothing" of a drawn plug for ever: that its place is gone, or another's, tells it too.
      const watch = setInterval(() => { if (placeOf(port) !== at && line.isOpen) line.close() }, WATCH_MS)
      watch.unref()
      line.on('close', () => {
        clearInterval(watch)
        if (!isClosing) on.gone()
      })
      resolve({
        write: (bytes) => { if (line.writableLength + bytes.length <= WAITING_MAX) line.write(Buffer.from(bytes)) },
        deliver: (bytes) => new Promise((taken) => {
          line.write(Buffer.from(bytes), (fault) => { if (!fault) line.drain((late) => { if (!late) taken() }) })
        }),
        close: () => new Promise((closed) => {
          isClosing = true
          clearInterval(watch)
          // The system would wait half a minute for a device that takes nothing.
          if (line.isOpen) line.flush(() => line.close(() => closed()))
          else closed()
        }),
      })
    })
  })
}

export interface KeptLineOptions {
  readonly settings: LineSettings
  readonly timer: Timer
  readonly open: LineOpener
  opened(): void
  data(bytes: Uint8Array): void
  /** It broke, or can't be opened for another reason than before. */
  lost(): void
}

export class KeptLine {
  readonly #options: KeptLineOptions
  #line: OpenLine | undefined
  #fault: DeviceFault | null = 'missing'
  #attempt: Promise<void> = Promise.resolve()
  #cancel: () => void = () => undefined
  #isClosed = false

  constructor(options: KeptLineOptions) {
    this.#options = options
    this.#try()
  }

  get fault(): DeviceFault | null {
    return this.#fault
  }

  /** False while the line is not there. */
  write(bytes: Uint8Array): boolean {
    this.#line?.write(bytes)
    return this.#line !== undefined
  }

  /** Closes it and tries anew: a system does not always notice that a plug was drawn. */
  renew(): void {
    const line = this.#line
    if (!line || this.#isClosed) return
    this.#line = undefined
    this.#attempt = line.close().then(() => (this.#isClosed ? undefined : this.#open()))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#attempt
    await this.#line?.close()
    this.#line = undefined
  }

  #try(): void {
    if (!this.#isClosed) this.#attempt = this.#open()
  }

  async #open(): Promise<void> {
    const { settings, open, data, opened } = this.#options
    try {
      let isGone = false
      const line = await open(settings, {
        data: (bytes) => { if (!this.#isClosed) data(bytes) },
        gone: () => {
          isGone = true
          this.#line = undefined
          this.#lose('missing')
        },
      })
      if (isGone) return
      this.#line = line
      this.#fault = null
      if (!this.#isClosed) opened()
    } catch (error) {
      this.#lose(error instanceof LineFault ? error.fault : 'failed')
    }
  }

  #lose(fault: DeviceFault): void {
    if (this.#isClosed) return
    const isNews = this.#fault !== fault
    this.#fault = fault
    this.#cancel = this.#options.timer.after(RETRY_MS, () => this.#try())
    if (isNews) this.#options.lost()
  }
}
