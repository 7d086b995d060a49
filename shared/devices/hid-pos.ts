/**
 * A bar-code scanner's input reports after "HID Point of Sale Usage Tables" 1.02, usage page 0x8C, as makers send them
 * ("HID POS"): report 2, the scanned data report, is `02 · length · AIM identifier×3 · data×56 · maker's symbology×2 · flags`,
 * and flag 0 says that the code goes on in the next report. Pure; throws at no bytes.
 */
import { SCAN_BYTES_MAX, scannedText } from './scan-text.ts'

export const SCANNER_USAGE_PAGE = 0x8c
const SCANNED_DATA = 0x02
const LENGTH_AT = 1
const DATA_AT = 5
const DATA_MAX = 56
const FLAGS_AT = 63
const CONTINUED = 0x01

export class HidScan {
  #bytes: number[] = []

  /** The code that this report completed; undefined while there is none. */
  feed(report: Uint8Array): string | undefined {
    if (report[0] !== SCANNED_DATA || report.length <= DATA_AT) return undefined
    const length = Math.min(report[LENGTH_AT] ?? 0, DATA_MAX, report.length - DATA_AT)
    const isContinued = ((report[FLAGS_AT] ?? 0) & CONTINUED) !== 0
    if (this.#bytes.length <= SCAN_BYTES_MAX) this.#bytes.push(...report.subarray(DATA_AT, DATA_AT + length))
    if (isContinued) return undefined
    const bytes = this.#bytes
    this.#bytes = []
    const text = bytes.length > SCAN_BYTES_MAX ? '' : scannedText(Uint8Array.from(bytes))
    return text === '' ? undefined : text
  }
}
