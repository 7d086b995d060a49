/** A receipt printer at the end of a cable (a pseudo-terminal): what a till sees of one on a serial port, or as a device file. */
import { PrinterHead } from './printer-head.ts'
import { type SerialCable, serialCable } from './serial-cable.ts'

export interface CablePrinter {
  readonly cable: SerialCable
  readonly head: PrinterHead
  readonly received: readonly Uint8Array[]
  /** Nothing comes out of it and nothing is read, with the cable still there. */
  cutPower(): void
  powerUp(): void
  /** Draws the plug when so many bytes more have come. */
  cutAfter(bytes: number): void
  until(isSo: () => boolean): Promise<void>
  close(): Promise<void>
}

export async function cablePrinter(head = new PrinterHead({ status: true, taken: true })): Promise<CablePrinter> {
  const cable = await serialCable()
  const watchers = new Set<() => void>()
  head.changed = () => { for (const watcher of watchers) watcher() }
  let isOn = true
  /** What it hears before its plug is drawn. */
  let end = Infinity
  const join = (): void => head.join((bytes) => { if (isOn) cable.send(bytes) })
  cable.heard = (bytes) => {
    if (!isOn) return
    if (end === Infinity) return head.feed(bytes)
    for (const byte of bytes) if (head.content < end) head.feed(Uint8Array.of(byte))
    if (head.content >= end) void cable.unplug()
  }
  join()
  return {
    cable, head,
    get received() {
      return head.papers.map((bytes) => Uint8Array.from(bytes))
    },
    cutPower() {
      isOn = false
      head.cutPower()
    },
    powerUp() {
      isOn = true
      end = Infinity
      join()
    },
    cutAfter: (bytes) => { end = head.content + bytes },
    until: (isSo) => new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
    }),
    close: () => cable.close(),
  }
}
