/** The suite that the contract's client and dispatcher pass over every transport that carries their frames. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TillClient } from '../host/client.ts'
import type { CallName } from '../host/contract.ts'
import { Dispatcher, type Handlers } from '../host/dispatcher.ts'
import { TillError, type Transport } from '../host/frames.ts'
import type { Display } from '../host/schemas.ts'
import { fen } from '../money/money.ts'

/** A dispatcher's far end as screens get at it. */
export interface TransportUnderTest {
  /** A new screen's transport, connected. */
  connect(): Promise<Transport>
  /** The host goes away, without a word; undefined where a screen can't outlive its host. */
  breakOff?(): Promise<void>
  close(): Promise<void>
}

const DISPLAY: Display = { mode: 'idle', lines: [], offs: [], saved: fen(0), total: fen(0), given: null, change: null, url: null, code: null }
const show = (total: number): Display => ({ ...DISPLAY, total: fen(total) })

/** Handlers that answer, refuse, break, and take their time, each by what it is asked. */
function makeHost(): { dispatcher: Dispatcher; reported: string[]; release: () => void } {
  const reported: string[] = []
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => { release = resolve })
  const handlers: Partial<Handlers> = {
    'goods.search': ({ text }) => {
      if (text === 'refuse') throw new TillError('good.not_found', { good: 'x' })
      if (text === 'break') throw new Error('a bug, with a secret in it')
      return { goods: [], coming: 0 }
    },
    'display.show': (shown) => {
      dispatcher.emit('display.changed', shown)
      return {}
    },
    'display.now': () => DISPLAY,
    'sync.now': async () => {
      await held
      return { state: 'none', code: null, unsent: 0, unsentSince: null, lastOnline: null, cloud: null, rev: 0, skewMs: null }
    },
  }
  const dispatcher: Dispatcher = new Dispatcher(handlers as Handlers, (error, call) => reported.push(`${call}: ${String(error)}`))
  return { dispatcher, reported, release }
}

export function runTransportSuite(name: string, make: (dispatcher: Dispatcher) => Promise<TransportUnderTest>): void {
  describe(`transport: ${name}`, () => {
    let host: ReturnType<typeof makeHost>
    let under: TransportUnderTest
    beforeEach(async () => {
      host = makeHost()
      under = await make(host.dispatcher)
    })
    afterEach(() => under.close())
    const screen = async (): Promise<TillClient> => new TillClient(await under.connect())

    test('a call is answered, with text in any script', async () => {
      const client = await screen()
      expect(await client.call('goods.search', { text: '可乐 🥤 "\\\n' })).toEqual({ goods: [], coming: 0 })
      expect(await client.call('display.now', {})).toEqual(DISPLAY)
    })

    test('a refusal keeps its code and its detail', async () => {
      await expect((await screen()).call('goods.search', { text: 'refuse' })).rejects.toMatchObject({ name: 'TillError', code: 'good.not_found', detail: { good: 'x' } })
    })

    test('a bug is told to the log and not to the screen', async () => {
      await expect((await screen()).call('goods.search', { text: 'break' })).rejects.toMatchObject({ code: 'host.failed', detail: undefined })
      expect(host.reported).toEqual(['goods.search: Error: a bug, with a secret in it'])
    })

    test('what the contract doesn\'t know is refused', async () => {
      const client = await screen()
      for (const unknown of ['till.explode', '__proto__', 'constructor', 'toString', '']) {
        await expect(client.call(unknown as CallName, {} as never)).rejects.toMatchObject({ code: 'call.unknown' })
      }
      await expect(client.call('goods.search', { text: 5 } as never)).rejects.toMatchObject({ code: 'call.invalid', detail: { field: 'text' } })
      await expect(client.call('goods.search', undefined as never)).rejects.toMatchObject({ code: 'call.invalid' })
    })

    test('text that nothing could keep is refused, wherever it stands', async () => {
      const client = await screen()
      await expect(client.call('goods.search', { text: 'a\0b' })).rejects.toMatchObject({ code: 'call.invalid', detail: { field: 'text' } })
      await expect(client.call('goods.search', { text: '\ud83c' })).rejects.toMatchObject({ code: 'call.invalid' })
      const line = { name: 'x\ud800', quantity: '1', price: 1, amount: 1 }
      await expect(client.call('display.show', { ...DISPLAY, lines: [line] })).rejects.toMatchObject({ code: 'call.invalid', detail: { field: 'lines.0.name' } })
    })

    test('answers find their calls, in whatever order they come', async () => {
      const client = await screen()
      const order: string[] = []
      const slow = client.call('sync.now', {}).then(() => order.push('slow'))
      const quick = client.call('display.now', {}).then(() => { order.push('quick'); host.release() })
      await Promise.all([slow, quick])
      expect(order).toEqual(['quick', 'slow'])
    })

    test('a large frame comes through whole', async () => {
      const client = await screen()
      const name = '鸭'.repeat(200_000)
      const got: number[] = []
      client.on('display.changed', ({ lines }) => got.push(lines[0]!.name.length))
      await client.call('display.show', { ...DISPLAY, lines: [{ name, quantity: '1', price: 1, amount: 1 }] })
      await expect.poll(() => got).toEqual([200_000])
    })

    test('two screens get the same events in the same order, whoever caused them', async () => {
      const [one, two] = [await screen(), await screen()]
      const heard: number[][] = [[], []]
      const gaps: number[] = []
      for (const [i, client] of [one, two].entries()) {
        client.on('display.changed', ({ total }) => heard[i]!.push(total))
        client.onGap = () => gaps.push(i)
      }
      const totals = Array.from({ length: 50 }, (_, i) => i)
      await Promise.all(totals.map((total) => (total % 2 === 0 ? one : two).call('display.show', show(total))))
      await expect.poll(() => heard.map((each) => each.length)).toEqual([50, 50])
      expect(heard[0]).toEqual(heard[1])
      expect(heard[0]!.toSorted((a, b) => a - b)).toEqual(totals)
      expect(gaps).toEqual([])
    })

    test('a screen that comes later hears of what comes later, and of no gap', async () => {
      host.dispatcher.emit('display.changed', show(1))
      const client = await screen()
      let gaps = 0
      const heard: number[] = []
      client.onGap = () => { gaps += 1 }
      client.on('display.changed', ({ total }) => heard.push(total))
      host.dispatcher.emit('display.changed', show(2))
      await expect.poll(() => heard).toEqual([2])
      expect([gaps, host.dispatcher.seq]).toEqual([0, 2])
    })

    test('a listener that was taken off hears no more', async () => {
      const client = await screen()
      const heard: number[] = []
      const off = client.on('display.changed', ({ total }) => heard.push(total))
      await client.call('display.show', show(1))
      off()
      await client.call('display.show', show(2))
      expect(heard).toEqual([1])
    })

    test('when the host goes away, what waits is told; what is asked after that, too', async () => {
      if (!under.breakOff) return
      const client = await screen()
      const states: boolean[] = []
      client.onState((up) => states.push(up))
      const waiting = client.call('sync.now', {}).catch((error: unknown) => error)
      await client.call('display.now', {})
      await under.breakOff()
      expect(await waiting).toMatchObject({ code: 'host.gone' })
      await expect(client.call('display.now', {})).rejects.toMatchObject({ code: 'host.gone' })
      expect(states).toEqual([false])
    })
  })
}

/** Frames handed over in memory, each in a turn of its own as any other transport does. */
export function memoryTransport(dispatcher: Dispatcher): TransportUnderTest {
  const ends = new Set<() => void>()
  return {
    async connect() {
      let isUp = true
      let receive = (_frame: string): void => undefined
      let state = (_up: boolean): void => undefined
      const deliver = (frame: string): void => queueMicrotask(() => { if (isUp) receive(frame) })
      const detach = dispatcher.attach(deliver)
      const end = (): void => {
        if (!isUp) return
        isUp = false
        detach()
        state(false)
      }
      ends.add(end)
      return {
        send(frame) {
          if (!isUp) throw new TillError('host.gone')
          void dispatcher.receive(frame).then(deliver)
        },
        onFrame: (listener) => { receive = listener },
        onState: (listener) => { state = listener },
        close: end,
      }
    },
    async breakOff() { for (const end of ends) end() },
    async close() { for (const end of ends) end() },
  }
}
