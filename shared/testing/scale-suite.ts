/** The suite that every `Scale` passes: the fake, and the adapters against scales that speak their protocols. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScaleReading } from '../devices/scale.ts'
import type { Scale } from '../ports/devices.ts'
import type { OnScale } from './scales.ts'

/** A scale, or its simulator, and the adapter under test aimed at it. It begins plugged in, with nothing on it. */
export interface ScalePeer {
  readonly scale: Scale
  /** How often the adapter said to look again. */
  changes(): number
  put(on: Partial<OnScale>): void
  unplug(): Promise<void>
  plug(): Promise<void>
  /** Whether the device has heard a command since it was plugged in. */
  heard(): boolean
  close(): Promise<void>
}

const WAIT = { timeout: 10_000, interval: 10 }

export function runScaleSuite(name: string, makePeer: () => Promise<ScalePeer>): void {
  // A pseudo-terminal on a busy machine: making and killing its process is not what is tested here.
  describe(`Scale: ${name}`, { retry: 2 }, () => {
    let peer: ScalePeer
    beforeEach(async () => { peer = await makePeer() })
    afterEach(() => peer.close())
    const until = (reading: Partial<Omit<ScaleReading, 'grams'>> & { readonly grams?: number | null }): Promise<void> => vi.waitFor(() => expect(peer.scale.reading()).toMatchObject(reading), WAIT)

    test('says what lies on it, moving and at rest, above its range and below', async () => {
      await until({ state: 'stable', grams: 0 })
      expect(peer.scale.fault()).toBeNull()
      peer.put({ state: 'unstable', grams: 512 })
      await until({ state: 'unstable', grams: 512 })
      peer.put({ state: 'stable', grams: 510 })
      await until({ state: 'stable', grams: 510 })
      peer.put({ state: 'overload' })
      await until({ state: 'overload', grams: null })
      peer.put({ state: 'underload' })
      await until({ state: 'underload', grams: null })
    })

    test('says that there is something new, and nothing while nothing is', async () => {
      await until({ state: 'stable', grams: 0 })
      const before = peer.changes()
      peer.put({ grams: 300 })
      await until({ state: 'stable', grams: 300 })
      await vi.waitFor(() => expect(peer.changes()).toBe(before + 1), WAIT)
    })

    test('is tared, and says so with the net weight', async () => {
      peer.put({ grams: 20 })
      await until({ state: 'stable', grams: 20, net: false })
      expect(peer.scale.tell('tare')).toBe(true)
      await vi.waitFor(() => expect(peer.heard()).toBe(true), WAIT)
      await until({ state: 'stable', grams: 0, net: true })
      peer.put({ grams: 505 })
      await until({ state: 'stable', grams: 505, net: true })
    })

    test('that is unplugged weighs nothing and hears nothing, and comes back', async () => {
      peer.put({ grams: 300 })
      await until({ state: 'stable', grams: 300 })
      await peer.unplug()
      await until({ state: 'away', grams: null })
      await vi.waitFor(() => expect(peer.scale.fault()).toBe('missing'), WAIT)
      expect(peer.scale.tell('tare')).toBe(false)
      await peer.plug()
      await until({ state: 'stable', grams: 300 })
      expect(peer.scale.fault()).toBeNull()
    })
  })
}
