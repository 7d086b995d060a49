/**
 * A printer on the network: raw bytes over TCP, port 9100 (AppSocket, "JetDirect"). One connection a document. There is
 * no acknowledgement in that protocol; the nearest thing is that a printer closes its side once it has read everything,
 * so that is waited for, as CUPS does; but not for long, because cheap ones never do. A device's faults come back as
 * outcomes and are never thrown.
 */
import { type Socket, connect } from 'node:net'
import type { PrintOutcome, Printer, Timer } from '#shared/ports/ports.ts'

export interface TcpPrinterOptions {
  readonly timer: Timer
  /** ms until a connection must stand */
  readonly connectMs?: number
  /** ms a printer may take none of the bytes */
  readonly stallMs?: number
  /** ms a printer may leave the connection open when it has them all */
  readonly quietMs?: number
}

const CONNECT_MS = 3_000
/** Paper being changed holds a printer up; a cashier's hands need about this long. */
const STALL_MS = 20_000
/** Printers that close at all do it as soon as they have read everything; the next customer's paper waits this long. */
const QUIET_MS = 3_000
/** The same for a printer that has just left us without an answer, until it gives one. */
const QUIET_AGAIN_MS = 1_000
/** Bytes given to the socket at a time, so that `sent` says how far a printer got. */
const CHUNK = 1024

/** `tcp://HOST:PORT`, IPv6 in brackets; undefined for anything else. */
export function parseTcpAddress(address: string): { host: string; port: number } | undefined {
  const match = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || !(port >= 1 && port <= 65_535) ? undefined : { host, port }
}

/**
 * A `Printer` at `tcp://HOST:PORT`. An address that can't be read is a printer that can't be reached. It remembers only
 * whether the device answered the last time.
 */
export function tcpPrinter(address: string, { timer, connectMs = CONNECT_MS, stallMs = STALL_MS, quietMs = QUIET_MS }: TcpPrinterOptions): Printer {
  const target = parseTcpAddress(address)
  let isQuiet = false
  return {
    async send(bytes) {
      if (target === undefined) return { ok: false, code: 'printer.unreachable', sent: 0 }
      const limits = { timer, connectMs, stallMs, quietMs: isQuiet ? Math.min(quietMs, QUIET_AGAIN_MS) : quietMs }
      const outcome = await new Promise<PrintOutcome>((resolve) => {
        deliver(connect({ ...target, noDelay: true }), bytes, limits, resolve)
      })
      if (outcome.ok) isQuiet = false
      else if (outcome.code === 'printer.unconfirmed') isQuiet = true
      return outcome
    },
  }
}

function deliver(socket: Socket, bytes: Uint8Array, options: Required<TcpPrinterOptions>, resolve: (outcome: PrintOutcome) => void): void {
  const { timer, connectMs, stallMs, quietMs } = options
  let sent = 0
  let isConnected = false
  /** Every byte is with the operating system. */
  let isWritten = bytes.length === 0
  let isSettled = false

  const settle = (outcome: PrintOutcome): void => {
    if (isSettled) return
    isSettled = true
    cancel()
    socket.destroy()
    resolve(outcome)
  }
  const timeOut = (): void => settle({ ok: false, code: isConnected ? 'printer.timeout' : 'printer.unreachable', sent })
  let cancel = timer.after(connectMs, timeOut)
  const progress = (): void => {
    cancel()
    cancel = timer.after(stallMs, timeOut)
  }

  const writeFrom = (offset: number): void => {
    if (isSettled) return
    if (offset >= bytes.length) {
      isWritten = true
      // A fault on the way ends here too, and has been settled by then.
      socket.end(() => {
        if (isSettled) return
        cancel()
        cancel = timer.after(quietMs, () => settle({ ok: false, code: 'printer.unconfirmed', sent }))
      })
      return
    }
    const chunk = bytes.subarray(offset, offset + CHUNK)
    // Counted before the write: some of it may be on paper even when the rest is refused.
    sent = offset + chunk.length
    socket.write(chunk, (fault) => {
      if (fault) return
      progress()
      writeFrom(offset + chunk.length)
    })
  }

  socket.once('connect', () => {
    isConnected = true
    progress()
    writeFrom(0)
  })
  // Printers answer status requests and some chatter unasked; unread bytes would turn our closing into a reset.
  socket.resume()
  socket.once('end', () => {
    if (!isWritten) settle({ ok: false, code: 'printer.cut_off', sent })
  })
  socket.once('error', (fault: NodeJS.ErrnoException) => {
    if (isConnected) settle({ ok: false, code: 'printer.cut_off', sent })
    else settle({ ok: false, code: fault.code === 'ECONNREFUSED' ? 'printer.refused' : 'printer.unreachable', sent: 0 })
  })
  socket.once('close', () => settle(isWritten ? { ok: true } : { ok: false, code: 'printer.cut_off', sent }))
}
