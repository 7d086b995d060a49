/**
 * Whatever two printers do (run out of paper, open, break off, take nothing, fall silent, lose their power, half print),
 * whatever moment the till dies, and whoever takes over: no paper is lost without a word, and none that may repeat another
 * comes out without saying that it is a copy.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cablePrinter } from '#desktop/devices/testing/cable-printer.ts'
import { hasCables } from '#desktop/devices/testing/serial-cable.ts'
import { FRONT, KITCHEN, openPrintRoom, type PrintRoom } from '#desktop/testing/print-room.ts'
import { TROUBLES } from '#shared/devices/printing.ts'

const which = fc.constantFrom(0 as const, 1 as const)
const op = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('print' as const), at: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('trouble' as const), at: which, trouble: fc.constantFrom(...TROUBLES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mend' as const), at: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('paper' as const), at: which, bytes: fc.nat(1_500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), at: which, after: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stall' as const, 'mute' as const, 'off' as const, 'on' as const), at: which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('jam' as const), at: which, bytes: fc.integer({ min: 1, max: 500 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('freeze' as const), at: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('talk' as const), at: which, status: fc.boolean(), taken: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('over' as const), at: which }) },
)
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never
const step = fc.record({ op, turns: fc.nat(60) })

async function mend(room: PrintRoom, at: 0 | 1): Promise<void> {
  const device = room.devices[at]
  device.behave({ kind: 'print' })
  device.head.paperLeft = Infinity
  device.head.troubles = []
  await device.switchOn()
}

async function perform(room: PrintRoom, what: Op): Promise<void> {
  if (what.do === 'crash') return room.crash()
  const device = room.devices[what.at]
  switch (what.do) {
    case 'print': room.print(what.at === 0 ? FRONT : KITCHEN); break
    case 'trouble': device.head.troubles = [what.trouble]; break
    case 'mend': await mend(room, what.at); break
    case 'paper': device.head.paperLeft = what.bytes; break
    case 'jam':
      device.head.paperLeft = what.bytes
      room.print(what.at === 0 ? FRONT : KITCHEN)
      break
    // Switched off and on behind a box that keeps the connection.
    case 'freeze': if (device.head.abilities.status && device.head.waiting > 0) device.head.cutPower(); break
    case 'cut': device.behave({ kind: 'cut', after: what.after }); break
    case 'stall': device.behave({ kind: 'stall' }); break
    case 'mute': device.behave({ kind: 'mute' }); break
    // One that never answers and loses its power with a paper in it, taken and closed on, can't be known by anybody.
    case 'off': if (device.head.abilities.status || device.head.waiting === 0) await device.switchOff(); break
    case 'on': await device.switchOn(); break
    case 'talk': if (device.head.waiting === 0) device.head.abilities = { status: what.status, taken: what.taken }; break
    case 'over': room.queue.takeOver(what.at === 0 ? FRONT : KITCHEN, what.at === 0 ? KITCHEN : FRONT); break
  }
}

/** No paper lost without a word, none that may repeat another unmarked, none torn by a question. */
function judge(room: PrintRoom): void {
  const papers = [...room.papers(0), ...room.papers(1)]
  const pieces = [...room.pieces(0), ...room.pieces(1)]
  // A question put within a paper would have torn it in two.
  expect(pieces.filter((text) => text !== '' && !text.startsWith('j'))).toEqual([])
  for (const { id, state, error, copy } of room.jobs.all) {
    const first = papers.filter((text) => text === `job ${id} end`).length
    const unmarked = pieces.filter((text) => text.startsWith(`job ${id} x`)).length
    const copies = papers.filter((text) => text === `job ${id} copy end`).length
    const isTold = copy && ['printer.unconfirmed', 'printer.cut_off', 'printer.timeout'].includes(error ?? '')
    expect({ id, state, error, isOnce: unmarked <= 1, isThere: first + copies > 0 || isTold }).toEqual({ id, state, error, isOnce: true, isThere: true })
    expect({ id, error, isTold: state === 'done' || isTold }).toEqual({ id, error, isTold: true })
  }
}

test('no paper is lost, and none doubled without a word', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), async (steps, standsIn) => {
    const room = await openPrintRoom({ times: 200, answerMs: 10_000, size: (job) => (job.id % 5 === 0 ? 5_000 : 500) })
    try {
      for (const device of room.devices) device.isSingle = true
      if (standsIn) room.printers = room.printers.map((printer) => ({ ...printer, standIn: { printer: printer.id === FRONT ? KITCHEN : FRONT, afterS: 5 } }))
      room.print()
      for (const { op: what, turns } of steps) {
        await perform(room, what)
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      }
      for (const at of [0, 1] as const) await mend(room, at)
      room.queue.kick()
      await room.until(() => room.jobs.all.every(({ state }) => state === 'done' || state === 'failed'))
      await Promise.all(room.devices.map((device) => device.until(() => device.head.waiting === 0)))
      judge(room)
    } finally {
      await room.close()
    }
  }), { numRuns: Number(process.env['XIAOPU_RUNS'] ?? 200), timeout: 30_000, interruptAfterTimeLimit: 90_000 })
})

const serialStep = fc.record({
  op: fc.constantFrom('print', 'print', 'print', 'open', 'mend', 'jam', 'unplug', 'dark', 'crash', 'over'), bytes: fc.integer({ min: 1, max: 700 }), turns: fc.nat(100),
})
test.skipIf(!hasCables)('the same on a serial line whose plug is drawn and whose printer goes dark', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(serialStep, { minLength: 5, maxLength: 15 }), async (steps) => {
    const device = await cablePrinter()
    const room = await openPrintRoom({ times: 20, answerMs: 6_000, cable: device })
    const mend = async (): Promise<void> => {
      Object.assign(device.head, { paperLeft: Infinity, troubles: [] })
      await device.cable.unplug()
      await device.cable.plug()
      device.powerUp()
    }
    try {
      for (const { op: what, bytes, turns } of steps) {
        if (what === 'print') room.print()
        else if (what === 'open') device.head.troubles = ['cover_open']
        else if (what === 'mend') await mend()
        else if (what === 'jam') device.head.paperLeft = bytes
        else if (what === 'unplug') await device.cable.unplug()
        else if (what === 'dark') device.cutPower()
        else if (what === 'crash') room.crash()
        else room.queue.takeOver(FRONT, KITCHEN)
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      }
      await mend()
      room.queue.kick()
      await room.until(() => room.jobs.all.every(({ state }) => state === 'done' || state === 'failed'))
      judge(room)
    } finally {
      await room.close()
      await device.close()
    }
  }), { numRuns: Number(process.env['XIAOPU_RUNS'] ?? 10), timeout: 30_000, interruptAfterTimeLimit: 90_000 })
})
