/**
 * `cloud.ingest.50`: fifty tills of ten shops push at once to one cloud process; sales a second against a bare batch
 * insert of the same rows (one connection, 500 a request), and how long an acknowledgement takes, at p99.
 * `…single`: the same, with one sale a push, as counters do that are on-line. Bodies are made and signed beforehand.
 */
import { randomUUID } from 'node:crypto'
import { constants, zstdCompressSync } from 'node:zlib'
import { TestTill } from '#cloud/testing/till.ts'
import { rawRow, type JournalRow } from '#shared/ledger/envelope.ts'
import { writePush } from '#shared/sync/protocol.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { type CloudStage, openCloudStage } from './cloud-stage.ts'
import { makeGoods, soldOf, ticketOf } from './counter.ts'
import { type Figure, percentile, rateFigure, valueFigure } from './figures.ts'
import { type Bare, startBare } from './peers/bare.ts'

const SHOPS = 10
const TILLS_A_SHOP = 5
const RUNS = 3
/** Sales of a till in a run: in pushes of a hundred, or one by one. */
const CATCHING_UP = { sales: 600, push: 100 }
const SINGLE = { sales: 40, push: 1 }

interface Sender { readonly till: TestTill; readonly address: string }

export async function cloudIngest(): Promise<Figure[]> {
  const stage = await openCloudStage()
  try {
    const bare = await startBare(stage)
    try {
      const senders = await joinTills(stage)
      const figures: Figure[] = []
      for (const [name, load] of [['cloud.ingest.50', CATCHING_UP], ['cloud.ingest.50.single', SINGLE]] as const) {
        const rates: number[] = []
        const peers: number[] = []
        const acks: number[] = []
        for (let run = -1; run < RUNS; run++) {
          const ingested = await ingestRun(stage, bare, senders, load)
          if (run < 0) continue
          rates.push(ingested.rate)
          peers.push(ingested.peer)
          acks.push(...ingested.acks)
        }
        figures.push(rateFigure(name, 'sales/s', rates, peers))
        figures.push({ ...valueFigure(`${name}.ack`, 'ms', acks), value: Number(percentile(acks, 0.99).toPrecision(4)) })
      }
      return figures
    } finally {
      await bare.close()
    }
  } finally {
    await stage.close()
  }
}

async function joinTills(stage: CloudStage): Promise<Sender[]> {
  const senders: Sender[] = []
  for (let shop = 0; shop < SHOPS; shop++) {
    const { shop: id, code } = await makeShop(stage, { name: `店${shop}`, kind: 'shop' })
    for (let n = 0; n < TILLS_A_SHOP; n++) {
      const till = new TestTill(stage)
      const answer = await till.pair(n === 0 ? code : (await operate<{ code: string }>(stage, 'POST', `/api/shops/${id}/pairing-codes`)).code)
      if (answer.status !== 200) throw new Error(`a till was not paired: ${JSON.stringify(answer.body)}`)
      senders.push({ till, address: `10.0.${shop}.${n + 1}` })
    }
  }
  return senders
}

async function ingestRun(stage: CloudStage, bare: Bare, senders: readonly Sender[], load: typeof CATCHING_UP): Promise<{ rate: number; peer: number; acks: number[] }> {
  const prepared = senders.map((sender) => prepare(sender, load))
  const acks: number[] = []
  const began = performance.now()
  await Promise.all(prepared.map(async ({ pushes }, i) => {
    for (const push of pushes) acks.push(await send(stage, senders[i]!, push))
  }))
  const seconds = (performance.now() - began) / 1000
  const rows = prepared.flatMap(({ rows: each }) => each).map((row, i) => ({ ...row, seq: i + 1 }))
  const peerMs = await bare.insert(rows)
  return { rate: rows.length / seconds, peer: rows.length / peerMs * 1000, acks }
}

interface Push { readonly body: Buffer<ArrayBuffer>; readonly signature: string; readonly last: number }

const goods = makeGoods(500)

/** Rings up the till's next sales, and packs what it will send. */
function prepare({ till }: Sender, { sales, push }: typeof CATCHING_UP): { rows: JournalRow[]; pushes: Push[] } {
  const shift = randomUUID()
  const from = till.rows.length
  for (let i = 0; i < sales; i++) {
    const ticket = ticketOf(goods, from + i, 3 + i % 3)
    till.record('sale.completed', { ...soldOf(goods, ticket, { shift, date: '2026-11-23', no: `20261123-01-${till.rows.length + 1}` }) }, { id: ticket.id })
  }
  const rows = till.rows.slice(from)
  const pushes: Push[] = []
  for (let at = 0; at < rows.length; at += push) {
    const part = rows.slice(at, at + push)
    const body = zstdCompressSync(writePush(till.device, part.map(rawRow)), { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    pushes.push({ body, signature: till.sign(body), last: part.at(-1)!.seq })
  }
  return { rows, pushes }
}

/** Milliseconds until the push was acknowledged. */
async function send(stage: CloudStage, { till, address }: Sender, { body, signature, last }: Push): Promise<number> {
  const began = performance.now()
  const response = await fetch(new URL('/api/sync/push', stage.url), {
    method: 'POST', body,
    headers: { authorization: `Bearer ${till.token}`, 'content-type': 'application/x-ndjson', 'x-xiaopu-signature': signature, 'x-forwarded-for': address },
  })
  const { ack, flags } = await response.json() as { ack?: number; flags?: unknown[] }
  if (ack !== last || flags?.length !== 0) throw new Error(`the cloud answered ${response.status}: acknowledged ${ack} of ${last}, flags ${JSON.stringify(flags)}`)
  return performance.now() - began
}
