import fc from 'fast-check'
import { expect, it } from 'vitest'
import { manualClock } from '#shared/testing/clock-and-ids.ts'
import { watchIdle } from './idle.ts'

function left(minutes: number) {
  const clock = manualClock()
  const state = { minutes, busy: false, locks: 0 }
  const idle = watchIdle({ now: () => clock.now(), minutes: () => state.minutes, busy: () => state.busy, lock: () => { state.locks++ } })
  /** Looks every five seconds, as the session's clock does. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 5000) {
      clock.pass(5000)
      idle.look()
    }
  }
  return { clock, state, idle, pass }
}
const MINUTE = 60_000

it('locks once after the minutes that were chosen, not before', () => {
  const { state, pass } = left(2)
  pass(2 * MINUTE - 5000)
  expect(state.locks).toBe(0)
  pass(5000)
  expect(state.locks).toBe(1)
  pass(MINUTE)
  expect(state.locks).toBe(1)
})

it('counts from the last touch', () => {
  const { state, idle, pass } = left(2)
  pass(MINUTE + 55_000)
  idle.touch()
  pass(MINUTE + 55_000)
  expect(state.locks).toBe(0)
  pass(5000)
  expect(state.locks).toBe(1)
})

it('never locks where it is told not to, and heeds what is chosen meanwhile', () => {
  const { state, idle, pass } = left(0)
  pass(600 * MINUTE)
  expect(state.locks).toBe(0)
  idle.touch()
  state.minutes = 5
  pass(5 * MINUTE)
  expect(state.locks).toBe(1)
})

it('waits while a payment waits for its answer, and the whole time after it', () => {
  const { state, pass } = left(2)
  pass(MINUTE)
  state.busy = true
  pass(60 * MINUTE)
  expect(state.locks).toBe(0)
  state.busy = false
  pass(2 * MINUTE - 5000)
  expect(state.locks).toBe(0)
  pass(5000)
  expect(state.locks).toBe(1)
})

it('is not kept open by a clock that was put back', () => {
  const { clock, state, pass } = left(2)
  clock.set(clock.now() - 600 * MINUTE)
  pass(2 * MINUTE + 5000)
  expect(state.locks).toBe(1)
})

it('locks only after the chosen time without a touch, however touches and payments come', () => {
  fc.assert(fc.property(fc.constantFrom(2, 5, 10), fc.array(fc.record({ wait: fc.integer({ min: 1, max: 150 }), what: fc.constantFrom('touch', 'busy', 'free') }), { maxLength: 30 }), (minutes, steps) => {
    const { clock, state, idle, pass } = left(minutes)
    let last = clock.now()
    for (const { wait, what } of steps) {
      const before = state.locks
      pass(wait * 5000)
      const alone = clock.now() - last
      if (state.busy || alone < minutes * MINUTE) expect(state.locks).toBe(before)
      else expect(state.locks).toBeGreaterThan(before)
      if (what === 'touch') idle.touch()
      if (what !== 'touch') state.busy = what === 'busy'
      idle.touch()
      last = clock.now()
    }
  }))
})
