/**
 * A cashier in a hurry: sales, returns, discounts, stock, prices, members, shifts, the drawer and reprints, several calls
 * on the line at once. What was not answered is kept, and asked again with the same keys, in order, when the till is back.
 */
import { randomUUID } from 'node:crypto'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import type { TillClient } from '#shared/host/client.ts'
import type { CallInput, CallName, CallResult } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import type { Auditor } from './auditor.ts'

const GOODS = 6

interface Write {
  readonly name: string
  /** Asks, and tells the auditor what was answered. */
  ask(client: TillClient): Promise<void>
}

export interface LoadOptions {
  readonly auditor: Auditor
  /** 0 to 1; the same sequence gives the same commands. */
  readonly chance: () => number
  /** Calls on the line at once. */
  readonly inFlight?: number
  /** Nobody joins: for what a program left that knew no members. */
  readonly noMembers?: boolean
}

export class Load {
  readonly #auditor
  readonly #chance
  readonly #inFlight
  readonly #noMembers
  readonly #goods: GoodView[] = []
  #members = 0
  /** Sent and not answered, in the order sent. */
  readonly #inDoubt: Write[] = []
  /** Writes that were repeated because their answer never came. */
  repeated = 0

  constructor({ auditor, chance, inFlight = 3, noMembers = false }: LoadOptions) {
    this.#auditor = auditor
    this.#chance = chance
    this.#inFlight = inFlight
    this.#noMembers = noMembers
  }

  /** Owner, goods, printer and shift on an empty till. */
  async setUp(client: TillClient, printer?: string): Promise<void> {
    await client.call('till.setup', { key: randomUUID(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
    if (printer !== undefined) await client.call('printer.put', { key: randomUUID(), printer: { id: randomUUID(), name: 'p', profile: 'generic-80', address: printer, receipts: true, drawer: true } })
    this.#auditor.rows = (await client.call('ledger.verify', {})).rows
    for (let i = 0; i < GOODS; i++) {
      const good = await client.call('goods.put', { key: randomUUID(), good: randomUUID(), set: { name: `商品${i}`, code: `20000${i}`, price: 100 * (i + 1) } })
      this.#auditor.priced(good.id, good.price)
      this.#goods.push(good)
    }
    await client.call('shift.open', { key: randomUUID(), float: 1000 })
    this.#auditor.shiftOpened(1000)
  }

  /** Repeats what is in doubt, one by one. Rejects with host.gone when the till goes away again: then it still is. */
  async settle(client: TillClient): Promise<void> {
    while (this.#inDoubt.length > 0) {
      await this.#inDoubt[0]!.ask(client)
      this.#inDoubt.shift()
      this.repeated += 1
    }
  }

  /** Works until the till is gone, or for so many writes. Whatever else it is refused is the auditor's to hear of. */
  async work(client: TillClient, writes = Infinity): Promise<void> {
    let left = writes
    let isGone = false
    const lane = async (): Promise<void> => {
      while (!isGone && left > 0) {
        left -= 1
        const write = this.#next()
        this.#inDoubt.push(write)
        try {
          await write.ask(client)
          this.#inDoubt.splice(this.#inDoubt.indexOf(write), 1)
        } catch (error) {
          if (!(error instanceof TillError)) throw error
          if (error.code === 'host.gone') isGone = true
          else {
            this.#inDoubt.splice(this.#inDoubt.indexOf(write), 1)
            this.#auditor.verdict.fault(`${write.name} was refused: ${error.message}`)
          }
        }
      }
    }
    await Promise.all(Array.from({ length: this.#inFlight }, lane))
  }

  /**
   * Tries so many writes on a disk that fails, one by one; gives how many were refused, each with one of `codes`. What was
   * refused is in doubt like what was not answered, and nothing behind it is done before it: a cashier presses again.
   */
  async workIll(client: TillClient, tries: number, codes: readonly string[]): Promise<number> {
    let refused = 0
    for (let n = 0; n < tries; n++) {
      const write = this.#inDoubt[0] ?? this.#next()
      if (this.#inDoubt.length === 0) this.#inDoubt.push(write)
      try {
        await write.ask(client)
        this.#inDoubt.shift()
      } catch (error) {
        if (!(error instanceof TillError)) throw error
        if (!codes.includes(error.code)) this.#auditor.verdict.fault(`${write.name} was refused: ${error.message}, expected ${codes.join(' or ')}`)
        refused += 1
      }
    }
    return refused
  }

  #below(count: number): number {
    return Math.floor(this.#chance() * count)
  }

  #next(): Write {
    const kind = this.#below(20)
    if (kind < 12) return this.#sell()
    if (kind < 14) return this.#receive()
    if (kind < 16) return this.#reprice()
    if (kind < 17) return this.#drawer()
    if (kind < 18 && !this.#noMembers) return this.#join()
    return kind < 19 ? this.#reprint() : this.#changeShift()
  }

  /** The result goes to the auditor; the key is made once. */
  #write<Name extends CallName>(name: Name, input: CallInput<Name>, told: (result: CallResult<Name>) => void): Write {
    return { name, async ask(client) { told(await client.call(name, input)) } }
  }

  #sell(): Write {
    let ticket = emptyTicket(randomUUID(), Date.now())
    for (let n = 1 + this.#below(4); n > 0; n--) {
      const pieces = this.#below(8) === 0 ? -1 : 1 + this.#below(5)
      ticket = addGood(ticket, randomUUID(), this.#goods[this.#below(GOODS)]!, milli(pieces * 1000))
    }
    // Less than the cheapest piece costs, so that no line is worth less than nothing.
    ticket = { ...ticket, lines: ticket.lines.map((line) => (this.#below(6) === 0 ? { ...line, discount: fen(Math.sign(line.quantity) * this.#below(50)) } : line)) }
    const { total } = priceTicket(ticket.lines)
    return this.#write('sale.complete', { key: ticket.id, ticket, total, given: Math.max(0, total) }, (sale) => this.#auditor.sold(sale, { id: ticket.id, total }))
  }

  #receive(): Write {
    const good = this.#goods[this.#below(GOODS)]!.id
    const delta = 1000 * (1 + this.#below(20))
    return this.#write('stock.move', { key: randomUUID(), reason: 'received', lines: [{ good, delta }] }, () => this.#auditor.moved(good, delta))
  }

  /** The till takes calls in their order: what is sent after this is at the new price. */
  #reprice(): Write {
    const at = this.#below(GOODS)
    const price = 60 + this.#below(900)
    const good = this.#goods[at]!
    this.#goods[at] = { ...good, price: fen(price) }
    return this.#write('goods.put', { key: randomUUID(), good: good.id, set: { price } }, () => this.#auditor.priced(good.id, price))
  }

  #drawer(): Write {
    return this.#write('drawer.open', { key: randomUUID(), reason: '换零钱' }, () => this.#auditor.drawerOpened())
  }

  #join(): Write {
    const key = randomUUID()
    const phone = `138${String(++this.#members).padStart(8, '0')}`
    return this.#write('member.join', { key, set: { phone, name: `客人${this.#members}` } }, () => this.#auditor.joined(key, phone))
  }

  #reprint(): Write {
    const sale = [...this.#auditor.sales.keys()].at(-1)
    return sale === undefined ? this.#sell() : this.#write('sale.reprint', { key: randomUUID(), sale }, () => undefined)
  }

  /** One write of two calls: nothing is sold between them. */
  #changeShift(): Write {
    const counted = this.#below(100_000)
    const float = this.#below(20_000)
    const close = this.#write('shift.close', { key: randomUUID(), counted }, (report) => this.#auditor.shiftClosed(report, counted))
    const open = this.#write('shift.open', { key: randomUUID(), float }, () => this.#auditor.shiftOpened(float))
    let isClosed = false
    return {
      name: 'shift',
      async ask(client) {
        // Both leave at once, so that the till has them one behind the other.
        const closing = isClosed ? Promise.resolve() : close.ask(client).then(() => { isClosed = true })
        const opening = open.ask(client)
        opening.catch(() => undefined)
        await closing
        await opening
      },
    }
  }
}
