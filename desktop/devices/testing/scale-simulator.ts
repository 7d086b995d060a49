/** A scale at the end of a cable: speaks a protocol as its maker's manual says, by itself or when asked. */
import { ascii, type ProtocolName } from '#shared/devices/scale.ts'
import { EMPTY_PAN, type OnScale, os2Message, scaleMessage, sicsMessage } from '#shared/testing/scales.ts'
import type { SerialCable } from './serial-cable.ts'

const EVERY_MS = 50

export interface ScaleSimulator {
  readonly cable: SerialCable
  /** Puts something on the pan: said from now on. */
  put(on: Partial<OnScale>): void
  /** Switched off: the line is there, and nothing comes. */
  power(on: boolean): void
  /** Whether it has been tared. */
  heard(): boolean
  close(): Promise<void>
}

/** `asked`: speaks only when asked, as such scales can be set to. */
export function simulateScale(protocol: ProtocolName, cable: SerialCable, { asked = false } = {}): ScaleSimulator {
  let now: OnScale = EMPTY_PAN
  let isOn = true
  /** A scale of MT-SICS repeats itself only when told to. */
  let repeats = protocol !== 'sics' && !asked
  let line = ''
  const say = (bytes: Uint8Array): void => { if (isOn) cable.send(bytes) }
  /** What lies there weighs nothing from now on. */
  let isTold = false
  const tare = (): void => {
    isTold = true
    now = { ...now, tare: now.tare + now.grams, grams: 0 }
  }
  cable.heard = (bytes) => {
    if (!isOn) return
    for (const byte of bytes) {
      line += String.fromCharCode(byte)
      if (protocol === 'os2') {
        if (byte === 0x05) say(Uint8Array.of(0x06))
        if (byte === 0x11) say(os2Message(now, true))
        if (line.endsWith('<TK>\t')) tare()
      } else if (line.endsWith('\r\n')) {
        if (line.endsWith('SIR\r\n')) {
          if (asked) say(ascii('ES\r\n'))
          else repeats = true
        } else if (line.endsWith('SI\r\n')) say(sicsMessage(now))
        if (line.endsWith('T\r\n')) {
          tare()
          if (protocol === 'sics') say(ascii(`T S ${(now.tare / 1000).toFixed(3).padStart(10)} kg\r\n`))
        }
        line = ''
      }
    }
  }
  const ticking = setInterval(() => { if (repeats) say(scaleMessage(protocol, now)) }, EVERY_MS)
  return {
    cable,
    put: (on) => { now = { ...now, ...on } },
    power: (on) => { isOn = on },
    heard: () => isTold,
    async close() {
      clearInterval(ticking)
      await cable.close()
    },
  }
}
