/**
 * `ledger.curve.N`: a sale committed at a till whose journal has N rows, in milliseconds, against the same with a
 * thousand; and `ledger.bytes.disk` and `…wire`: what a sale takes in the till's file and in a push. The rows before are
 * real sales through the store's own commit, many in one transaction, so with every index and projection.
 * Goes to a million rows; `--full` to ten million, which takes 30 GB and most of an hour.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { saleNumberPrefix } from '#shared/sales/sale.ts'
import { SaleCompleted } from '#shared/sales/events.ts'
import { LEDGER_FILE } from '#desktop/storage/open.ts'
import { packPush } from '#desktop/sync/push-body.ts'
import { PUSH_ROWS_MAX } from '#shared/sync/protocol.ts'
import { ROOT } from '../run-command.ts'
import { type Counter, openCounter, saleOf, soldOf, ticketOf } from './counter.ts'
import { type Figure, valueFigure } from './figures.ts'

const POINTS = [1000, 10_000, 100_000, 1_000_000]
const FULL_POINT = 10_000_000
const SALES = 500
/** Bulk rows a transaction. */
const AT_ONCE = 5000
/** Sales of one day: numbers begin again each day, as they do at a till. */
const A_DAY = 5000

export async function ledgerCurve(full: boolean): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const counter = await openCounter(join(folder, 'till'))
    const file = join(folder, 'till', LEDGER_FILE)
    const figures: Figure[] = []
    let first: number[] | undefined
    let sold = 0
    try {
      for (const rows of full ? [...POINTS, FULL_POINT] : POINTS) {
        sold = grow(counter, rows - SALES, sold)
        const ms = await sell(counter)
        first ??= ms
        figures.push(valueFigure(`ledger.curve.${rows}`, 'ms', ms, first))
      }
      const { store } = counter.till
      const head = store.head().seq
      const pushed = store.rawRows(head - PUSH_ROWS_MAX, PUSH_ROWS_MAX)
      const wire = packPush(pushed, store.identity()).bytes.length / pushed.length
      return [...figures, valueFigure('ledger.bytes.disk', 'bytes', [statSync(file).size / head]), valueFigure('ledger.bytes.wire', 'bytes', [wire])]
    } finally {
      await counter.till.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Sells in bulk until the journal has so many rows. Gives the bulk sales there have been. */
function grow({ till: { store }, goods }: Counter, rows: number, sold: number): number {
  const shift = store.openShift()!.shift
  let n = sold
  while (store.head().seq < rows) {
    store.together(() => {
      for (let i = 0; i < AT_ONCE && store.head().seq < rows; i++, n++) {
        const ticket = ticketOf(goods, n, 3 + n % 3)
        const date = new Date(Date.UTC(2000, 0, 1 + Math.floor(n / A_DAY))).toISOString().slice(0, 10)
        const no = saleNumberPrefix(date, '00') + String(n % A_DAY + 1).padStart(4, '0')
        const body = soldOf(goods, ticket, { shift, date, no })
        store.commit({ events: [{ id: ticket.id, type: SaleCompleted.type, v: 1, body }], prints: [] }, Date.now(), store.signedIn())
      }
    })
  }
  return n
}

/** Milliseconds of each of some sales, through the till's own call. */
async function sell({ till: { dispatcher }, goods }: Counter): Promise<number[]> {
  const ms: number[] = []
  for (let i = 0; i < SALES; i++) {
    const input = saleOf(goods, i, 3 + i % 3)
    const began = performance.now()
    await dispatcher.run('sale.complete', input)
    ms.push(performance.now() - began)
    await new Promise((resolve) => { setImmediate(resolve) })
  }
  return ms
}
