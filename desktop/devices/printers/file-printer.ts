/**
 * A printer that the system shows as a file of its own, as Linux does with those on USB (/dev/usb/lp0) or a parallel port.
 * Opened without blocking: a printer that takes nothing must not hold a thread of ours. What such a file takes, the device
 * has taken.
 */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Printer, PrinterFaultCode, Timer } from '#shared/ports/ports.ts'
import { type LinedPrinterOptions, linedPrinter } from './lined-printer.ts'
import { LineClosed, type PaperLine, type PaperLineEvents } from './talk.ts'

/** A device that takes nothing, or has nothing to say, is looked at again after so long. */
const LOOK_MS = 20

export function filePrinter({ path }: { readonly path: string }, options: LinedPrinterOptions): Printer {
  return linedPrinter((on) => openDevice(path, on, options.timer), { isAcknowledged: true, isSilentWhenOff: true, isShared: false }, options)
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
function faultOf(error: unknown): PrinterFaultCode {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM') return 'printer.forbidden'
  return code === 'EBUSY' ? 'printer.refused' : 'printer.unreachable'
}

async function openDevice(path: string, on: PaperLineEvents, timer: Timer): Promise<PaperLine> {
  const flags = constants.O_NONBLOCK | constants.O_NOCTTY
  let canRead = true
  let file: FileHandle
  let about: Stats
  try {
    file = await open(path, constants.O_RDWR | flags).catch((error: unknown) => {
      if (!['EACCES', 'EINVAL', 'EPERM'].includes(codeOf(error))) throw error
      canRead = false
      return open(path, constants.O_WRONLY | flags)
    })
    about = await file.stat()
  } catch (error) {
    throw new LineClosed(faultOf(error))
  }
  // A disk is a file there too.
  if (!about.isCharacterDevice()) {
    await file.close()
    throw new LineClosed('printer.unreachable')
  }

  let isOver = false
  let cancel = (): void => undefined
  const pause = (): Promise<void> => new Promise((resolve) => { cancel = timer.after(LOOK_MS, resolve) })
  const gone = (): void => {
    if (isOver) return
    isOver = true
    on.gone(false)
  }
  const buffer = new Uint8Array(256)
  const read = async (): Promise<void> => {
    while (!isOver) {
      try {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
        if (bytesRead > 0) on.data(buffer.slice(0, bytesRead))
      } catch (error) {
        const code = codeOf(error)
        // What can't be read at all is written to all the same.
        if (code === 'EBADF' || code === 'EINVAL') return
        if (code !== 'EAGAIN' && code !== 'EINTR') return gone()
      }
      // eslint-disable-next-line no-await-in-loop -- one device, one thing after the other
      await new Promise<void>((resolve) => { stopReading = timer.after(LOOK_MS, resolve); wakeReader = resolve })
    }
  }
  let stopReading = (): void => undefined
  let wakeReader = (): void => undefined
  const reading = canRead ? read() : Promise.resolve()

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length && !isOver;) {
        try {
          at += (await file.write(bytes, at, bytes.length - at, null)).bytesWritten
        } catch (error) {
          const code = codeOf(error)
          if (code !== 'EAGAIN' && code !== 'EINTR') throw error
          await pause()
        }
      }
      if (isOver) throw new LineClosed('printer.cut_off')
    },
    async close() {
      isOver = true
      cancel()
      stopReading()
      wakeReader()
      await reading
      await file.close()
    },
  }
}
