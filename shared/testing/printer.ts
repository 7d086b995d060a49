/** The suite that every adapter of the `Printer` port passes, against a peer that can misbehave. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Printer } from '../ports/ports.ts'

/** A device, or its simulator, and the adapter under test aimed at it. */
export interface PrinterPeer {
  readonly printer: Printer
  /** What the device has taken, by document. */
  received(): readonly Uint8Array[]
  /** From the next document on: takes all · takes all and says nothing · takes nothing and stays connected · breaks off after so many bytes · is switched off. */
  behave(how: 'print' | 'mute' | 'stall' | 'off' | { readonly cutAfter: number }): Promise<void>
  /** Lets the adapter's patience run out, once it waits for a stalled or mute device. */
  loseNerve(): Promise<void>
  close(): Promise<void>
}

/** Bytes that no encoding would leave alone: every value, in no pattern that repeats at a buffer's size. */
export function documentBytes(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255)
}

export function runPrinterSuite(name: string, makePeer: () => Promise<PrinterPeer>): void {
  describe(`Printer: ${name}`, () => {
    let peer: PrinterPeer
    beforeEach(async () => { peer = await makePeer() })
    afterEach(() => peer.close())

    test('every byte arrives, once and in order', async () => {
      const bytes = documentBytes(5_000)
      expect(await peer.printer.send(bytes)).toEqual({ ok: true })
      expect(peer.received()).toEqual([bytes])
    })

    test('a large document arrives whole', async () => {
      const bytes = documentBytes(1_000_000)
      expect(await peer.printer.send(bytes)).toEqual({ ok: true })
      expect(peer.received()).toEqual([bytes])
    })

    test('documents one after the other stay apart', async () => {
      const documents = [documentBytes(10), documentBytes(3_000, 2), documentBytes(1, 3)]
      for (const bytes of documents) expect(await peer.printer.send(bytes)).toEqual({ ok: true })
      expect(peer.received()).toEqual(documents)
    })

    test('a device that is switched off: nothing was sent', async () => {
      await peer.behave('off')
      const outcome = await peer.printer.send(documentBytes(100))
      expect(outcome).toMatchObject({ ok: false, sent: 0 })
      expect(['printer.refused', 'printer.unreachable']).toContain(outcome.ok ? '' : outcome.code)
    })

    test('a device that takes nothing: given up, and some of it may be on paper', async () => {
      await peer.behave('stall')
      const bytes = documentBytes(4_000)
      const sending = peer.printer.send(bytes)
      await peer.loseNerve()
      const outcome = await sending
      expect(outcome).toMatchObject({ ok: false, code: 'printer.timeout' })
      expect(!outcome.ok && outcome.sent > 0 && outcome.sent <= bytes.length).toBe(true)
    })

    test('a device that takes everything and never says so: sent, and not confirmed', async () => {
      await peer.behave('mute')
      const bytes = documentBytes(4_000)
      const sending = peer.printer.send(bytes)
      await peer.loseNerve()
      expect(await sending).toEqual({ ok: false, code: 'printer.unconfirmed', sent: bytes.length })
      expect(peer.received()).toEqual([bytes])
    })

    test('a device that breaks off: at least what it took counts as sent', async () => {
      await peer.behave({ cutAfter: 500 })
      const bytes = documentBytes(200_000)
      const outcome = await peer.printer.send(bytes)
      expect(outcome).toMatchObject({ ok: false, code: 'printer.cut_off' })
      expect(!outcome.ok && outcome.sent >= 500 && outcome.sent <= bytes.length).toBe(true)
      expect(peer.received()[0]).toEqual(bytes.subarray(0, 500))
    })

    test('after a fault the same printer prints again', async () => {
      await peer.behave('off')
      expect((await peer.printer.send(documentBytes(10))).ok).toBe(false)
      await peer.behave('print')
      expect(await peer.printer.send(documentBytes(10))).toEqual({ ok: true })
    })
  })
}
