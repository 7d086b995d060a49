/** A scale on a serial line, in any of the protocols of shared/devices. */
import { PROTOCOLS } from '#shared/devices/protocols.ts'
import { AWAY, type ScaleParser, type ScaleReading, sameReading } from '#shared/devices/scale.ts'
import type { ScaleSettings } from '#shared/devices/settings.ts'
import type { Scale } from '#shared/ports/devices.ts'
import type { Timer } from '#shared/ports/ports.ts'
import { KeptLine, type LineOpener } from './serial-line.ts'

/** A scale that says nothing for so long is not there, whatever it last said. */
export const SILENT_MS = 1_500
/** A line that stays silent for so long after that is opened anew. */
export const RENEW_MS = 3_000
/** One that is to be asked is asked again after so long. */
export const ASK_MS = 200
/** Nobody reads a display faster than this changes. */
export const CHANGE_MS = 100

export interface SerialScaleOptions {
  readonly timer: Timer
  readonly open: LineOpener
  changed(): void
}

export function serialScale(settings: ScaleSettings, { timer, open, changed }: SerialScaleOptions): Scale {
  const protocol = PROTOCOLS[settings.protocol]
  const never = (): void => undefined
  let parser: ScaleParser = protocol.parser()
  let now: ScaleReading = AWAY
  /** What was last told on. */
  let told: ScaleReading = AWAY
  let stopSilence = never
  let stopAsking = never
  let stopPause = never
  let isPausing = false

  const tell = (): void => {
    if (isPausing || sameReading(now, told)) return
    told = now
    isPausing = true
    stopPause = timer.after(CHANGE_MS, () => {
      isPausing = false
      tell()
    })
    changed()
  }
  const take = (reading: ScaleReading): void => {
    now = reading
    tell()
  }
  const ask = (): void => {
    const question = parser.ask()
    if (!question) return
    line.write(question)
    stopAsking()
    stopAsking = timer.after(ASK_MS, ask)
  }
  const quiet = (): void => {
    stopSilence()
    stopAsking()
  }

  const listen = (): void => {
    stopSilence()
    stopSilence = timer.after(SILENT_MS, () => {
      stopSilence = timer.after(RENEW_MS, () => line.renew())
      take(AWAY)
    })
  }

  const line: KeptLine = new KeptLine({
    settings, timer, open,
    opened() {
      parser = protocol.parser()
      listen()
      changed()
      // One that sends by itself is never asked.
      if (parser.ask()) stopAsking = timer.after(ASK_MS, ask)
    },
    data(bytes) {
      const last = parser.feed(bytes).at(-1)
      if (!last) return
      quiet()
      listen()
      if (parser.ask()) stopAsking = timer.after(ASK_MS, ask)
      take(last)
    },
    lost() {
      quiet()
      now = AWAY
      told = AWAY
      changed()
    },
  })

  return {
    reading: () => now,
    fault: () => line.fault,
    tell: (command) => line.write(protocol.commands[command]),
    async close() {
      quiet()
      stopPause()
      await line.close()
      quiet()
    },
  }
}
