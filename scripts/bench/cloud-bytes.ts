/**
 * What a sale costs the cloud. `cloud.sale.bytes`: on disk and in the log, by table and index, and in CPU of the service and
 * of PostgreSQL together. `cloud.journal.parts`: the same CPU with the journal in parts against the journal whole, in turn.
 * CPU, because it hardly changes with what else the machine does. Where /proc is missing only the bytes are told.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { uuidv7, type Id } from '#shared/identity/ids.ts'
import { rawRow } from '#shared/ledger/envelope.ts'
import { writePush } from '#shared/sync/protocol.ts'
import { startService, type Service } from '#cloud/api/service.ts'
import { keysInMemory } from '#cloud/identity/personal-keys.ts'
import { newPlatformKeyPem, openPlatformKey } from '#cloud/identity/platform-key.ts'
import { startPostgres } from '#cloud/storage/embedded-postgres.ts'
import { TestTill } from '#cloud/testing/till.ts'
import { ROOT } from '../run-command.ts'
import { type Figure, percentile } from './figures.ts'

const SHOPS = 20
const SALES_PER_SHOP = 1000
const LINES = 3
const GOODS = 500
const BATCH = 500
const ROUNDS = 5
/** Of the kernel: ticks in a second (sysconf _SC_CLK_TCK on every Linux that Node runs on). */
const TICKS = 100
const WHOLE = readFileSync(join(ROOT, 'migrations/citus/1_journal_whole.sql'), 'utf8')
const id = (): Id => uuidv7(Date.now(), randomBytes(10))

export async function cloudSaleBytes(): Promise<Figure[]> {
  return withServer(async (server) => {
    const cloud = await openCloud(server, 'bytes')
    const before = await sizesOf(cloud.client)
    const log = await logPosition(cloud.client)
    const microseconds = await drain(server, cloud)
    const sales = SHOPS * SALES_PER_SHOP
    const written = await logPosition(cloud.client) - log
    const after = await sizesOf(cloud.client)
    const figure = (name: string, value: number, unit: string): Figure => ({ name, value, unit, n: sales, p50: value, p95: value, peer: null, ratio: null })
    const parts = [...after].map(([name, size]) => figure(`cloud.sale.bytes.${name}`, Math.round((size - (before.get(name) ?? 0)) / sales), 'B')).filter(({ value }) => value > 0)
    await cloud.close()
    return [
      figure('cloud.sale.bytes', parts.reduce((sum, { value }) => sum + value, 0), 'B'), ...parts, figure('cloud.sale.bytes.wal', Math.round(written / sales), 'B'),
      ...(microseconds === undefined ? [] : [figure('cloud.sale.cpu', microseconds, 'us'), figure('cloud.sale.per_core', Math.round(1e6 / microseconds), '1/s')]),
    ]
  })
}

export async function cloudJournalParts(): Promise<Figure[]> {
  return withServer(async (server) => {
    const parted: number[] = []
    const whole: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, costs] of round % 2 ? [['whole', whole] as const, ['parted', parted] as const] : [['parted', parted] as const, ['whole', whole] as const]) {
        const cloud = await openCloud(server, `${name}_${round}`, name === 'whole' ? WHOLE : undefined)
        const cost = await drain(server, cloud)
        await cloud.close()
        if (cost === undefined) return []
        costs.push(cost)
      }
    }
    const value = percentile(parted, 0.5)
    const peer = percentile(whole, 0.5)
    return [{ name: 'cloud.journal.parts', value, unit: 'us', n: ROUNDS, p50: value, p95: percentile(parted, 0.95), peer, ratio: Number((value / peer).toPrecision(4)) }]
  })
}

interface Server { readonly url: string; readonly folder: string }
interface Cloud { readonly service: Service; readonly client: pg.Client; readonly tills: readonly TestTill[]; readonly batches: readonly (readonly Buffer<ArrayBuffer>[])[]; close(): Promise<void> }

async function withServer<T>(work: (server: Server) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const postgres = await startPostgres({ data: folder, onLog: () => undefined })
    try {
      return await work({ url: postgres.url, folder: join(folder, 'postgres') })
    } finally {
      await postgres.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A cloud with shops, each with a till whose sales wait to be sent. */
async function openCloud({ url }: Server, name: string, change?: string): Promise<Cloud> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.end()
  const database = new URL(url)
  database.pathname = `/${name}`
  const operatorKey = randomBytes(32).toString('base64url')
  const service = await startService({ databaseUrl: database.href, host: '127.0.0.1', port: 0, key: openPlatformKey(newPlatformKeyPem()), personalKeys: keysInMemory(), operatorKey, logLevel: 'silent' })
  const client = new pg.Client({ connectionString: database.href })
  await client.connect()
  if (change !== undefined) await client.query(change)
  const call = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${service.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return await answer.json() as Record<string, string>
  }
  const tills: TestTill[] = []
  for (let shop = 0; shop < SHOPS; shop++) {
    const made = await call('/api/shops', { name: `店 ${shop}`, kind: 'shop' })
    const till = new TestTill(service)
    await till.pair((await call(`/api/shops/${made.id}/pairing-codes`, {})).code ?? '')
    tills.push(till)
  }
  const batches = tills.map((till) => {
    const goods = Array.from({ length: GOODS }, id)
    for (let sale = 0; sale < SALES_PER_SHOP; sale++) till.record('sale.completed', saleOf(goods, sale))
    return Array.from({ length: SALES_PER_SHOP / BATCH }, (_, batch) => gzipSync(writePush(till.device, till.rows.slice(batch * BATCH, (batch + 1) * BATCH).map(rawRow))))
  })
  return {
    service, client, tills, batches,
    async close() {
      await client.end()
      await service.stop()
    },
  }
}

/** A sale as a till writes it: ids by time, names and codes as long as they are on a shelf. */
function saleOf(goods: readonly Id[], index: number): Record<string, unknown> {
  const lines = Array.from({ length: LINES }, (_, line) => {
    const at = (index * 7 + line * 31) % goods.length
    const price = 100 + at
    return { good: goods[at], code: `690${String(at).padStart(10, '0')}`, name: `农夫山泉饮用天然水 550ml ${at}`, unit: '瓶', pricing: 'piece', per: 1000, quantity: 1000, price, list: price, gross: price, discount: 0, net: price }
  })
  const total = lines.reduce((sum, { net }) => sum + net, 0)
  return {
    sale: id(), no: `20261123-${index + 1}`, shift: id(), staff: id(), date: '2026-11-23', lines, gross: total, discount: 0, total,
    tenders: [{ channel: 'cash', amount: total, given: total, change: 0 }], postings: [{ account: 'drawer', fen: total }, { account: 'sales', fen: -total }],
  }
}

/** Sends everything, a batch of each shop in turn; gives µs of CPU a sale, of this process and PostgreSQL's. */
async function drain({ folder }: Server, { tills, batches }: Cloud): Promise<number | undefined> {
  // Connections and plans are made before anything is counted.
  for (const till of tills) await till.state()
  const ours = process.cpuUsage()
  const theirs = postgresTicks(folder)
  for (let batch = 0; batch < SALES_PER_SHOP / BATCH; batch++) {
    for (const [index, till] of tills.entries()) {
      const { status, body } = await till.pushBytes(batches[index]![batch]!)
      if (status !== 200) throw new Error(JSON.stringify(body))
    }
  }
  const { user, system } = process.cpuUsage(ours)
  const ended = postgresTicks(folder)
  if (theirs === undefined || ended === undefined) return undefined
  return Math.round((user + system + ((ended - theirs) / TICKS) * 1e6) / (SHOPS * SALES_PER_SHOP))
}

/** CPU of every process that works in the server's folder, and of those that ended. */
function postgresTicks(folder: string): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined
  const master = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]!
  let ticks = 0
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = readStat(name)
    if (name === master) ticks += [11, 12, 13, 14].reduce((sum, field) => sum + Number(stat?.[field] ?? 0), 0)
    else if (stat?.[1] === master) ticks += Number(stat[11]) + Number(stat[12])
  }
  return ticks
}

/** The fields of proc(5)'s stat behind the name: [0] state, [1] parent, [11]–[14] CPU of its own and of its dead children. */
function readStat(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return undefined // It ended between two looks.
  }
}

/** Bytes of every table (with what it stores out of line) and index, parts added up under the whole's name. */
async function sizesOf(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; bytes: string }>(`
    select coalesce(inhparent, c.oid)::regclass::text as name, sum(pg_table_size(c.oid)) as bytes from pg_class c left join pg_inherits on inhrelid = c.oid
    where relkind = 'r' and relnamespace = 'public'::regnamespace group by 1
    union all
    select coalesce(inhparent, c.oid)::regclass::text, sum(pg_relation_size(c.oid)) from pg_class c left join pg_inherits on inhrelid = c.oid
    where relkind = 'i' and relnamespace = 'public'::regnamespace group by 1 order by 1`)
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]))
}

async function logPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ at: string }>("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at")
  return Number(rows[0]!.at)
}
