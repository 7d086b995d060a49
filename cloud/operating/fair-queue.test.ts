import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Crowded, FairQueue, type FairQueueOptions } from './fair-queue.ts'

const OPTIONS = { running: 4, runningPerLane: 2, waitingPerLane: 50 }

/** A queue whose work ends when the test says so; `begun` lists lanes in the order their work began. */
function bench(options: FairQueueOptions = OPTIONS) {
  const queue = new FairQueue(options)
  const begun: string[] = []
  const running: { lane: string; end: () => void }[] = []
  const enter = async (lane: string): Promise<void> => {
    const end = await queue.enter(lane)
    begun.push(lane)
    running.push({ lane, end })
  }
  /** Ends the work that began at `index` of those running, and lets what follows begin. */
  const end = async (index = 0): Promise<void> => {
    running.splice(index, 1)[0]?.end()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { queue, begun, running, enter, end }
}

test('a lane that comes after a flood begins at once while there is room, and after one turn when there is none', async () => {
  const { begun, running, enter, end } = bench()
  for (let i = 0; i < 50; i++) void enter('flood')
  for (const lane of ['a', 'b', 'c']) void enter(lane)
  await Promise.resolve()
  expect(running.map(({ lane }) => lane)).toEqual(['flood', 'flood', 'a', 'b'])
  await end()
  expect(begun.at(-1)).toBe('c')
})

test('lanes that wait take turns, whatever each has waiting', async () => {
  const { begun, enter, end, running } = bench({ running: 1, runningPerLane: 1, waitingPerLane: 50 })
  for (const [lane, count] of [['a', 6], ['b', 3], ['c', 2]] as const) for (let i = 0; i < count; i++) void enter(lane)
  await Promise.resolve()
  while (running.length > 0) await end()
  expect(begun.join('')).toBe('abcabcabaaa')
})

test('what is over the limit is told at once when to come back, and the longer the work the later', async () => {
  let ms = 0
  const { queue, enter, end } = bench({ running: 1, runningPerLane: 1, waitingPerLane: 10, now: () => ms })
  const refused = (): Promise<Crowded> => queue.enter('a').then(() => { throw new Error('got in') }, (error: Crowded) => error)
  for (let i = 0; i < 11; i++) void enter('a')
  await Promise.resolve()
  const first = await refused()
  expect(first).toBeInstanceOf(Crowded)
  ms = 5000
  await end()
  void enter('a')
  const second = await refused()
  expect(second.retryAfterMs).toBeGreaterThan(first.retryAfterMs)
  expect([first.retryAfterMs, second.retryAfterMs].every((each) => each >= 250 && each <= 30_000)).toBe(true)
})

test('to leave twice is to leave once', async () => {
  const queue = new FairQueue({ running: 2, runningPerLane: 2, waitingPerLane: 1 })
  const leave = await queue.enter('a')
  await queue.enter('a')
  leave()
  leave()
  expect([queue.running, queue.waiting, queue.lanes]).toEqual([1, 0, 1])
})

describe('whatever comes and goes', () => {
  const steps = fc.array(fc.oneof(
    fc.record({ enter: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ end: fc.nat(10) }),
  ), { maxLength: 200 })

  test('limits hold, nobody waits while there is room for them, each lane is in its own order, and all come through', async () => {
    await fc.assert(fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), async (list, most, perLane) => {
      const { queue, begun, running, enter, end } = bench({ running: most, runningPerLane: perLane, waitingPerLane: 1000 })
      let entered = 0
      for (const step of list) {
        if ('enter' in step) {
          void enter(step.enter)
          entered += 1
          await Promise.resolve()
        } else if (running.length > 0) await end(step.end % running.length)
        const of = (lane: string): number => running.filter((each) => each.lane === lane).length
        expect(queue.running).toBe(running.length)
        expect(queue.running).toBeLessThanOrEqual(most)
        for (const lane of 'abcd') expect(of(lane)).toBeLessThanOrEqual(perLane)
        if (queue.waiting > 0 && queue.running < most) {
          // Then every lane that waits is full.
          const full = [...'abcd'].filter((lane) => of(lane) === perLane)
          expect(full.length).toBeGreaterThan(0)
        }
      }
      while (running.length > 0) await end()
      expect(begun).toHaveLength(entered)
      expect([queue.running, queue.waiting, queue.lanes]).toEqual([0, 0, 0])
    }), { numRuns: 200 })
  })
})
