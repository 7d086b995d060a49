/**
 * Keeps by hand what a till must say: every write that the socket answered, in the order they were sent. It is told
 * nothing by the till but those answers, and compares the till with them. Money in fen, quantities in thousandths.
 */
import type { TillClient } from '#shared/host/client.ts'
import { TillError } from '#shared/host/frames.ts'
import type { SaleView, ShiftReport, Verification } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Verdict } from './report.ts'

export interface AcknowledgedSale { readonly no: string; readonly total: number }

export class Auditor {
  readonly sales = new Map<Id, AcknowledgedSale>()
  /** Their telephone numbers: nothing of it can be made again from the journal. */
  readonly members = new Map<Id, string>()
  /** Rows of the journal. */
  rows = 0
  readonly #numbers = new Set<string>()
  #salesFen = 0
  #grossFen = 0
  #drawer = 0
  readonly #stock = new Map<Id, number>()
  readonly #prices = new Map<Id, number>()
  #unseen: Id[] = []
  #unseenMembers: Id[] = []
  readonly verdict: Verdict
  readonly #told: (what: Id | null, rows: number) => void

  /** `told` hears of every answer as it comes: of which sale or member, and how many rows the journal has at least. */
  constructor(verdict: Verdict, told: (what: Id | null, rows: number) => void = () => undefined) {
    this.verdict = verdict
    this.#told = told
  }

  /** One write was answered, which is one row. */
  #acknowledge(what: Id | null = null): void {
    this.rows += 1
    this.#told(what, this.rows)
  }

  priced(good: Id, price: number): void {
    this.#acknowledge()
    this.#prices.set(good, price)
  }

  moved(good: Id, delta: number): void {
    this.#acknowledge()
    this.#move(good, delta)
  }

  joined(member: Id, phone: string): void {
    this.members.set(member, phone)
    this.#unseenMembers.push(member)
    this.#acknowledge(member)
  }

  drawerOpened(): void {
    this.#acknowledge()
  }

  shiftOpened(float: number): void {
    this.#acknowledge()
    this.#drawer = float
  }

  shiftClosed(report: ShiftReport, counted: number): void {
    this.#acknowledge()
    if (report.difference !== counted - this.#drawer) this.verdict.fault(`a shift differs by ${report.difference}, expected ${counted - this.#drawer}`)
    this.#drawer = 0
  }

  sold(sale: SaleView, asked: { id: Id; total: number }): void {
    if (sale.sale !== asked.id || sale.total !== asked.total) this.verdict.fault(`asked for ${asked.id} of ${asked.total}, got ${sale.sale} of ${sale.total}`)
    if (this.sales.has(sale.sale)) return
    if (this.#numbers.has(sale.no)) this.verdict.fault(`number ${sale.no} was given twice`)
    this.#numbers.add(sale.no)
    this.sales.set(sale.sale, { no: sale.no, total: sale.total })
    this.#unseen.push(sale.sale)
    this.#acknowledge(sale.sale)
    this.#salesFen += sale.total
    this.#grossFen += sale.gross
    this.#drawer += sale.total
    for (const line of sale.lines) this.#move(line.good, -line.quantity)
  }

  #move(good: Id, delta: number): void {
    this.#stock.set(good, (this.#stock.get(good) ?? 0) + delta)
  }

  /** Compares the till with all of it: sales and members acknowledged since the last look one by one, or every one. */
  async check(client: TillClient, every = false): Promise<void> {
    const verification = await client.call('ledger.verify', {})
    this.checkVerification(verification)
    const { balances } = await client.call('ledger.balances', {})
    const fen = new Map(balances.map((balance) => [balance.account, balance.fen as number]))
    this.#equal('the drawer', fen.get('drawer') ?? 0, this.#drawer)
    this.#equal('the sales account', fen.get('sales') ?? 0, -this.#grossFen)
    this.#equal('all accounts together', balances.reduce((sum, balance) => sum + balance.fen, 0), 0)
    for (const [good, price] of this.#prices) {
      const found = await client.call('goods.get', { good })
      this.#equal(`the price of ${good}`, found.price, price)
      this.#equal(`the stock of ${good}`, found.stock ?? 0, this.#stock.get(good) ?? 0)
    }
    for (const id of every ? this.sales.keys() : this.#unseen) await this.#find(client, id)
    this.#unseen = []
    for (const id of every ? this.members.keys() : this.#unseenMembers) {
      const { members } = await client.call('member.find', { text: this.members.get(id)! })
      if (members[0]?.member !== id) this.verdict.lose(`member ${id}`)
    }
    this.#unseenMembers = []
  }

  /** What `verify` must come to, by the till or of its file. */
  checkVerification({ ok, faults, rows, sales, salesFen }: Verification): void {
    if (!ok) this.verdict.fault(`verify: ${JSON.stringify(faults.slice(0, 3))}`)
    for (let n = this.sales.size; n < sales; n++) this.verdict.double(`a sale that nobody was told of (${sales} in the ledger, ${this.sales.size} acknowledged)`)
    for (let n = sales; n < this.sales.size; n++) this.verdict.lose(`a sale (${sales} in the ledger, ${this.sales.size} acknowledged)`)
    this.#equal('the journal\'s rows', rows, this.rows)
    this.#equal('the sum of all sales', salesFen, this.#salesFen)
  }

  async #find(client: TillClient, id: Id): Promise<void> {
    const { no, total } = this.sales.get(id)!
    try {
      const found = await client.call('sale.get', { sale: id })
      if (found.no !== no || found.total !== total) this.verdict.fault(`sale ${no} of ${total} is now ${found.no} of ${found.total}`)
    } catch (error) {
      if (!(error instanceof TillError) || error.code !== 'sale.not_found') throw error
      this.verdict.lose(`sale ${no} (${id})`)
    }
  }

  #equal(what: string, found: number, expected: number): void {
    if (found !== expected) this.verdict.fault(`${what}: ${found}, expected ${expected}`)
  }
}
