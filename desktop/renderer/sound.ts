/** Three short sounds made on the spot, so that no file can be missing. Each can be turned off in the settings. */
import { type SoundName, useScreen } from './stores/screen.ts'

interface Note {
  readonly hz: number
  /** seconds from the start */
  readonly at: number
  readonly seconds: number
  readonly wave: OscillatorType
}
const SOUNDS: Readonly<Record<SoundName, readonly Note[]>> = {
  accepted: [{ hz: 1320, at: 0, seconds: 0.05, wave: 'sine' }],
  refused: [{ hz: 220, at: 0, seconds: 0.14, wave: 'square' }, { hz: 175, at: 0.17, seconds: 0.2, wave: 'square' }],
  money: [{ hz: 784, at: 0, seconds: 0.09, wave: 'sine' }, { hz: 1047, at: 0.09, seconds: 0.16, wave: 'sine' }],
}
const LOUDNESS = 0.12
/** An exponential ramp can't end at nothing; nobody hears this. */
const SILENCE = 0.001

let audio: AudioContext | undefined

/** Opening the sound device takes a tenth of a second: done, with a note nobody hears, when the screen is first touched and idle, not at the first scan. */
export function openAudioEarly(): void {
  if (!('AudioContext' in globalThis)) return
  const open = (): void => {
    requestIdleCallback(() => {
      audio ??= new AudioContext()
      sound(audio, SOUNDS.accepted, SILENCE)
    })
  }
  for (const touch of ['keydown', 'pointerdown']) addEventListener(touch, open, { once: true, capture: true })
}

export function play(name: SoundName): void {
  if (!useScreen().settings.sounds[name] || !('AudioContext' in globalThis)) return
  // Browsers keep a page silent until it is first touched; a sound that can't be played is dropped, not saved up.
  if (!navigator.userActivation.hasBeenActive) return
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
  sound(audio, SOUNDS[name], LOUDNESS)
}

function sound(device: AudioContext, notes: readonly Note[], loudness: number): void {
  for (const note of notes) {
    const start = device.currentTime + note.at
    const oscillator = device.createOscillator()
    const gain = device.createGain()
    oscillator.type = note.wave
    oscillator.frequency.value = note.hz
    gain.gain.setValueAtTime(loudness, start)
    gain.gain.exponentialRampToValueAtTime(SILENCE, start + note.seconds)
    oscillator.connect(gain).connect(device.destination)
    oscillator.start(start)
    oscillator.stop(start + note.seconds)
  }
}
