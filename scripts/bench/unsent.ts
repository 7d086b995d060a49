/** Ten thousand sales that no cloud has seen: a ledger made once through the till's own calls, and copied for each run. */
import { join } from 'node:path'
import type { JournalRow } from '#shared/ledger/envelope.ts'
import { randomUUID } from 'node:crypto'
import { makeShop, operate } from '../demo/seed.ts'
import { type CloudStage, startTill } from './cloud-stage.ts'
import { cpuMs } from './cpu.ts'
import { openCounter, saleOf } from './counter.ts'

export const SALES = 10_000

export interface Unsent {
  readonly folder: string
  readonly rows: readonly JournalRow[]
  /** fen of all sales */
  readonly totalFen: number
}

/** Sales of three to five lines, each through `sale.complete` into its own durable transaction. */
export async function ringUnsent({ folder: stageFolder }: Pick<CloudStage, 'folder'>): Promise<Unsent> {
  const folder = join(stageFolder, 'unsent')
  const { till, goods } = await openCounter(folder)
  let totalFen = 0
  for (let i = 0; i < SALES; i++) totalFen += (await till.dispatcher.run('sale.complete', saleOf(goods, i, 3 + i % 3))).total
  const rows = till.store.rows(0, SALES * 2)
  await till.close()
  return { folder, rows, totalFen }
}

export interface Drained {
  /** Rows sent, and the milliseconds from the wish to pair until the cloud has acknowledged the last. */
  readonly rows: number
  readonly ms: number
  /** Processor milliseconds: till, cloud, PostgreSQL. */
  readonly cpu: { readonly till: number; readonly cloud: number; readonly postgres: number }
}

/** Joins a copy of the ledger to a new shop, waits for its last row to be acknowledged, and asks the cloud what it has. */
export async function drain(stage: CloudStage, unsent: Unsent): Promise<Drained> {
  const { shop, code } = await makeShop(stage, { name: '排空小铺', kind: 'shop' })
  const till = await startTill(stage, unsent.folder)
  try {
    let begun = false
    const done = new Promise<number>((resolve) => {
      till.client.on('sync.changed', ({ unsent: left, state }) => {
        if (left > 0) begun = true
        else if (begun && state === 'online') resolve(performance.now())
      })
    })
    const pids = { till: till.part.child.pid!, cloud: stage.cloudPid, postgres: stage.postgresPid }
    const measure = (): Drained['cpu'] => ({ till: cpuMs(pids.till), cloud: cpuMs(pids.cloud), postgres: cpuMs(pids.postgres) })
    const before = measure()
    const began = performance.now()
    const paired = till.client.call('till.pair', { key: randomUUID(), cloud: stage.url, code })
    const ended = await Promise.race([done, paired.then(() => done)])
    const after = measure()
    await paired
    await check(stage, shop, unsent)
    const cpu = { till: after.till - before.till, cloud: after.cloud - before.cloud, postgres: after.postgres - before.postgres }
    // The row that says that the till was paired goes up too.
    return { rows: unsent.rows.length + 1, ms: ended - began, cpu }
  } finally {
    await till.close()
  }
}

/** A drain that lost, doubled or flagged anything is no figure. */
async function check(stage: CloudStage, shop: string, { totalFen }: Unsent): Promise<void> {
  const { sales, totalFen: found, flagCount } = await operate<{ sales: number; totalFen: number; flagCount: number }>(stage, 'GET', `/api/shops/${shop}/summary`)
  if (sales !== SALES || found !== totalFen || flagCount !== 0) throw new Error(`the cloud has ${sales} sales of ${found} fen and ${flagCount} flags; the till sold ${SALES} of ${totalFen}`)
}
