/** What an operator sees of a running cloud: its health and its figures, read by a parser that is not ours. */
import { randomUUID } from 'node:crypto'
import parse from 'parse-prometheus-text-format'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { administer } from '#cloud/testing/postgres.ts'
import { startCloud, type TestCloud } from '#cloud/testing/server.ts'
import { openShop } from '#cloud/testing/till.ts'
import { metricsKey } from './metrics-route.ts'

let cloud: TestCloud
beforeAll(async () => { cloud = await startCloud() })
afterAll(() => cloud.destroy())

const scrape = (key: string): Promise<Response> => fetch(`${cloud.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })
interface Figures { readonly types: Map<string, string>; readonly samples: { name: string; value?: string; labels?: Record<string, string> }[] }
async function read(): Promise<Figures> {
  const response = await scrape(metricsKey(cloud.key))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  return {
    types: new Map(parse(text).map(({ name, type }) => [name, type])),
    // The parser makes one of all histograms of a name, whatever their labels; without types it reads their lines as they are.
    samples: parse(text.replaceAll(/^#.*\n/gm, '')).flatMap(({ name, metrics }) => metrics.map((metric) => ({ name, ...metric }))),
  }
}
/** A counter's or gauge's value, or how often a histogram was observed; 0 where it never was. */
function valueOf({ samples }: Figures, wanted: string, labels: Record<string, string> = {}): number {
  const found = samples.find(({ name, labels: own }) => (name === wanted || name === `${wanted}_count`) && Object.entries(labels).every(([label, value]) => own?.[label] === value))
  return Number(found?.value ?? 0)
}

describe('figures', () => {
  test('say what was done, and of nobody in particular', async () => {
    const { shop, till } = await openShop(cloud, { name: '梅家坞茶叶店' })
    const before = await read()
    till.sell({ good: randomUUID() })
    till.sell({ good: randomUUID() })
    till.record('of.the.future', {})
    await till.push()
    await till.push()
    const copy = till.copyWithEmptyLedger()
    copy.sell({ good: randomUUID() })
    expect((await copy.push()).status).toBe(409)
    await till.changes()
    await fetch(`${cloud.url}/s/${shop}`)
    await fetch(`${cloud.url}/no/such/${shop}?name=梅家坞`)
    await fetch(`${cloud.url}/api/shops/${shop}/summary`)
    const hangUp = new AbortController()
    const stream = till.stream(hangUp.signal)
    await stream.next()
    const after = await read()

    const more = (name: string, labels: Record<string, string> = {}): number => valueOf(after, name, labels) - valueOf(before, name, labels)
    expect(more('xiaopu_rows_ingested_total')).toBe(3)
    expect(more('xiaopu_pushes_total', { outcome: 'stored' })).toBe(2)
    expect(more('xiaopu_pushes_total', { outcome: 'sync.fork' })).toBe(1)
    expect(more('xiaopu_flags_total', { code: 'event.unknown' })).toBe(1)
    expect(more('xiaopu_pull_changes')).toBe(1)
    expect(more('xiaopu_streams_open')).toBe(1)
    expect(more('xiaopu_refusals_total', { code: 'sync.fork' })).toBe(1)
    expect(more('xiaopu_refusals_total', { code: 'token.invalid' })).toBe(1)
    expect(more('xiaopu_http_request_seconds', { method: 'POST', route: '/api/sync/push', status: '200' })).toBe(2)
    expect(more('xiaopu_http_request_seconds', { route: '/s/:shop', status: '200' })).toBe(1)
    expect(more('xiaopu_http_request_seconds', { route: 'none', status: '404' })).toBe(1)
    expect(more('xiaopu_turn_wait_seconds')).toBeGreaterThan(5)
    expect(valueOf(after, 'xiaopu_turns', { state: 'running' })).toBe(0)
    expect(valueOf(after, 'xiaopu_database_connections', { state: 'idle' })).toBeGreaterThan(0)
    expect(valueOf(after, 'xiaopu_job_seconds', { job: 'keep_shops', outcome: 'done' })).toBe(1)
    expect(valueOf(after, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    expect(after.types.get('xiaopu_http_request_seconds')).toBe('HISTOGRAM')
    expect(after.types.get('nodejs_eventloop_lag_p99_seconds')).toBe('GAUGE')

    const labels = after.samples.flatMap((sample) => Object.values(sample.labels ?? {}))
    expect(labels.length).toBeGreaterThan(20)
    for (const label of labels) expect(label).not.toMatch(/梅|[0-9a-f]{8}-[0-9a-f]{4}-|xp[a-z]_/)
    hangUp.abort()
    await expect.poll(async () => valueOf(await read(), 'xiaopu_streams_open')).toBe(valueOf(before, 'xiaopu_streams_open'))
  })

  test('notices of every process are counted', async () => {
    const { shop } = await openShop(cloud)
    const before = valueOf(await read(), 'xiaopu_notices_total', { kind: 'rev' })
    await cloud.call('POST', `/api/shops/${shop}/goods`, { goods: [{ name: '可乐', price: 350 }] })
    await expect.poll(async () => valueOf(await read(), 'xiaopu_notices_total', { kind: 'rev' })).toBe(before + 1)
  })

  test('are for whoever has the key, from wherever', async () => {
    expect((await fetch(`${cloud.url}/metrics`)).status).toBe(401)
    expect((await scrape('xpm_guessed')).status).toBe(401)
    expect((await scrape(cloud.operatorKey)).status).toBe(200)
    const { ownerKey } = await openShop(cloud)
    expect((await scrape(ownerKey)).status).toBe(401)
    // What reads the figures opens nothing else.
    expect((await cloud.call('GET', '/api/shops', undefined, metricsKey(cloud.key))).status).toBe(401)
  })
})

describe('health', () => {
  const health = async (path = '/health'): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${cloud.url}${path}`)
    return { status: response.status, body: await response.json() as Record<string, unknown> }
  }

  test('a cloud that can serve says so, and with which schema', async () => {
    expect(await health()).toMatchObject({ status: 200, body: { ok: true, schema: expect.any(Number) as number } })
    expect(await health('/health/live')).toMatchObject({ status: 200, body: { ok: true } })
  })

  test('a schema of another version is a reason to stay away', async () => {
    const client = new pg.Client({ connectionString: cloud.databaseUrl })
    await client.connect()
    try {
      await client.query("insert into schema_version (version, name) values (9999, 'of the future')")
      expect(await health()).toMatchObject({ status: 503, body: { ok: false, code: 'database.newer', reason: expect.stringContaining('9999') as string } })
      await client.query('delete from schema_version where version = 9999 or version = (select max(version) from schema_version where version < 9999)')
      expect(await health()).toMatchObject({ status: 503, body: { code: 'database.behind' } })
    } finally {
      await client.end()
    }
  })

  test('a database that is away is a reason too, and the process still runs', async () => {
    const name = new URL(cloud.databaseUrl).pathname.slice(1)
    const server = cloud.databaseUrl.replace(`/${name}`, '/postgres')
    await administer(server, `alter database ${name} with allow_connections false`)
    await administer(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    expect(await health()).toMatchObject({ status: 503, body: { ok: false, code: 'database.unreachable' } })
    expect(await health('/health/live')).toMatchObject({ status: 200 })
    await administer(server, `alter database ${name} with allow_connections true`)
    await expect.poll(async () => (await health()).body.code).not.toBe('database.unreachable')
  })
})
