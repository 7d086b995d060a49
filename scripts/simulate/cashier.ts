/**
 * Whoever stands at a till: sells, takes back, counts, edits, closes the shift, as chance has it. Like the screen, they say
 * a thing again with the same key until they have heard what came of it; now and then they give up instead.
 */
import { addGood, emptyTicket, refreshLine, type Ticket } from '#shared/cart/ticket.ts'
import { SCALE_PRESETS, writeScaleLabel } from '#shared/codes/scale-label.ts'
import type { CallInput, CallName, CallResult } from '#shared/host/contract.ts'
import type { GoodView } from '#shared/host/schemas.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { ANY_GOOD, type Auditor, type Deed, type Effect } from './auditor.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'

const PIN = '1234'
/** What the shops' scales print: the item, and what it costs. */
const SCALE = { name: '秤', ...SCALE_PRESETS.price13, parts: [...SCALE_PRESETS.price13.parts] }
/** Refusals that mean a bug, whoever asked. */
const BUGS = new Set(['host.failed', 'call.invalid', 'call.unknown', 'key.reused'])

interface Pending { readonly say: () => Promise<void> }

export class Cashier {
  readonly machine: Machine
  readonly #auditor: Auditor
  readonly #chance: Chance
  /** Whoever stands here, by their number. */
  readonly no: string
  /** Gives a pairing code of the shop. */
  readonly #askForCode: () => Promise<string>
  /** What was said and not answered. */
  #pending: Pending | undefined
  #hasShift = false

  constructor(machine: Machine, auditor: Auditor, chance: Chance, no: string, askForCode: () => Promise<string>) {
    this.machine = machine
    this.#auditor = auditor
    this.#chance = chance
    this.no = no
    this.#askForCode = askForCode
  }

  /** Somebody who has just come to this till, and goes by what it shows. */
  async takeOver(): Promise<void> {
    this.#pending = undefined
    this.#hasShift = false
    if (!await this.machine.start()) return
    const answer = await this.machine.call('till.snapshot', {})
    if ('result' in answer) this.#hasShift = answer.result.shift !== null
  }

  /** Where the cloud takes this till's ledger no more: begins a new one, as the screen says to. */
  async renew(): Promise<void> {
    if (!this.machine.isRunning) return
    const answer = await this.machine.call('sync.status', {})
    if (!('result' in answer) || answer.result.state !== 'refused') return
    this.machine.isTainted = true
    await this.#signIn()
    await this.machine.call('till.renew', { key: this.#id(), code: await this.#askForCode() })
    await this.takeOver()
  }

  get isWaiting(): boolean {
    return this.#pending !== undefined
  }
  #id(): Id {
    return uuidv7(this.machine.now(), this.#chance.bytes(10))
  }

  /** Says again what was not answered, if the till is there to hear it. */
  async insist(): Promise<void> {
    const { machine } = this
    await machine.start()
    while (this.#pending && machine.isRunning) {
      const pending = this.#pending
      this.#pending = undefined
      await pending.say()
    }
  }

  /** Does one thing; `heard` learns of what was called done. */
  async #do<Name extends CallName>(name: Name, input: CallInput<Name> & { key: Id }, effect: Effect, heard: (result: CallResult<Name>) => void = () => {}, mayGiveUp = false): Promise<void> {
    const deed = this.#auditor.ask(input.key, this.machine.name, effect)
    const answer = await this.machine.call(name, input)
    if ('result' in answer) {
      heard(answer.result)
      this.#auditor.done(deed)
      return
    }
    if ('refused' in answer) {
      if (BUGS.has(answer.refused.code)) throw new Error(`${this.machine.name}: ${name} answered ${answer.refused.code} ${JSON.stringify(answer.refused.detail ?? {})} ${this.machine.errors.join('; ')}`)
      this.#auditor.refused(deed)
      return
    }
    this.#pending = {
      say: async () => (mayGiveUp && this.#chance.odds(0.2) ? this.#lookUp(deed) : this.#do(name, input, effect, heard, mayGiveUp)),
    }
  }

  /** Gives up asking, and looks into the journal to see what had come of it. */
  #lookUp(deed: Deed): void {
    if (this.machine.store.event(deed.key)) this.#auditor.done(deed)
    else this.#auditor.refused(deed)
  }

  async setUp(): Promise<void> {
    await this.#do('till.setup', { key: this.#id(), shop: {}, owner: { no: this.no, name: `店主${this.no}` }, pin: PIN }, { kind: 'fact' })
    await this.insist()
    if (this.#chance.odds(0.6)) {
      const printer = { id: this.#id(), name: '前台', profile: 'generic-58', address: 'tcp://192.0.2.9:9100', receipts: true, drawer: true }
      await this.machine.call('printer.put', { key: this.#id(), printer })
    }
  }

  async pair(): Promise<void> {
    if (!this.machine.isRunning || this.machine.store.pairing()) return
    await this.#signIn()
    await this.machine.call('till.pair', { key: this.#id(), cloud: 'http://cloud.test', code: await this.#askForCode() })
  }

  async openShift(): Promise<void> {
    const float = this.#chance.int(0, 500) * 100
    await this.#do('shift.open', { key: this.#id(), float }, { kind: 'shift opened', float }, () => { this.#hasShift = true })
  }

  async closeShift(): Promise<void> {
    const expected = this.#auditor.drawer(this.machine.name)
    const counted = Math.max(0, expected + this.#chance.int(-300, 300))
    await this.#do('shift.close', { key: this.#id(), counted }, { kind: 'shift closed', counted }, (report) => {
      this.#hasShift = false
      if (!this.machine.isTainted && report.difference !== counted - expected) throw new Error(`${this.machine.name}: the shift differs by ${report.difference}, not by ${counted - expected}`)
    })
  }

  async #goods(): Promise<GoodView[]> {
    const answer = await this.machine.call('goods.list', { limit: 50 })
    return 'result' in answer ? answer.result.goods : []
  }

  async addGood(): Promise<void> {
    const good = this.#id()
    const set = { name: `商品${this.#chance.int(1, 999_999)}`, price: this.#chance.int(0, 5_000) }
    await this.#do('goods.put', { key: this.#id(), good, set }, { kind: 'edit', of: good, set })
  }

  /** The least that can be done at a till: enough to find out that another one stands on the same ledger. */
  async touch(): Promise<void> {
    await this.insist()
    await this.#signIn()
    if (this.machine.isRunning && !this.isWaiting) await this.#signOutAndIn()
  }

  /** One of the things that are done at a counter. */
  async act(): Promise<void> {
    await this.insist()
    if (!this.machine.isRunning || this.isWaiting) return
    if (this.#chance.odds(0.1)) await this.renew()
    await this.#signIn()
    if (!this.machine.isRunning || this.isWaiting) return
    if (!this.#hasShift) return this.openShift()
    const goods = await this.#goods()
    if (goods.length === 0) return this.addGood()
    const one = (): GoodView => this.#chance.pick(goods)
    await this.#chance.weighed<() => Promise<void>>([
      [12, () => this.#sell(goods)], [2, () => this.#sellByLabel(one())], [3, () => this.#moveStock(one())], [3, () => this.#edit(one())], [1, () => this.addGood()], [1, () => this.closeShift()],
      [1, () => this.#do('drawer.open', { key: this.#id(), reason: '换零钱' }, { kind: 'fact' })],
      [1, () => this.#signOutAndIn()], [1, () => this.#reprint()], [1, () => this.#import()], [1, () => this.#syncNow()],
      [1, () => this.#renameShop()], [1, () => this.#join()], [2, () => this.#hold(goods)], [2, () => this.#take(goods)],
    ])()
  }

  async #sell(goods: readonly GoodView[]): Promise<void> {
    await this.#complete(this.#ticketOf(goods))
  }

  #ticketOf(goods: readonly GoodView[]): Ticket {
    let ticket: Ticket = emptyTicket(this.#id(), this.machine.now())
    for (let lines = this.#chance.int(1, 4); lines > 0; lines--) {
      const pieces = this.#chance.odds(0.15) ? -this.#chance.int(1, 2) : this.#chance.int(1, 5)
      ticket = addGood(ticket, this.#id(), this.#chance.pick(goods), milli(pieces * 1000))
    }
    return ticket
  }

  /** A good that the scale knows by a number, sold by what the scale printed: the label says the amount, whatever the price. */
  async #sellByLabel({ id, code }: GoodView): Promise<void> {
    let item = /^[0-9]{5}$/.test(code) ? code : ''
    if (item === '') {
      item = String(this.#chance.int(10_000, 99_999))
      const set = { code: item }
      await this.#do('shop.put', { key: this.#id(), set: { labels: [SCALE] } }, { kind: 'fact' })
      await this.insist()
      if (!this.machine.isRunning || this.isWaiting) return
      await this.#do('goods.put', { key: this.#id(), good: id, set }, { kind: 'edit', of: id, set })
      await this.insist()
    }
    const amount = this.#chance.int(1, 99_999)
    const text = writeScaleLabel(SCALE, { item, amount, grams: 0 })!
    if (!this.machine.isRunning || this.isWaiting) return
    const answer = await this.machine.call('code.read', { text })
    if (!('result' in answer) || answer.result.kind !== 'good' || !answer.result.label) return
    const { good, label } = answer.result
    if (label.amount !== amount) throw new Error(`${this.machine.name}: a label of ${amount} was read as ${label.amount}`)
    await this.#complete(addGood(emptyTicket(this.#id(), this.machine.now()), this.#id(), good, milli(label.quantity!), { text: label.text, amount: label.amount }))
  }

  async #complete(rung: Ticket): Promise<void> {
    // The same good bought and brought back on one line is no line.
    if (rung.lines.length === 0) return
    const ticket: Ticket = {
      ...rung, lines: rung.lines.map((line) => {
        const amount = amountOf(line)
        const off = this.#chance.odds(0.2) ? Math.min(Math.abs(amount), this.#chance.int(0, 100)) : 0
        return { ...line, discount: fen(off === 0 ? 0 : Math.sign(amount) * off) }
      }),
    }
    const gross = ticket.lines.reduce((sum, line) => sum + amountOf(line), 0)
    const discount = ticket.lines.reduce((sum, line) => sum + line.discount, 0)
    const total = gross - discount
    const input = { key: ticket.id, ticket, total, given: Math.max(0, total) + this.#chance.int(0, 100) }
    const lines = ticket.lines.map(({ good, quantity }) => ({ good, quantity }))
    await this.#do('sale.complete', input, { kind: 'sale', lines, gross, discount, total }, (sale) => {
      if (sale.total !== total) throw new Error(`${this.machine.name}: sale ${sale.no} says ${sale.total}, not ${total}`)
    }, true)
  }

  async #hold(goods: readonly GoodView[]): Promise<void> {
    const ticket = this.#ticketOf(goods)
    if (ticket.lines.length > 0) await this.#do('ticket.hold', { key: this.#id(), ticket, heldAt: this.machine.now() }, { kind: 'fact' })
  }

  /** Takes up a ticket that some till of the shop set aside, and sells it at the prices of now. */
  async #take(goods: readonly GoodView[]): Promise<void> {
    const answer = await this.machine.call('ticket.held', {})
    if (!('result' in answer) || answer.result.held.length === 0) return
    let taken: Ticket | undefined
    await this.#do('ticket.take', { key: this.#id(), held: this.#chance.pick(answer.result.held).held }, { kind: 'fact' }, ({ ticket }) => { taken = ticket })
    await this.insist()
    if (!taken || !this.machine.isRunning || this.isWaiting || this.#chance.odds(0.2)) return
    const known = new Map(goods.map((good) => [good.id, good]))
    const { lines } = taken
    if (lines.every(({ good }) => known.has(good))) await this.#complete({ ...taken, lines: lines.map((line) => refreshLine(line, known.get(line.good)!)) })
  }

  async #join(): Promise<void> {
    await this.#do('member.join', { key: this.#id(), set: { phone: `138${this.#chance.int(10_000_000, 10_000_050)}`, name: '会员' } }, { kind: 'fact' }, undefined, true)
  }

  async #moveStock({ id }: GoodView): Promise<void> {
    const quantity = this.#chance.pick([-3, -1, 1, 10, 24]) * 1000
    const input = { key: this.#id(), reason: quantity > 0 ? 'received' as const : 'wasted' as const, lines: [{ good: id, delta: quantity }] }
    await this.#do('stock.move', input, { kind: 'stock', lines: [{ good: id, quantity }] }, undefined, true)
  }

  async #edit({ id }: GoodView): Promise<void> {
    const set = this.#chance.pick<Readonly<Record<string, string | number>>>([
      { price: this.#chance.int(1, 5_000) }, { name: `改名${this.#chance.int(1, 999_999)}` }, { origin: `产地${this.#chance.int(1, 99)}`, price: this.#chance.int(1, 5_000) },
    ])
    await this.#do('goods.put', { key: this.#id(), good: id, set }, { kind: 'edit', of: id, set }, undefined, true)
  }

  async #renameShop(): Promise<void> {
    await this.#do('shop.put', { key: this.#id(), set: { footer: `谢谢${this.#chance.int(1, 999)}` } }, { kind: 'fact' }, undefined, true)
  }

  async #signOutAndIn(): Promise<void> {
    await this.#do('staff.signOut', { key: this.#id() }, { kind: 'fact' })
    await this.insist()
    await this.#signIn()
  }

  /** Where nobody is signed in: a full disk, a crash or an older copy came between. */
  async #signIn(): Promise<void> {
    if (!this.machine.isRunning || this.machine.store.signedIn() !== null) return
    await this.#do('staff.signIn', { key: this.#id(), no: this.no, pin: PIN }, { kind: 'fact' })
  }

  async #reprint(): Promise<void> {
    const answer = await this.machine.call('sale.list', { limit: 5 })
    if (!('result' in answer) || answer.result.sales.length === 0) return
    await this.machine.call('sale.reprint', { key: this.#id(), sale: this.#chance.pick(answer.result.sales).sale })
  }

  async #import(): Promise<void> {
    const n = this.#chance.int(1, 9_999)
    const text = `商品名称,条码,售价\n进货甲${n},20${n}1,1.50\n进货乙${n},20${n}2,x\n进货丙${n},20${n}3,2.80\n`
    for (const name of ['进货甲', '进货丙']) this.#auditor.gave(ANY_GOOD, 'name', `${name}${n}`)
    for (const price of [150, 280]) this.#auditor.gave(ANY_GOOD, 'price', price)
    for (const code of [`20${n}1`, `20${n}3`]) this.#auditor.gave(ANY_GOOD, 'code', code)
    this.#auditor.gave(ANY_GOOD, 'origin', '')
    await this.machine.call('goods.import', { key: this.#id(), name: 'goods.csv', data: Buffer.from(text).toString('base64') })
  }

  async #syncNow(): Promise<void> {
    await this.machine.call('sync.now', {})
  }
}

/** What a line comes to, in fen, as its screen has it. */
const amountOf = ({ list, quantity, label }: Ticket['lines'][number]): number => label?.amount ?? list * quantity / 1000
