/**
 * `till.sale.commit`: a sale of five lines committed (journal, postings, projections, print job) against a bare SQLite
 * transaction of one row with the same durability, on the same disk, in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import Sqlite from 'better-sqlite3'
import { composeTill } from '#desktop/loopback/compose.ts'
import { GOOD_DEFAULTS, GoodSchema } from '#shared/catalog/good.ts'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { CallInput } from '#shared/host/contract.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import { ROOT } from '../run-command.ts'
import { type Figure, p95Figure } from './figures.ts'

const SALES = 2000
const LINES = 5
const GOODS = 500
const id = (): string => uuidv7(Date.now(), randomBytes(10))

export async function saleCommit(): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const till = composeTill({ folder: join(folder, 'till'), version: 'bench', log: () => undefined })
    const { dispatcher } = till
    await dispatcher.run('till.setup', { key: id(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
    await dispatcher.run('shift.open', { key: id(), float: 0 })
    // A jammed printer: it takes the line and reads nothing, so that jobs are queued like any and their paper is not in the figures.
    const printer = createServer((socket) => { socket.pause(); sockets.add(socket) })
    const sockets = new Set<Socket>()
    await new Promise<void>((resolve) => { printer.listen(0, '127.0.0.1', resolve) })
    const address = `tcp://127.0.0.1:${(printer.address() as AddressInfo).port}`
    await dispatcher.run('printer.put', { key: id(), printer: { id: id(), name: 'p', profile: 'generic-80', address, receipts: true, drawer: true } })
    const goods = Array.from({ length: GOODS }, (_, i) => GoodSchema.parse({ ...GOOD_DEFAULTS, codes: [], id: id(), name: `商品${i}`, price: 100 + i }))
    for (const { id: good, ...set } of goods) await dispatcher.run('goods.put', { key: id(), good, set })

    const bare = new Sqlite(join(folder, 'bare.db'))
    bare.pragma('journal_mode = WAL')
    bare.pragma('synchronous = FULL')
    bare.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
    const insert = bare.prepare('INSERT INTO row (text) VALUES (?)')
    const peerText = 'x'.repeat(200)

    const sales: number[] = []
    const peers: number[] = []
    for (let i = 0; i < SALES; i++) {
      const input = sale(goods, i)
      const a = performance.now()
      await dispatcher.run('sale.complete', input)
      const b = performance.now()
      insert.run(peerText)
      const c = performance.now()
      sales.push(b - a)
      peers.push(c - b)
      // The queue's own work is not the sale's.
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    bare.close()
    for (const socket of sockets) socket.destroy()
    printer.close()
    await till.close()
    return [p95Figure('till.sale.commit', 'ms', sales, peers)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sale(goods: readonly Parameters<typeof addGood>[2][], i: number): CallInput<'sale.complete'> {
  let ticket = emptyTicket(id(), Date.now())
  for (let line = 0; line < LINES; line++) ticket = addGood(ticket, id(), goods[(i * 7 + line * 31) % goods.length]!, PIECE)
  const { total } = priceTicket(ticket.lines)
  return { key: ticket.id, ticket, total, given: total }
}
