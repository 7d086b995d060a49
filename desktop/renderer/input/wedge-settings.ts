/** How the keyboard scanner of this screen frames its codes. */
export interface WedgeSettings {
  /** What every scan begins with; empty where scans are told from typing by their speed alone. */
  readonly prefix: string
  /** key: Enter or Tab · text: `suffix` · pause: nothing, the scanner just stops */
  readonly end: 'key' | 'text' | 'pause'
  readonly suffix: string
}
export const PLAIN_WEDGE: WedgeSettings = { prefix: '', end: 'key', suffix: '' }
/** A prefix is a character or a few, as scanners can be set to send. */
export const FRAME_CHARS_MAX = 8
