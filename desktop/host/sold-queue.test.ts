import { expect, test } from 'vitest'
import { manualClock, MORNING } from '#shared/testing/clock-and-ids.ts'
import { manualTimer } from '#shared/testing/timer.ts'
import { SALES_AT_ONCE, SoldQueue } from './sold-queue.ts'

const [PAUSE, LOOK, QUIET, AWAY] = [50, 300_000, 5000, 60_000]
/** `took`: how long each slice takes, ms. */
function queueOf(answers: (boolean | Error)[], took: number[] = []) {
  const timer = manualTimer()
  const clock = manualClock(MORNING)
  const asked: number[] = []
  const faults: unknown[] = []
  const settleSold = (limit: number): boolean => {
    asked.push(limit)
    clock.pass(took.shift() ?? 0)
    const answer = answers.shift() ?? false
    if (answer instanceof Error) throw answer
    return answer
  }
  return { timer, clock, asked, faults, queue: new SoldQueue({ store: { settleSold }, timer, clock, onFault: (fault) => faults.push(fault) }) }
}

test('slices follow one another with a pause until nothing waits, then it looks now and again', async () => {
  const { timer, asked } = queueOf([true, true, false, true, false])
  for (const ms of [PAUSE, PAUSE, PAUSE, LOOK, PAUSE]) await timer.fire(ms)
  expect(asked).toEqual(Array(5).fill(SALES_AT_ONCE))
  expect(timer.pending()).toEqual([LOOK])
})

test('on a slow disk the counter has most of the time still; a clock that jumps stops nothing', async () => {
  const { timer, asked } = queueOf([true, true, true, true], [100, 3_600_000, -3_600_000, 0])
  for (const ms of [PAUSE, 400, QUIET, PAUSE]) await timer.fire(ms)
  expect(asked).toHaveLength(4)
})

test('no slice while a ticket is being rung up, nor within seconds after a sale', async () => {
  const { timer, asked, queue } = queueOf([true, true])
  queue.touched(true)
  expect(timer.pending()).toEqual([AWAY])
  // Paid: the ticket is gone.
  queue.touched(false)
  expect(timer.pending()).toEqual([QUIET])
  await timer.fire(QUIET)
  expect([asked.length, timer.pending()]).toEqual([1, [PAUSE]])
  // One that is left open for long is nobody's at the moment.
  for (let n = 0; n < 3; n++) queue.touched(true)
  expect([asked.length, timer.pending()]).toEqual([1, [AWAY]])
  await timer.fire(AWAY)
  expect([asked.length, timer.pending()]).toEqual([2, [PAUSE]])
})

test('a fault is told, and the next look tries again; closed, it asks the store for nothing more', async () => {
  const full = new Error('disk is full')
  const { timer, asked, faults, queue } = queueOf([full, true])
  await timer.fire(PAUSE)
  expect([faults, timer.pending()]).toEqual([[full], [LOOK]])
  await timer.fire(LOOK)
  expect(asked).toHaveLength(2)
  queue.close()
  queue.touched(true)
  expect(timer.pending()).toEqual([])
})
