/** The devices of this machine. */
import type { Devices } from '#shared/ports/devices.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { hidScanners } from './hid-scanners.ts'
import { openSerialLine } from './serial-line.ts'
import { serialPorts } from './serial-ports.ts'
import { serialScale } from './serial-scale.ts'
import { serialScanner } from './serial-scanner.ts'

export function systemDevices(timer: Timer): Devices {
  return {
    scale: (settings, changed) => serialScale(settings, { timer, open: openSerialLine, changed }),
    scanner: (settings, on) => serialScanner(settings, on, { timer, open: openSerialLine }),
    usbScanners: (on) => hidScanners(on, { timer }),
    serialPorts,
  }
}
