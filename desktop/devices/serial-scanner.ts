/** A scanner on a serial line, or on a USB port that pretends to be one. */
import { ScanText } from '#shared/devices/scan-text.ts'
import type { ScannerSettings } from '#shared/devices/settings.ts'
import type { Scanner, ScannerEvents } from '#shared/ports/devices.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { KeptLine, type LineOpener } from './serial-line.ts'

/** Scanners that end a code with nothing: a pause of so long is its end. A byte at 1200 baud takes 8 ms. */
export const REST_MS = 60

export function serialScanner(settings: ScannerSettings, on: ScannerEvents, { timer, open }: { timer: Timer; open: LineOpener }): Scanner {
  let text = new ScanText()
  let stopResting: () => void = () => undefined
  const line = new KeptLine({
    settings, timer, open,
    opened() {
      text = new ScanText()
      on.changed()
    },
    data(bytes) {
      stopResting()
      for (const code of text.feed(bytes)) on.scan(code)
      if (text.isWaiting) stopResting = timer.after(REST_MS, () => { for (const code of text.rest()) on.scan(code) })
    },
    lost: () => on.changed(),
  })
  return {
    fault: () => line.fault,
    async close() {
      stopResting()
      await line.close()
    },
  }
}
