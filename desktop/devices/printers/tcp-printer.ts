/**
 * A printer on the network: raw bytes over TCP, port 9100 (AppSocket, "JetDirect"). One connection a document, because
 * many printers serve one at a time and a second till wants its turn. There is no acknowledgement in that protocol; the
 * nearest thing, for a printer that doesn't answer questions, is that it closes its side once it has read everything, so
 * that is waited for, as CUPS does; but not for long, because cheap ones never do.
 */
import { type Socket, connect } from 'node:net'
import type { Printer, Timer } from '#shared/ports/ports.ts'
import { type LinedPrinterOptions, linedPrinter } from './lined-printer.ts'
import { LineClosed, type PaperLineOpener } from './talk.ts'

export interface TcpPrinterOptions extends LinedPrinterOptions {
  /** ms until a connection must stand */
  readonly connectMs?: number | undefined
}

const CONNECT_MS = 3_000
/** A printer that answers has closed its side by then: what serves one connection at a time is free for the next. */
const CLOSE_MS = 300

export function tcpPrinter({ host, port }: { readonly host: string; readonly port: number }, options: TcpPrinterOptions): Printer {
  return linedPrinter(tcpLine(host, port, options), { isAcknowledged: false, isSilentWhenOff: false, isShared: true }, options)
}

function tcpLine(host: string, port: number, { timer, connectMs = CONNECT_MS }: { timer: Timer; connectMs?: number | undefined }): PaperLineOpener {
  return (on) => new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const refuse = (fault?: NodeJS.ErrnoException): void => {
      cancel()
      socket.destroy()
      reject(new LineClosed(fault?.code === 'ECONNREFUSED' ? 'printer.refused' : 'printer.unreachable'))
    }
    const cancel = timer.after(connectMs, refuse)
    let isOver = false
    const gone = (isClean: boolean): void => {
      if (!isOver) on.gone(isClean)
      isOver = true
    }
    socket.once('error', refuse)
    socket.once('connect', () => {
      cancel()
      socket.off('error', refuse)
      socket.on('error', () => gone(false))
      // Printers answer questions and some chatter unasked; unread bytes would turn our closing into a reset.
      socket.on('data', (bytes: Buffer) => on.data(bytes))
      socket.once('end', () => gone(true))
      socket.once('close', () => gone(true))
      resolve({
        write: (bytes) => new Promise((taken) => { socket.write(bytes, (fault) => { if (!fault) taken() }) }),
        // A fault on the way ends here too, and has been told by then.
        end: () => new Promise((ended) => { socket.end(ended) }),
        close: (isHeard) => closed(socket, isHeard, timer),
      })
    })
  })
}

async function closed(socket: Socket, isHeard: boolean, timer: Timer): Promise<void> {
  if (isHeard && !socket.destroyed) {
    await new Promise<void>((resolve) => {
      const cancel = timer.after(CLOSE_MS, resolve)
      socket.once('close', () => {
        cancel()
        resolve()
      })
      socket.end()
    })
  }
  socket.destroy()
}
