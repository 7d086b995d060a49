/** What the fault runs have in common: a real cloud, tills that sell, and the question whether both hold the same. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Till, composeTill } from '#desktop/loopback/compose.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { CallInput } from '#shared/host/contract.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import type { Clock } from '#shared/ports/ports.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { type CloudAccess, operate } from '../demo/seed.ts'
import { type Part, startPart } from '../part.ts'

const POLL_MS = 50

export interface RealCloud extends CloudAccess {
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** The cloud as a process on a folder; killed and started again it keeps its address. */
export async function openCloud(folder: string): Promise<RealCloud> {
  let port = '0'
  const start = async (): Promise<Part> => {
    const part = await startPart({ script: 'cloud/main.ts', args: ['--data', join(folder, 'cloud'), '--port', port], log: () => undefined })
    port = new URL(part.ready['url']!).port
    return part
  }
  let part = await start()
  return {
    url: part.ready['url']!, operatorKey: readFileSync(part.ready['operatorKeyFile']!, 'utf8').trim(),
    async kill() {
      part.child.kill('SIGKILL')
      await part.ended
    },
    async start() { part = await start() },
    stop: () => part.stop(),
  }
}

/** A folder for one run, gone with it. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'xiaopu-faults-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits until `isReached`; throws after `limitMs` with what was waited for. */
export async function until(what: string, limitMs: number, isReached: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + limitMs
  while (!await isReached()) {
    if (performance.now() > limit) throw new Error(`${what}: not in ${Math.round(limitMs / 1000)} s`)
    await pause(POLL_MS)
  }
}

export const openTill = (folder: string, clock?: Clock): Till =>
  composeTill({ folder, version: 'faults', log: () => undefined, ...(clock ? { world: { clock } } : {}) })

/** Makes an owner, opens a shift and adds `goods` goods, named by `name`. */
export async function beginTill({ dispatcher }: Till, no: string, goods: number): Promise<GoodView[]> {
  await dispatcher.run('till.setup', { key: randomUUID(), shop: {}, owner: { no, name: '店主' }, pin: '2580' })
  await dispatcher.run('shift.open', { key: randomUUID(), float: 10_000 })
  const made: GoodView[] = []
  for (let i = 0; i < goods; i++) made.push(await dispatcher.run<'goods.put'>('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: `${no}号货${i}`, code: `20${no}${i}`, price: 100 + i * 7 } }))
  return made
}

/** A sale of one to four of the goods; `n` chooses which. */
export function saleOf(goods: readonly GoodView[], n: number): CallInput<'sale.complete'> {
  let ticket = emptyTicket(randomUUID(), 0)
  for (let i = 0; i <= n % 4; i++) ticket = addGood(ticket, randomUUID(), goods[(n * 7 + i * 3) % goods.length]!, milli((1 + (n + i) % 3) * 1000))
  const { total } = priceTicket(ticket.lines)
  return { key: ticket.id, ticket, total, given: total }
}

interface Summary { sales: number; totalFen: number; flagCount: number; balances: { account: string; fen: number }[]; byDevice: { device: string; ack: number; sales: number; totalFen: number }[] }

/** What differs between a shop's tills and the cloud, in words: rows, sales, fen by account. Empty when they agree. */
export async function disagreements(cloud: CloudAccess, shop: string, tills: readonly Till[]): Promise<string[]> {
  const found: string[] = []
  const summary = await operate<Summary>(cloud, 'GET', `/api/shops/${shop}/summary`)
  const sums = new Map<string, number>()
  const expect = (what: string, one: unknown, other: unknown): void => {
    if (JSON.stringify(one) !== JSON.stringify(other)) found.push(`${what}: the cloud has ${JSON.stringify(one)}, the till ${JSON.stringify(other)}`)
  }
  let salesFen = 0
  for (const { store } of tills) {
    const { device } = store.identity()
    const verified = store.verify()
    for (const fault of verified.faults) found.push(`verify: ${JSON.stringify(fault)}`)
    const row = summary.byDevice.find((each) => each.device === device)
    expect(`till ${store.identity().till}`, row && [row.ack, row.sales, row.totalFen], [verified.rows, verified.sales, verified.salesFen])
    salesFen += verified.salesFen
    for (const [account, fen] of store.balances()) sums.set(account, (sums.get(account) ?? 0) + fen)
  }
  const plain = (rows: Iterable<readonly [string, number]>): [string, number][] => [...rows].filter(([, fen]) => fen !== 0).map(([account, fen]): [string, number] => [account, fen]).sort()
  expect('the sum of all sales', summary.totalFen, salesFen)
  expect('accounts', plain(summary.balances.map(({ account, fen }) => [account, fen] as const)), plain(sums))
  if (summary.flagCount > 0) found.push(`the cloud flagged ${summary.flagCount} rows`)
  return found
}
