import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OnScale, os2Message, scaleMessage, sicsMessage, toledoMessage } from '../testing/scales.ts'
import { PROTOCOLS } from './protocols.ts'
import { ascii, AWAY, PROTOCOL_NAMES, type ProtocolName, type ScaleReading } from './scale.ts'

const read = (protocol: ProtocolName, bytes: Uint8Array | readonly number[]): ScaleReading[] => PROTOCOLS[protocol].parser().feed(Uint8Array.from(bytes))
const plain = (state: ScaleReading['state'], grams: number | null): unknown => ({ state, grams, net: false, tare: null })

const onScale = fc.record({
  state: fc.constantFrom('stable', 'unstable', 'overload', 'underload'), grams: fc.integer({ min: -9_999, max: 29_995 }), tare: fc.constant(0),
}) as fc.Arbitrary<OnScale>
const expected = ({ state, grams }: OnScale): unknown => plain(state, state === 'stable' || state === 'unstable' ? grams : null)
/** Bytes cut into pieces anywhere. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}
const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  it('reads what a scale says, each weight to the gram', () => {
    fc.assert(fc.property(fc.array(onScale, { maxLength: 20 }), (all) => {
      expect(read(protocol, joined(all.map((on) => scaleMessage(protocol, on))))).toEqual(all.map(expected))
    }))
  })

  it('throws at no bytes, and reads the same however the line cuts them', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      onScale.map((on) => scaleMessage(protocol, on)),
      // Bytes that mean something, in no order.
      fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6, 13, 10, 32, 43, 45, 46, 48, 57, 83, 85, 70, 107, 103, 0x35, 0x30, 255), { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
      fc.tuple(onScale, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([on, at, byte]) => { const bytes = scaleMessage(protocol, on); bytes[at % bytes.length] = byte; return bytes }),
    )
    fc.assert(fc.property(fc.array(noise, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (parts, places) => {
      const bytes = joined(parts)
      const parser = PROTOCOLS[protocol].parser()
      expect(cut(bytes, places).flatMap((piece) => parser.feed(piece))).toEqual(read(protocol, bytes))
      parser.ask()
    }), { numRuns: 400 })
  })

  it('finds the next message after a line that began in the middle of one', () => {
    fc.assert(fc.property(onScale, onScale, fc.nat(), (first, second, from) => {
      const bytes = scaleMessage(protocol, first)
      const tail = bytes.subarray(1 + (from % (bytes.length - 1)))
      const found = read(protocol, joined([tail, scaleMessage(protocol, second)]))
      // MT-SICS has no start: what is left of a line spoils at most itself.
      expect(found.at(-1)).toEqual(expected(second))
    }))
  })
})

describe.each(['os2', 'toledo'] as const)('%s, which has a check', (protocol) => {
  it('reads no other weight from a message with one wrong bit', () => {
    fc.assert(fc.property(onScale, fc.nat(), fc.integer({ min: 0, max: 6 }), (on, at, bit) => {
      const bytes = scaleMessage(protocol, on)
      // The flags of OS2 follow its check, and say only whether something was tared.
      const place = at % (protocol === 'os2' ? bytes.length - 1 : bytes.length)
      bytes[place] = bytes[place]! ^ (1 << bit)
      expect(read(protocol, bytes)).toEqual([])
    }))
  })
})

describe('顶尖 OS2', () => {
  it('reads the maker\'s layout: head, status, sign, weight, unit, check, tail, flags', () => {
    expect(read('os2', [0x01, 0x02, 0x53, 0x20, 0x20, 0x31, 0x2e, 0x32, 0x35, 0x30, 0x6b, 0x67, 0x53 ^ 0x20 ^ 0x20 ^ 0x31 ^ 0x2e ^ 0x32 ^ 0x35 ^ 0x30 ^ 0x6b ^ 0x67 ^ 3, 3, 4, 0])).toEqual([plain('stable', 1250)])
  })
  it('says a weight again when its flags say that something was tared', () => {
    expect(read('os2', joined([os2Message({ state: 'stable', grams: 500, tare: 20 }), os2Message({ state: 'stable', grams: 500, tare: 20 }), os2Message({ state: 'stable', grams: 520, tare: 0 })])))
      .toEqual([plain('stable', 500), { ...plain('stable', 500) as object, net: true }, { ...plain('stable', 500) as object, net: true }, { ...plain('stable', 520) as object, net: true }, plain('stable', 520)])
  })
  it('asks a silent scale whether it is there, and then for the weight', () => {
    const parser = PROTOCOLS.os2.parser()
    expect(parser.ask()).toEqual(Uint8Array.of(0x05))
    expect(parser.feed(Uint8Array.of(0x06))).toEqual([])
    expect(parser.ask()).toEqual(Uint8Array.of(0x11))
    expect(parser.feed(os2Message({ state: 'unstable', grams: 80, tare: 0 }, true))).toEqual([plain('unstable', 80)])
    expect(parser.feed(os2Message({ state: 'stable', grams: 82, tare: 0 }, true))).toEqual([plain('stable', 82)])
    expect(PROTOCOLS.os2.commands.tare).toEqual(ascii('<TK>\t'))
  })
})

describe('Toledo continuous', () => {
  const message = (a: number, b: number, c: number, weight: string, tare = '     0'): number[] => [0x02, a, b, c, ...ascii(`${weight}${tare}\r`)]
  it('moves the point as word A says, and rounds to a gram', () => {
    expect(read('toledo_plain', message(0x2c, 0x30, 0x20, '   125'))).toEqual([plain('stable', 1250)])
    expect(read('toledo_plain', message(0x2e, 0x30, 0x20, ' 12345'))).toEqual([plain('stable', 1235)])
    expect(read('toledo_plain', message(0x28, 0x30, 0x20, '     1'))).toEqual([plain('stable', 100_000)])
    expect(read('toledo_plain', message(0x2a, 0x30, 0x21, '   345'))).toEqual([plain('stable', 345)])
  })
  it('gives the tare with a net weight', () => {
    expect(read('toledo', toledoMessage({ state: 'stable', grams: 480, tare: 20 }))).toEqual([{ state: 'stable', grams: 480, net: true, tare: 20 }])
  })
  it('reads a line with parity, the short form, and a checked line without its check', () => {
    const withParity = toledoMessage({ state: 'unstable', grams: 1, tare: 0 }).map((byte) => (byte.toString(2).replaceAll('0', '').length % 2 ? byte | 0x80 : byte))
    expect(read('toledo', withParity)).toEqual([plain('unstable', 1)])
    expect(read('toledo_plain', [0x02, 0x2d, 0x30, 0x20, ...ascii('000750\r')])).toEqual([plain('stable', 750)])
    const checked = joined([toledoMessage({ state: 'stable', grams: 750, tare: 0 }), toledoMessage({ state: 'stable', grams: 751, tare: 0 })])
    expect(read('toledo_plain', checked)).toEqual([plain('stable', 750), plain('stable', 751)])
  })
  it('does not take pounds, ounces or a finer display for a weight to sell by, nor one before the scale was zeroed', () => {
    expect(read('toledo_plain', message(0x2d, 0x20, 0x20, '  1250'))).toEqual([plain('unit', null)])
    expect(read('toledo_plain', message(0x2d, 0x30, 0x23, '  1250'))).toEqual([plain('unit', null)])
    expect(read('toledo_plain', message(0x2d, 0x30, 0x30, '  1250'))).toEqual([plain('unit', null)])
    expect(read('toledo_plain', message(0x2d, 0x70, 0x20, '  1250'))).toEqual([plain('unstable', 1250)])
    expect(read('toledo_plain', message(0x28, 0x30, 0x20, '999999'))).toEqual([])
  })
})

describe('MT-SICS', () => {
  it('reads the manual\'s answers', () => {
    expect(read('sics', ascii('S S     100.00 g\r\nS D      1.0605 kg\r\nS I\r\nS +\r\nS -\r\nS S      3.50 lb\r\nET\r\n'))).toEqual([
      plain('stable', 100), plain('unstable', 1061), plain('unstable', null), plain('overload', null), plain('underload', null), plain('unit', null),
    ])
  })
  it('knows what was tared, and that it was cleared', () => {
    expect(read('sics', joined([ascii('T S      0.020 kg\r\n'), sicsMessage({ state: 'stable', grams: 480, tare: 20 }), ascii('TAC A\r\n'), sicsMessage({ state: 'stable', grams: 500, tare: 0 })])))
      .toEqual([{ state: 'stable', grams: 480, net: true, tare: 20 }, plain('stable', 500)])
  })
  it('asks a scale that can\'t repeat itself again and again', () => {
    const parser = PROTOCOLS.sics.parser()
    expect(parser.ask()).toEqual(ascii('SIR\r\n'))
    parser.feed(ascii('ES\r\n'))
    expect(parser.ask()).toEqual(ascii('SI\r\n'))
  })
  it('has no weight before the first', () => expect(AWAY.grams).toBeNull())
})
