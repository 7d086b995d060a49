/** The suite that every adapter of the `Printer` port passes, against a peer that can misbehave. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Trouble } from '../devices/printing.ts'
import type { Printer, PrinterState } from '../ports/ports.ts'

/** What a way to a printer can tell, and what its peer can be made to do. */
export interface PrinterAbilities {
  /** What becomes of a document that was taken without a word. */
  readonly mute: 'unconfirmed' | 'taken'
  /** The device is asked how it does, and can answer. */
  readonly answers: boolean
  /** It can take nothing and stay connected; it can break off in the middle. */
  readonly stalls: boolean
  readonly cuts: boolean
  /** Its driver loses a line that was opened anew at once, now and then on a busy machine. A queue bears that: it asks again, and nothing was sent. So a test may be repeated. */
  readonly losesLines?: boolean
}
/** A device, or its simulator, and the adapter under test aimed at it. */
export interface PrinterPeer {
  readonly printer: Printer
  /** What the device has printed, by document, without the questions it was asked. */
  received(): readonly Uint8Array[]
  /** From the next document on: prints all, and answers · prints all and says nothing · takes nothing and stays connected · breaks off after so many bytes · is switched off. */
  behave(how: 'print' | 'mute' | 'stall' | 'off' | { readonly cutAfter: number }): Promise<void>
  /** What is wrong with it from now on: it prints again when nothing is. Only where it answers. */
  trouble?(troubles: readonly Trouble[]): void
  /** It has paper for so many bytes. */
  paperFor?(bytes: number): void
  /** Resolves when it has run out of paper. */
  ranOut?(): Promise<void>
  /** Lets the adapter's patience run out, once it waits for a stalled or mute device; where it runs out by itself, nothing. */
  loseNerve(): Promise<void>
  close(): Promise<void>
}

/** Bytes that no encoding would leave alone: every value, in no pattern that repeats at a buffer's size. */
export function documentBytes(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255)
}

export function runPrinterSuite(name: string, { mute, answers, stalls, cuts, losesLines = false }: PrinterAbilities, makePeer: () => Promise<PrinterPeer>): void {
  describe(`Printer: ${name}`, { retry: losesLines ? 2 : 0 }, () => {
    let peer: PrinterPeer
    beforeEach(async () => { peer = await makePeer() })
    afterEach(() => peer.close())

    test('every byte arrives, once and in order', async () => {
      const bytes = documentBytes(5_000)
      expect(await peer.printer.send(bytes)).toEqual({ ok: true })
      expect(peer.received()).toEqual([bytes])
    })

    test('a large document arrives whole', async () => {
      const bytes = documentBytes(200_000)
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

    test.skipIf(!stalls)('a device that takes nothing: given up, and some of it may be on paper', async () => {
      await peer.behave('stall')
      // More than any system keeps for a device.
      const bytes = new Uint8Array(16_000_000).fill(0x41)
      const sending = peer.printer.send(bytes)
      await peer.loseNerve()
      const outcome = await sending
      expect(outcome).toMatchObject({ ok: false, code: 'printer.timeout' })
      expect(!outcome.ok && outcome.sent > 0 && outcome.sent <= bytes.length).toBe(true)
    })

    test(`a device that takes everything and never says so: ${mute}`, async () => {
      await peer.behave('mute')
      const bytes = documentBytes(4_000)
      const sending = peer.printer.send(bytes)
      await peer.loseNerve()
      expect(await sending).toEqual(mute === 'taken' ? { ok: true } : { ok: false, code: 'printer.unconfirmed', sent: bytes.length })
      // What was taken is on its way through the device.
      await vi.waitFor(() => expect(peer.received()).toEqual([bytes]), { timeout: 10_000, interval: 5 })
    })

    test.skipIf(!cuts)('a device that breaks off: at least what it took counts as sent', async () => {
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

    describe.skipIf(!answers)('asked how it does', () => {
      const known = (...troubles: Trouble[]): PrinterState => ({ state: 'known', code: null, troubles })

      test('it says so, idle and before and after a document, and prints what it was given and nothing else', async () => {
        expect(await peer.printer.status!()).toEqual(known())
        const told: PrinterState[] = []
        expect(await peer.printer.send(documentBytes(3_000), { told: (state) => told.push(state) })).toEqual({ ok: true })
        expect(told.length).toBeGreaterThanOrEqual(2)
        for (const state of told) expect(state).toEqual(known())
        expect(await peer.printer.status!()).toEqual(known())
        expect(peer.received()).toEqual([documentBytes(3_000)])
      })

      test.each([['paper_out'], ['cover_open'], ['cutter'], ['fault'], ['off_line']] as const)('%s: nothing is sent until it is mended', async (trouble) => {
        peer.trouble!([trouble])
        const state = await peer.printer.status!()
        expect(state.troubles).toContain(trouble)
        expect(await peer.printer.send(documentBytes(100))).toEqual({ ok: false, code: `printer.${trouble}`, sent: 0 })
        peer.trouble!([])
        expect(await peer.printer.status!()).toEqual(known())
        expect(await peer.printer.send(documentBytes(100))).toEqual({ ok: true })
        expect(peer.received()).toEqual([documentBytes(100)])
      })

      test('little paper is said, and printed on', async () => {
        peer.trouble!(['paper_low'])
        expect(await peer.printer.status!()).toEqual(known('paper_low'))
        expect(await peer.printer.send(documentBytes(100))).toEqual({ ok: true })
      })

      test('paper that ends in the middle: it is said, and the rest comes out on the new roll, once', async () => {
        peer.paperFor!(400)
        const told: PrinterState[] = []
        const sending = peer.printer.send(documentBytes(1_000), { told: (state) => told.push(state) })
        await peer.ranOut!()
        await vi.waitFor(() => expect(told.flatMap(({ troubles }) => troubles)).toContain('paper_out'), { timeout: 10_000, interval: 5 })
        peer.paperFor!(Infinity)
        peer.trouble!([])
        expect(await sending).toEqual({ ok: true })
        expect(told.at(-1)).toEqual(known())
        expect(peer.received()).toEqual([documentBytes(1_000)])
      })

      test('stuck in the middle and given up: all that was sent may be on paper', async () => {
        peer.paperFor!(400)
        const giveUp = new AbortController()
        const sending = peer.printer.send(documentBytes(1_000), { signal: giveUp.signal, told: ({ troubles }) => { if (troubles.includes('paper_out')) giveUp.abort() } })
        expect(await sending).toEqual({ ok: false, code: 'printer.cut_off', sent: 1_000 })
      })

      test('switched off, it is away; back again, it prints', async () => {
        await peer.behave('off')
        expect(await peer.printer.status!()).toMatchObject({ state: 'away' })
        await peer.behave('print')
        expect(await peer.printer.status!()).toEqual(known())
        expect(await peer.printer.send(documentBytes(10))).toEqual({ ok: true })
      })

      test('one that says nothing of itself is no fault', async () => {
        await peer.behave('mute')
        expect(await peer.printer.status!()).toEqual({ state: 'unknown', code: null, troubles: [] })
      })
    })
  })
}
