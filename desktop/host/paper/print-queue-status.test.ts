/** The queue with printers that say how they do: what it waits for, what the screens are told, and who takes over. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FRONT, KITCHEN, openPrintRoom, type PrintRoom } from '#desktop/testing/print-room.ts'
import type { Trouble } from '#shared/devices/printing.ts'

let room: PrintRoom
beforeEach(async () => { room = await openPrintRoom() })
afterEach(() => room.close())
const done = (...ids: number[]): Promise<void> => room.until(() => ids.every((id) => room.jobs.job(id).state === 'done'))
const says = (printer: string, trouble: Trouble | undefined): Promise<void> =>
  room.until(() => room.states.get(printer)?.state === 'known' && (trouble ? room.states.get(printer)!.troubles.includes(trouble) : room.states.get(printer)!.troubles.length === 0))

describe('an idle printer', () => {
  test('that is opened, and shut again, is said so without anything to print', async () => {
    await says(FRONT, undefined)
    room.devices[0].head.troubles = ['cover_open']
    await says(FRONT, 'cover_open')
    room.devices[0].head.troubles = []
    await says(FRONT, undefined)
    expect(room.papers()).toEqual([])
  })

  test('that is switched off is away, and back', async () => {
    await says(FRONT, undefined)
    await room.devices[0].switchOff()
    await room.until(() => room.states.get(FRONT)?.state === 'away')
    await room.devices[0].switchOn()
    await says(FRONT, undefined)
  })

  test('that never answers is no fault, and hardly asked again', async () => {
    room.devices[0].head.abilities = { status: false, taken: false }
    room.crash()
    await says(KITCHEN, undefined)
    const ids = [room.print(), room.print()]
    await done(...ids)
    expect(room.states.get(FRONT)?.state ?? 'unknown').not.toBe('away')
    expect(room.papers()).toEqual(['job 1 end', 'job 2 end'])
  })
})

describe('a printer without paper', () => {
  test('gets none of it, says why, and goes on by itself: no copy, one try', async () => {
    room.devices[0].head.troubles = ['paper_out']
    await says(FRONT, 'paper_out')
    const ids = [room.print(), room.print()]
    await room.until(() => room.jobs.job(1).error === 'printer.paper_out')
    // Meanwhile the kitchen prints.
    await done(room.print(KITCHEN))
    expect(room.devices[0].head.content).toBe(0)
    room.devices[0].head.troubles = []
    await done(...ids)
    expect(room.papers()).toEqual(['job 1 end', 'job 2 end'])
    expect(room.jobs.job(1)).toMatchObject({ copy: false, attempts: 2 })
  })

  test('in the middle of a paper: the rest comes out on the new roll, once', async () => {
    room.devices[0].head.paperLeft = 300
    const ids = [room.print(), room.print()]
    await says(FRONT, 'paper_out')
    expect(room.jobs.job(1).state).toBe('sending')
    room.devices[0].head.paperLeft = Infinity
    room.devices[0].head.troubles = []
    await done(...ids)
    expect(room.papers()).toEqual(['job 1 end', 'job 2 end'])
  })

  test('switched off for the new roll: what was in it is lost, and comes again as a copy', async () => {
    room.devices[0].head.paperLeft = 300
    const id = room.print()
    await says(FRONT, 'paper_out')
    await room.devices[0].switchOff()
    await room.until(() => room.jobs.job(id).state === 'queued')
    Object.assign(room.devices[0].head, { paperLeft: Infinity, troubles: [] })
    await room.devices[0].switchOn()
    await done(id)
    const [half, whole] = room.papers()
    expect(half).not.toContain('end')
    expect(whole).toBe('job 1 copy end')
  })
})

test('a printer for one connection at a time is never met by two', async () => {
  room.devices[0].isSingle = true
  const ids = Array.from({ length: 20 }, () => room.print())
  await done(...ids)
  await says(FRONT, undefined)
  await done(room.print())
  expect(room.papers()).toEqual([...ids, 21].map((id) => `job ${id} end`))
  expect(room.jobs.all.every(({ attempts, copy }) => attempts === 1 && !copy)).toBe(true)
})

describe('another printer takes over', () => {
  test('what waits for one that is away, in its order', async () => {
    await room.devices[0].switchOff()
    const ids = [room.print(), room.print(), room.print()]
    await room.until(() => room.jobs.job(1).state === 'queued' && room.jobs.job(1).error !== null)
    room.queue.takeOver(FRONT, KITCHEN)
    await done(...ids)
    expect(room.papers(1)).toEqual(['job 1 end', 'job 2 end', 'job 3 end'])
    await room.devices[0].switchOn()
    await done(room.print())
    expect(room.papers(0)).toEqual(['job 4 end'])
  })

  test('also the paper that is stuck half way, as a copy, before those behind it', async () => {
    room.devices[0].head.paperLeft = 300
    const ids = [room.print(), room.print()]
    await says(FRONT, 'paper_out')
    expect(room.queue.takeOver(FRONT, KITCHEN)).toBe(2)
    await done(...ids)
    expect(room.papers(1).toSorted()).toEqual(['job 1 copy end', 'job 2 end'])
    expect(room.papers(0).map((text) => text.includes('copy'))).toEqual([false])
  })

  test('by itself, where that is set, after its time and not before', async () => {
    room.printers = room.printers.map((printer) => (printer.id === FRONT ? { ...printer, standIn: { printer: KITCHEN, afterS: 10 } } : printer))
    room.devices[0].head.troubles = ['cover_open']
    const ids = [room.print(), room.print()]
    await room.until(() => room.jobs.job(1).error === 'printer.cover_open')
    expect(room.papers(1)).toEqual([])
    await done(...ids)
    expect(room.papers(1)).toEqual(['job 1 end', 'job 2 end'])
  })

  test('by itself in the middle of a paper', async () => {
    room.printers = room.printers.map((printer) => (printer.id === FRONT ? { ...printer, standIn: { printer: KITCHEN, afterS: 10 } } : printer))
    room.devices[0].head.paperLeft = 300
    await done(room.print())
    expect(room.papers(1)).toEqual(['job 1 copy end'])
  })

  test('not one that is stuck itself: the paper waits for the first that is mended', async () => {
    room.printers = room.printers.map((printer) => (printer.id === FRONT ? { ...printer, standIn: { printer: KITCHEN, afterS: 5 } } : printer))
    for (const device of room.devices) device.head.troubles = ['paper_out']
    await says(KITCHEN, 'paper_out')
    const id = room.print()
    await room.until(() => room.jobs.job(id).error === 'printer.paper_out')
    expect(room.jobs.job(id).printer).toBe(FRONT)
    room.devices[1].head.troubles = []
    await done(id)
    expect(room.papers(1)).toEqual(['job 1 end'])
  })
})
