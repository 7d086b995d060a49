/**
 * `till.sale.commit`: a sale of five lines committed (journal, postings, projections, print job) against a bare SQLite
 * transaction of one row with the same durability, on the same disk, in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { id, openCounter, saleOf } from './counter.ts'
import { ROOT } from '../run-command.ts'
import { type Figure, p95Figure } from './figures.ts'

const SALES = 2000
const LINES = 5

export async function saleCommit(): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const { till, goods } = await openCounter(join(folder, 'till'))
    const { dispatcher } = till
    // A jammed printer: it takes the line and reads nothing, so that jobs are queued like any and their paper is not in the figures.
    const printer = createServer((socket) => { socket.pause(); sockets.add(socket) })
    const sockets = new Set<Socket>()
    await new Promise<void>((resolve) => { printer.listen(0, '127.0.0.1', resolve) })
    const address = `tcp://127.0.0.1:${(printer.address() as AddressInfo).port}`
    await dispatcher.run('printer.put', { key: id(), printer: { id: id(), name: 'p', profile: 'generic-80', address, receipts: true, drawer: true } })

    const bare = new Sqlite(join(folder, 'bare.db'))
    bare.pragma('journal_mode = WAL')
    bare.pragma('synchronous = FULL')
    bare.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
    const insert = bare.prepare('INSERT INTO row (text) VALUES (?)')
    const peerText = 'x'.repeat(200)

    const sales: number[] = []
    const peers: number[] = []
    for (let i = 0; i < SALES; i++) {
      const input = saleOf(goods, i, LINES)
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
