/** The client and the dispatcher over memory, and the dispatcher against frames that are none. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryTransport, runTransportSuite } from '../testing/transport-suite.ts'
import { TillClient } from './client.ts'
import { Dispatcher, type Handlers } from './dispatcher.ts'
import type { Transport } from './frames.ts'

runTransportSuite('memory', (dispatcher) => Promise.resolve(memoryTransport(dispatcher)))

const handlers = { 'goods.quick': () => ({ goods: [] }) } as unknown as Handlers

describe('frames that are none', () => {
  const dispatcher = new Dispatcher(handlers, () => undefined)
  const answer = async (frame: string): Promise<unknown> => JSON.parse(await dispatcher.receive(frame))

  test.each(['', '{', 'null', '[]', '5', '"call"', '{"call":null}', '{"call":{"id":"1","name":"goods.quick"}}', '{"call":{"id":1.5,"name":"goods.quick","input":{}}}', '{"reply":{"id":1}}'])('%j is answered with call.invalid', async (frame) => {
    expect(await answer(frame)).toMatchObject({ reply: { id: 0, error: { code: 'call.invalid' } } })
  })
  test('a call that is only half one is answered under its number, or it would wait for ever', async () => {
    expect(await answer('{"call":{"id":9,"name":5}}')).toMatchObject({ reply: { id: 9, error: { code: 'call.invalid' } } })
    expect(await answer('{"call":{"id":9,"name":"goods.quick"}}')).toMatchObject({ reply: { id: 9, error: { code: 'call.invalid' } } })
  })
  test('whatever comes, one reply goes out and nothing throws', async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.record({ call: fc.record({ id: fc.integer(), name: fc.string(), input: fc.jsonValue() }) }).map((frame) => JSON.stringify(frame))), async (frame) => {
      expect(await answer(frame)).toMatchObject({ reply: { error: { code: expect.stringMatching(/^call\./) as string } } })
    }))
  })
  test('nested as deep as a frame can be', async () => {
    expect(await answer(`{"call":{"id":7,"name":"goods.quick","input":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`)).toMatchObject({ reply: { id: 7, error: { code: 'call.invalid' } } })
  })
})

describe('screens', () => {
  test('one that can\'t hear takes nothing from the others, nor from the caller', async () => {
    const reported: string[] = []
    const dispatcher: Dispatcher = new Dispatcher({ 'display.show': (shown) => { dispatcher.emit('display.changed', shown); return {} } } as Partial<Handlers> as Handlers, (_error, call) => reported.push(call))
    const heard: string[] = []
    dispatcher.attach(() => { throw new Error('deaf') })
    dispatcher.attach((frame) => heard.push(frame))
    await dispatcher.run('display.show', { mode: 'idle', lines: [], total: 0, given: null, change: null, url: null })
    expect([heard.length, reported]).toEqual([1, ['display.changed']])
  })

  test('a missed event is noticed once, and never across a break', () => {
    let receive = (_frame: string): void => undefined
    let state = (_up: boolean): void => undefined
    const transport: Transport = { send: () => undefined, onFrame: (listener) => { receive = listener }, onState: (listener) => { state = listener }, close: () => undefined }
    const client = new TillClient(transport)
    let gaps = 0
    client.onGap = () => { gaps += 1 }
    const event = (seq: number): void => receive(JSON.stringify({ event: { seq, name: 'goods.reloaded', payload: {} } }))
    for (const seq of [5, 6, 8, 9]) event(seq)
    expect(gaps).toBe(1)
    state(false)
    state(true)
    event(20)
    expect(gaps).toBe(1)
  })
})
