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
import { sumOffs } from '#shared/pricing/offs.ts'
import { amountOfLine, goodsTotal, type PricingRules, priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import type { Auditor, Deed, Effect, Paid } from './auditor.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'
import { BUGS, type Hands } from './hands.ts'
import { MemberHand } from './member-hand.ts'
import { OfficeHand } from './office-hand.ts'
import { StockRoomHand } from './stock-room.ts'
import { TraceHand } from './trace-room.ts'

const PIN = '1234'
/** What the shops' scales print: the item, and what it costs. */
const SCALE = { name: '秤', ...SCALE_PRESETS.price13, parts: [...SCALE_PRESETS.price13.parts] }

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
  readonly #room
  readonly #trace
  readonly #members
  readonly #office
  /** A scale was set up, and the till said so. */
  #hasScale = false

  constructor(machine: Machine, auditor: Auditor, chance: Chance, no: string, askForCode: () => Promise<string>) {
    this.machine = machine
    this.#auditor = auditor
    this.#chance = chance
    this.no = no
    this.#askForCode = askForCode
    const hands: Hands = { machine, chance, id: () => this.#id(), act: (name, input, effect, heard, mayGiveUp) => this.#do(name, input, effect, heard, mayGiveUp) }
    this.#room = new StockRoomHand(hands)
    this.#trace = new TraceHand(hands)
    this.#members = new MemberHand(hands, auditor)
    this.#office = new OfficeHand(hands, auditor)
  }

  /** Somebody who has just come to this till, and goes by what it shows. */
  async takeOver(): Promise<void> {
    this.#pending = undefined
    this.#hasShift = false
    this.#room.forget()
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
  async #do<Name extends CallName>(name: Name, input: CallInput<Name> & { key: Id }, effect: Effect, heard: (result: CallResult<Name>) => void = () => {}, mayGiveUp = false, also?: { key: Id; effect: Effect }): Promise<void> {
    const deeds = [{ key: input.key, effect }, ...also ? [also] : []].map((each) => this.#auditor.ask(each.key, this.machine.name, each.effect))
    const answer = await this.machine.call(name, input)
    if ('result' in answer) {
      heard(answer.result)
      for (const deed of deeds) this.#auditor.done(deed)
      return
    }
    if ('refused' in answer) {
      if (BUGS.has(answer.refused.code)) throw new Error(`${this.machine.name}: ${name} answered ${answer.refused.code} ${JSON.stringify(answer.refused.detail ?? {})} ${this.machine.errors.join('; ')}`)
      for (const deed of deeds) this.#auditor.refused(deed)
      return
    }
    this.#pending = {
      say: async () => (mayGiveUp && this.#chance.odds(0.2) ? deeds.forEach((deed) => this.#lookUp(deed)) : this.#do(name, input, effect, heard, mayGiveUp, also)),
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
      [1, () => this.#signOutAndIn()], [1, () => this.#reprint()], [1, () => this.#office.import()], [1, () => this.#office.history()], [1, () => this.#syncNow()],
      [1, () => this.#renameShop()], [2, () => this.#members.join()], [2, () => this.#members.topUp()], [1, () => this.#members.issue()], [1, () => this.#members.fetch()], [1, () => this.#moveCash()], [2, () => this.#promote(goods)], [4, () => this.#refund(goods)], [1, () => this.#refundElsewhere(goods)], [2, () => this.#hold(goods)], [2, () => this.#take(goods)],
      [3, () => this.#room.receive(goods)], [1, () => this.#room.order(goods)], [1, () => this.#room.waste(goods)], [1, () => this.#room.transfer(goods)], [4, () => this.#room.count(goods)], [1, () => this.#weigh()], [5, () => this.#trace.act(goods)],
      [1, () => this.#office.readReport()],
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
    const rules = await this.#rules()
    if (!rules) return
    const ticket: Ticket = {
      ...rung, ...this.#chance.odds(0.1) && { off: { kind: 'percent' as const, percent: this.#chance.int(1, 20) } }, ...this.#chance.odds(0.1) && { round: this.#chance.pick(['none', 'jiao', 'yuan'] as const) }, lines: rung.lines.map((line) => {
        const amount = amountOfLine(line, line.list)
        const off = this.#chance.odds(0.2) ? Math.min(Math.abs(amount), this.#chance.int(0, 100)) : 0
        return { ...line, discount: fen(off === 0 ? 0 : Math.sign(amount) * off) }
      }),
    }
    const member = await this.#members.customer()
    const bought = { ...ticket, ...(member && { member: member.member }) }
    const coupon = await this.#members.coupon(goodsTotal(priceTicket(bought.lines, bought, rules)))
    const priced = priceTicket(bought.lines, bought, { ...rules, gifts: { birthday: 0, coupon } })
    const { gross, discount, total } = priced
    const promotions = sumOffs(priced.lines).flatMap((off) => (off.promotion === undefined ? [] : [{ promotion: off.promotion, fen: off.fen }]))
    const paid = member ? this.#members.payment(member, total) : undefined
    const rest = total - (paid?.value ?? 0) - (paid?.points ?? 0)
    const code = rest > 0 && this.#chance.odds(0.2) ? this.#chance.int(1, rest) : 0
    const input = {
      key: ticket.id, ticket: { ...bought, ...(coupon && { coupon: coupon.coupon }) }, total, given: Math.max(0, total) + this.#chance.int(0, 100), value: paid?.value ?? 0, points: paid?.points ?? 0, ...code > 0 && { code: { via: '微信', fen: code } },
      ...this.#chance.odds(0.8) && { priced: { at: rules.at, promotions } },
    }
    const lines = ticket.lines.map(({ good, quantity }) => ({ good, quantity }))
    await this.#do('sale.complete', input, { kind: 'sale', lines, gross, discount, total, code, ...(paid && { paid }) }, (sale) => {
      if (sale.total !== total) throw new Error(`${this.machine.name}: sale ${sale.no} says ${sale.total}, not ${total}`)
    }, true)
  }

  /** What this till's screen prices by; undefined where it does not answer. */
  async #rules(): Promise<PricingRules | undefined> {
    const [listed, snapshot] = [await this.machine.call('promotion.list', {}), await this.machine.call('till.snapshot', {})]
    if (!('result' in listed) || !('result' in snapshot)) return undefined
    const { zone, rounding, handLimit } = snapshot.result.shop
    return { promotions: listed.result.promotions, at: this.machine.now(), zone, rounding, handLimit }
  }

  /** A new promotion, or another go at one that is there. */
  async #promote(goods: readonly GoodView[]): Promise<void> {
    const answer = await this.machine.call('promotion.list', {})
    if (!('result' in answer)) return
    const chance = this.#chance
    const rule = chance.pick([
      { kind: 'percent', percent: chance.int(1, 50) }, { kind: 'amount', fen: chance.int(1, 200) }, { kind: 'price', price: chance.int(0, 5_000) }, { kind: 'n_for_m', n: 3, m: chance.int(1, 2) },
      { kind: 'nth', n: chance.int(2, 3), percent: chance.int(0, 90) }, { kind: 'spend', over: 2_000, off: chance.int(1, 2_000), repeat: chance.odds(0.5) },
    ] as const)
    const when = { on: chance.odds(0.7), start: chance.pick([0, 0, 8 * 60, 20 * 60]), end: chance.pick([1440, 1440, 12 * 60]) }
    const how = { priority: chance.int(0, 3), stacks: chance.odds(0.5), group: chance.pick(['', '', '甲']), goods: chance.odds(0.5) ? [] : [chance.pick(goods).id] }
    const before = answer.result.promotions.length >= 6 || chance.odds(0.4) ? answer.result.promotions : []
    const promotion = before.length > 0 ? chance.pick(before).id : this.#id()
    const set = before.length > 0 ? chance.pick<CallInput<'promotion.put'>['set']>([{ rule }, when, how]) : { name: `活动${chance.int(1, 999_999)}`, rule, ...when, ...how }
    await this.#do('promotion.put', { key: this.#id(), promotion, set }, { kind: 'edit', of: promotion, set }, undefined, true)
  }

  /** Some of a sale of this till comes back; now and then other goods are taken for it. */
  async #refund(goods: readonly GoodView[]): Promise<void> {
    const listed = await this.machine.call('sale.find', { limit: 8 })
    if (!('result' in listed) || listed.result.sales.length === 0) return
    const quoted = await this.machine.call('sale.refundable', { sale: this.#chance.pick(listed.result.sales).sale })
    if (!('result' in quoted)) return
    const { sale, lines: backs } = quoted.result
    const lines = sale.lines.flatMap((line, index) => {
      const before = backs[index]!
      const left = line.quantity - before.quantity
      if (line.quantity <= 0 || left <= 0 || this.#chance.odds(0.3)) return []
      const quantity = this.#chance.int(1, left / 1000) * 1000
      // By hand: what so many are worth in all, less what was paid back.
      const amount = Math.round(line.net * (before.quantity + quantity) / line.quantity) - before.amount
      return [{ line: index, good: line.good, quantity, amount, stock: this.#chance.odds(0.7) ? 'back' as const : 'wasted' as const }]
    })
    if (lines.length === 0) return
    const total = lines.reduce((sum, { amount }) => sum + amount, 0)
    const byCode = this.#chance.odds(0.5) ? Math.min(total, quoted.result.ways.find(({ channel }) => channel === 'static_code')?.left ?? 0) : 0
    const paid = paidBack(quoted.result, total, byCode)
    const rules = await this.#rules()
    // What was paid with stored value or points is given back to the member; of the new ticket, which is nobody's, cash pays what cash came back.
    const cash = total - (paid?.value ?? 0) - (paid?.points ?? 0)
    const ticket = rules && byCode === 0 && this.#chance.odds(0.25) ? this.#newTicket(goods) : undefined
    const { gross, discount, total: due } = priceTicket(ticket?.lines ?? [], {}, rules)
    const input = {
      key: this.#id(), sale: sale.sale, lines, total, reason: this.#chance.pick(['no_reason', 'quality', 'wrong', 'other'] as const),
      ...byCode > 0 && { channel: 'static_code' },
      ...ticket && { exchange: { ticket, total: due, given: Math.max(0, due - cash) } },
    }
    const effect = { kind: 'refund' as const, sale: sale.sale, lines: lines.filter(({ stock }) => stock === 'back').map(({ good, quantity }) => ({ good, quantity })), total, code: byCode, ...(paid && { paid }) }
    const also = ticket && { key: ticket.id, effect: { kind: 'sale' as const, lines: ticket.lines.map(({ good, quantity }) => ({ good, quantity })), gross, discount, total: due } }
    await this.#do('sale.refund', input, effect, (view) => {
      if (view.total !== total || (view.exchange?.total ?? 0) !== due) throw new Error(`${this.machine.name}: refund ${view.no} says ${view.total}, not ${total}`)
    }, true, also)
  }

  #newTicket(goods: readonly GoodView[]): Ticket {
    return addGood(emptyTicket(this.#id(), this.machine.now()), this.#id(), this.#chance.pick(goods), milli(this.#chance.int(1, 3) * 1000))
  }

  /** A receipt of whichever till comes along with goods that are on no line here. */
  async #refundElsewhere(goods: readonly GoodView[]): Promise<void> {
    const others = this.#auditor.sales().filter(({ till, effect }) => till !== this.machine.name && effect.total > 0)
    const sale = others.length === 0 || this.#chance.odds(0.2) ? null : this.#chance.pick(others).key
    const good = this.#chance.pick(goods)
    const quantity = this.#chance.int(1, 2) * 1000
    const total = good.price * quantity / 1000
    const input = {
      key: this.#id(), sale: null, receipt: sale === null ? null : { sale, no: null, till: null }, reason: 'other' as const, total,
      lines: [{ line: null, good: good.id, quantity, amount: total, stock: 'back' as const }],
    }
    await this.#do('sale.refund', input, { kind: 'refund', sale, lines: [{ good: good.id, quantity }], total }, undefined, true)
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

  async #moveStock({ id }: GoodView): Promise<void> {
    const quantity = this.#chance.pick([-3, -1, 1, 10, 24]) * 1000
    const input = { key: this.#id(), reason: quantity > 0 ? 'received' as const : 'wasted' as const, lines: [{ good: id, delta: quantity }] }
    await this.#do('stock.move', input, { kind: 'stock', lines: [{ good: id, quantity }] }, undefined, true)
  }

  async #moveCash(): Promise<void> {
    const [way, reason] = this.#chance.pick([['in', 'change'], ['out', 'supplier'], ['out', 'deposit']] as const)
    const amount = this.#chance.int(1, 20_000)
    await this.#do('cash.move', { key: this.#id(), way, amount, reason, note: '' }, { kind: 'cash moved', amount: way === 'out' ? -amount : amount, reason }, undefined, true)
  }

  async #edit({ id }: GoodView): Promise<void> {
    const set = this.#chance.pick<Readonly<Record<string, string | number>>>([
      { price: this.#chance.int(1, 5_000) }, { name: `改名${this.#chance.int(1, 999_999)}` }, { origin: `产地${this.#chance.int(1, 99)}`, price: this.#chance.int(1, 5_000) },
    ])
    await this.#do('goods.put', { key: this.#id(), good: id, set }, { kind: 'edit', of: id, set }, undefined, true)
  }

  async #renameShop(): Promise<void> {
    await this.#do('shop.put', { key: this.#id(), set: this.#chance.odds(0.5) ? { rounding: this.#chance.pick(['none', 'jiao', 'yuan'] as const) } : { footer: `谢谢${this.#chance.int(1, 999)}` } }, { kind: 'fact' }, undefined, true)
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

  /** Puts something on the scale and asks for its weight: given at rest and as it was seen, and refused otherwise. */
  async #weigh(): Promise<void> {
    const { machine } = this
    const port = '/dev/ttyUSB0'
    const listed = await machine.call('scale.list', {})
    if (!('result' in listed)) return
    const scale = listed.result.scales[0]
    if (!scale) {
      if (this.#hasScale && !machine.isTainted) throw new Error(`${machine.name}: forgot its scale`)
      const settings = { id: this.#id(), name: '收银秤', port, baud: 9600 as const, bits: '8n1' as const, protocol: 'os2' as const }
      this.#hasScale = 'result' in await machine.call('scale.put', { key: this.#id(), scale: settings })
      return
    }
    const state = this.#chance.pick(['stable', 'stable', 'unstable', 'overload', 'away'] as const)
    const grams = this.#chance.int(-5, 3_000)
    const seen = this.#chance.odds(0.8) ? grams : grams + 5
    machine.devices.show(port, { state, grams: milli(grams) })
    const answer = await machine.call('scale.take', { scale: scale.id, grams: seen })
    const isRight = state === 'stable' && grams > 0 && seen === grams
    if ('result' in answer ? !isRight || answer.result.grams !== grams : 'refused' in answer && isRight) throw new Error(`${machine.name}: ${state} at ${grams} g, seen as ${seen}: ${JSON.stringify(answer)}`)
  }

  async #syncNow(): Promise<void> {
    await this.machine.call('sync.now', {})
  }
}

/** By hand: what of `total` goes back to the member who paid with it, behind what goes back by the shop's code, or behind cash where there was cash; and the points that the sale earned for it. */
function paidBack({ sale, lines, ways }: CallResult<'sale.refundable'>, total: number, byCode: number): Paid | undefined {
  if (!sale.member) return undefined
  const left = (channel: string): number => ways.find((way) => way.channel === channel)?.left ?? 0
  const isMixed = left('stored_value') > 0 || left('points') > 0
  const rest = isMixed ? total - (byCode > 0 ? byCode : Math.min(total, left('cash'))) : 0
  const value = Math.min(rest, left('stored_value'))
  const points = Math.min(rest - value, left('points'))
  const before = lines.reduce((sum, { amount }) => sum + amount, 0)
  const due = (upTo: number): number => Math.floor(Math.max(0, sale.member!.earned) * Math.min(upTo, sale.total) / sale.total)
  return { value, points, earned: due(before + total) - due(before) }
}
