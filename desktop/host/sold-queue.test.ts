import { expect, test } from 'vitest'
import { manualTimer } from '#shared/testing/timer.ts'
import { SALES_AT_ONCE, SoldQueue } from './sold-queue.ts'

const [PAUSE, LOOK] = [50, 300_000]
function queueOf(answers: (boolean | Error)[]) {
  const timer = manualTimer()
  const asked: number[] = []
  const faults: unknown[] = []
  const settleSold = (limit: number): boolean => {
    asked.push(limit)
    const answer = answers.shift() ?? false
    if (answer instanceof Error) throw answer
    return answer
  }
  return { timer, asked, faults, queue: new SoldQueue({ settleSold }, timer, (fault) => faults.push(fault)) }
}

test('slices follow one another with a pause until nothing waits, then it looks now and again', async () => {
  const { timer, asked } = queueOf([true, true, false, true, false])
  for (const ms of [PAUSE, PAUSE, PAUSE, LOOK, PAUSE]) await timer.fire(ms)
  expect(asked).toEqual(Array(5).fill(SALES_AT_ONCE))
  expect(timer.pending()).toEqual([LOOK])
})

test('a fault is told, and the next look tries again; closed, it asks the store for nothing more', async () => {
  const full = new Error('disk is full')
  const { timer, asked, faults, queue } = queueOf([full, true])
  await timer.fire(PAUSE)
  expect([faults, timer.pending()]).toEqual([[full], [LOOK]])
  await timer.fire(LOOK)
  expect(asked).toHaveLength(2)
  queue.close()
  expect(timer.pending()).toEqual([])
})
