/** What came back of sales, and sales found again by what somebody still knows of them. Reads; hears what other tills paid back. */
import type { Database } from 'better-sqlite3'
import type { RefundRow, SaleRow, SaleSearch, SaleBack } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import { sum } from '#shared/money/money.ts'
import type { Refunding } from '#shared/sales/refunding.ts'
import type { Alerts } from './alerts.ts'

const DAY_MS = 86_400_000

export class Refunds {
  readonly #db
  readonly #device
  readonly #alerts
  readonly #lines
  readonly #inAll
  readonly #elsewhere
  readonly #of
  readonly #lastNo
  readonly #setElsewhere
  readonly #hereAt
  readonly #inEarlier

  constructor(db: Database, device: () => Id, alerts: Alerts) {
    this.#db = db
    this.#device = device
    this.#alerts = alerts
    this.#lines = db.prepare<[string], { line: number; quantity: number; amount: number }>('SELECT line, quantity, amount FROM refund_line WHERE sale = ?')
    this.#inAll = db.prepare<[string], { fen: number }>('SELECT coalesce(sum(total), 0) AS fen FROM refund WHERE sale = ?')
    this.#elsewhere = db.prepare<[string], { fen: number; paid: number | null }>('SELECT fen, paid FROM refund_elsewhere WHERE sale = ?')
    this.#of = db.prepare<[string], RefundRow>('SELECT coalesce(j.id, e.id) AS refund, r.no, r.at, r.total FROM refund r LEFT JOIN journal j ON j.seq = r.seq LEFT JOIN earlier e ON e.seq = r.seq WHERE r.sale = ? ORDER BY r.seq')
    this.#lastNo = db.prepare<[string, string], { no: string }>('SELECT no FROM refund WHERE no > ? AND no < ? ORDER BY length(no) DESC, no DESC LIMIT 1')
    this.#setElsewhere = db.prepare('INSERT INTO refund_elsewhere (sale, fen, paid) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fen = excluded.fen, paid = excluded.paid')
    this.#hereAt = db.prepare<{ sale: Id }, { at: number | null }>('SELECT max(at) AS at FROM (SELECT at FROM journal WHERE id = @sale UNION ALL SELECT at FROM earlier WHERE id = @sale UNION ALL SELECT at FROM refund WHERE sale = @sale)')
    this.#inEarlier = db.prepare<[string]>('SELECT 1 FROM earlier WHERE id = ?')
  }

  back(sale: Id): SaleBack {
    const here = this.#inAll.get(sale)!.fen
    const { fen: elsewhere, paid } = this.#elsewhere.get(sale) ?? { fen: 0, paid: null }
    return { lines: new Map(this.#lines.all(sale).map(({ line, quantity, amount }) => [line, { quantity, amount }])), here, elsewhere, paid }
  }

  of(sale: Id): RefundRow[] {
    return this.#of.all(sale)
  }

  /** The highest number of a refund that begins with `prefix`. */
  lastNo(prefix: string): string | undefined {
    return this.#lastNo.get(prefix, `${prefix}~`)?.no
  }

  /** Newest first. By time and by amount along an index; what a sale names is looked for in its text. */
  find({ no, ending, date, from: after, to: until, amount, names, anyOf = [], before, limit }: SaleSearch): SaleRow[] {
    // Business dates have no index of their own; a day is within two days of its name, whatever the zone.
    const day = date === undefined ? undefined : Date.parse(`${date}T00:00:00Z`)
    const from = after ?? (day === undefined ? undefined : day - 2 * DAY_MS)
    const to = until ?? (day === undefined ? undefined : day + 3 * DAY_MS)
    const where: string[] = []
    const values: (string | number)[] = []
    const only = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return
      where.push(condition)
      values.push(value)
    }
    // The plus keeps SQLite from walking all sales from the newest on where a range of time is asked for.
    const seq = from !== undefined || to !== undefined ? '+s.seq' : 's.seq'
    only('s.no = ?', no)
    only('s.no LIKE ?', ending === undefined ? undefined : `%-${ending}`)
    only('s.date = ?', date)
    only('s.at >= ?', from)
    only('s.at < ?', to)
    only('s.total = ?', amount)
    only(`${seq} < ?`, before)
    for (const id of names) only('instr(coalesce(j.text, e.text), ?) > 0', id)
    if (anyOf.length > 0) {
      where.push(`(${anyOf.map(() => 'instr(coalesce(j.text, e.text), ?) > 0').join(' OR ')})`)
      values.push(...anyOf)
    }
    const sql = `SELECT coalesce(j.id, e.id) AS sale, s.seq, s.no, s.at, s.date, s.shift, s.staff, s.total
      FROM sale s LEFT JOIN journal j ON j.seq = s.seq LEFT JOIN earlier e ON e.seq = s.seq
      ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY ${seq} DESC LIMIT ?`
    return this.#db.prepare<(string | number)[], SaleRow>(sql).all(...values, limit)
  }

  /** Takes in what the cloud tells of a sale's refunds; says whether the alerts may have changed. Call inside a transaction. */
  hear(sale: Id, { no, paid, back, over }: Refunding): boolean {
    const device = this.#device()
    // What this till paid back under the name of a ledger before this one is counted here.
    const others = (back ?? []).filter((each) => each.device !== device && this.#inEarlier.get(each.refund) === undefined)
    this.#setElsewhere.run(sale, sum(others.map((each) => each.fen)), paid ?? null)
    if (!over?.length || !back || paid === undefined || paid === null) return false
    const { at } = this.#hereAt.get({ sale })!
    if (at === null) return false
    const tills = [...new Set(back.map(({ till }) => till))]
    return this.#alerts.raise(`refund ${sale}`, at, { kind: 'sale.refunded_beyond', no: no ?? '', tills, paid, back: sum(back.map((each) => each.fen)) })
  }
}
