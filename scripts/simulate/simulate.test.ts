/** The simulation itself: a seed replays exactly, the seeds that once failed pass, and what is broken on purpose is found. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { MORNING } from '#shared/testing/clock-and-ids.ts'
import type { Device } from '#cloud/identity/devices.ts'
import type { Ingested } from '#cloud/projections/sync-store.ts'
import type { Books } from '#cloud/testing/books.ts'
import { MemoryCloud } from '#cloud/testing/memory-cloud.ts'
import { Chance } from './chance.ts'
import { type Disk, memoryDisk } from './disk.ts'
import { type SimulationOptions, simulate } from './simulation.ts'

const STEPS = 50

async function traced(seed: number): Promise<string[]> {
  const lines: string[] = []
  const outcome = await simulate({ seed, steps: STEPS, trace: (line) => lines.push(line) })
  return [...lines, JSON.stringify(outcome)]
}

test('a seed is one life: told twice, it is told alike', { timeout: 120_000 }, async () => {
  expect(await traced(7)).toEqual(await traced(7))
  expect(await traced(8)).not.toEqual(await traced(7))
})

interface PastFailure { readonly seed: number; readonly steps: number; readonly tills?: number; readonly why: string }
const past = JSON.parse(readFileSync(new URL('./past-failures.json', import.meta.url), 'utf8')) as PastFailure[]
test('seeds that failed once pass', { timeout: 600_000 }, async () => {
  for (const { seed, steps, tills, why } of past) expect({ why, faults: (await simulate({ seed, steps, tills })).faults }).toEqual({ why, faults: [] })
})

/** A cloud like the real one but for one thing. */
class Sabotaged extends MemoryCloud {
  constructor() {
    const chance = new Chance(1)
    super(() => uuidv7(MORNING, chance.bytes(10)))
  }
}
class Forgetful extends Sabotaged {
  /** Says that it has stored what it has not. */
  override async ingest(device: Device, rows: readonly JournalRow[], now: number): Promise<Ingested> {
    const { flags } = await super.ingest(device, rows.slice(0, Math.max(1, rows.length - 1)), now)
    return { ack: rows.at(-1)!.seq, flags }
  }
}
class Doubling extends Sabotaged {
  /** Counts the stock of what it is sent again. */
  override async books(shop: Id): Promise<Books> {
    const books = await super.books(shop)
    return { ...books, stock: books.stock.map((row) => ({ ...row, quantity: row.quantity * 2 })) }
  }
}
class Careless extends Sabotaged {
  /** Leaves the sales of one row out of its projections. */
  override async books(shop: Id): Promise<Books> {
    const books = await super.books(shop)
    return { ...books, sales: books.sales.slice(1) }
  }
}
class Deaf extends Sabotaged {
  /** Never tells of its last change. */
  override async pull(...[device, since, limit]: Parameters<MemoryCloud['pull']>) {
    const page = await super.pull(device, since, limit)
    return { ...page, changes: page.changes.slice(0, -1) }
  }
}
/** A disk that takes back its last writes when the power goes, as one does that lies about having written. */
function lyingDisk(): Disk {
  const disk = memoryDisk()
  let kept: Buffer | undefined
  return {
    ...disk,
    open(migrations) {
      const opened = disk.open(migrations)
      kept = disk.image()
      return opened
    },
    letGo() {
      disk.letGo()
      if (kept) disk.restore(kept)
    },
  }
}

describe('what is broken on purpose is found', () => {
  const broken: readonly (readonly [what: string, parts: Pick<SimulationOptions, 'cloud' | 'disk'>])[] = [
    ['a cloud that acknowledges what it did not store', { cloud: () => new Forgetful() }],
    ['a cloud that counts twice', { cloud: () => new Doubling() }],
    ['a cloud that leaves a sale out', { cloud: () => new Careless() }],
    ['a cloud that keeps a change to itself', { cloud: () => new Deaf() }],
    ['a disk that forgets its last writes', { disk: lyingDisk }],
  ]
  test.each(broken)('%s', async (_what, parts) => {
    const found: string[] = []
    for (let seed = 1; seed <= 10 && found.length === 0; seed++) found.push(...(await simulate({ seed, steps: STEPS, tills: 2, ...parts })).faults)
    expect(found).not.toEqual([])
  }, 120_000)
})
