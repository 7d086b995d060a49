/**
 * Whoever stands at a till: sells, takes back, counts, edits, closes the shift, as chance has it. Like the screen, they say
 * a thing again with the same key until they have heard what came of it; now and then they give up instead.
 */
import { addGood, emptyTicket, refreshLine, type Ticket } from '#shared/cart/ticket.ts'
import { SCALE_PRESETS, writeScaleLabel } from '#shared/codes/scale-label.ts'
import type { CallInput, CallName, CallResult } from '#shared/host/contract.ts'
import type { CouponView, GoodView, MemberView } from '#shared/host/schemas.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'
import { fen } from '#shared/money/money.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import { amountOfLine, goodsTotal, type PricingRules, priceTicket } from '#shared/pricing/price.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { ANY_GOOD, type Auditor, type Deed, type Effect, type Paid } from './auditor.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'
import { type Hands, StockRoomHand } from './stock-room.ts'
import { TraceHand } from './trace-room.ts'

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
  readonly #room
  readonly #trace
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
      [1, () => this.#signOutAndIn()], [1, () => this.#reprint()], [1, () => this.#import()], [1, () => this.#history()], [1, () => this.#syncNow()],
      [1, () => this.#renameShop()], [2, () => this.#join()], [2, () => this.#topUp()], [1, () => this.#issue()], [1, () => this.#fetch()], [1, () => this.#moveCash()], [2, () => this.#promote(goods)], [4, () => this.#refund(goods)], [1, () => this.#refundElsewhere(goods)], [2, () => this.#hold(goods)], [2, () => this.#take(goods)],
      [3, () => this.#room.receive(goods)], [1, () => this.#room.order(goods)], [1, () => this.#room.waste(goods)], [1, () => this.#room.transfer(goods)], [4, () => this.#room.count(goods)], [1, () => this.#weigh()], [5, () => this.#trace.act(goods)],
      [1, () => this.#readReport()],
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
    const member = await this.#customer()
    const bought = { ...ticket, ...(member && { member: member.member }) }
    const coupon = await this.#coupon(goodsTotal(priceTicket(bought.lines, bought, rules)))
    const priced = priceTicket(bought.lines, bought, { ...rules, gifts: { birthday: 0, coupon } })
    const { gross, discount, total } = priced
    const promotions = sumOffs(priced.lines).flatMap((off) => (off.promotion === undefined ? [] : [{ promotion: off.promotion, fen: off.fen }]))
    const paid = member ? this.#payment(member, total) : undefined
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

  async #join(): Promise<void> {
    await this.#do('member.join', { key: this.#id(), set: { phone: `138${this.#chance.int(10_000_000, 10_000_009)}`, name: '会员' } }, { kind: 'fact' }, ({ member }) => { this.#auditor.members.push(member) }, true)
  }

  /** Some member that this till has heard of, or nobody. */
  async #customer(): Promise<MemberView | undefined> {
    const { members } = this.#auditor
    if (members.length === 0 || this.#chance.odds(0.4)) return undefined
    const answer = await this.machine.call('member.card', { member: this.#chance.pick(members) })
    return 'result' in answer ? answer.result : undefined
  }

  /** Pays with what this till may spend, now and then; what comes back may go back to where it came from. */
  #payment({ value, points }: MemberView, total: number): Paid {
    const some = (most: number): number => (most > 0 && this.#chance.odds(0.6) ? this.#chance.int(1, most) : 0)
    if (total <= 0) {
      const back = -some(-total)
      return { value: back === 0 ? 0 : back, points: 0, earned: Math.trunc(total / 100) }
    }
    const spent = some(Math.min(points.held, total))
    return { points: spent, value: some(Math.min(value.held, total - spent)), earned: Math.trunc((total - spent) / 100) }
  }

  /** A coupon of one yuan for whoever shows it. */
  async #issue(): Promise<void> {
    const terms = { name: '减一元', code: `C${this.#chance.int(1, 9_999)}`, member: null, off: { fen: 100 }, least: 100, from: '2020-01-01', until: '2099-12-31' }
    await this.#do('coupon.issue', { key: this.#id(), terms }, { kind: 'fact' }, (view) => { this.#auditor.coupons.push(view) }, true)
  }
  /** One that this till does not know to be used: another till may just have taken it. */
  async #coupon(total: number): Promise<CouponView | undefined> {
    const known = this.#auditor.coupons.filter(({ coupon }) => this.machine.isRunning && this.machine.store.coupon(coupon)?.isUsed === false)
    return known.length > 0 && total >= 100 && this.#chance.odds(0.3) ? this.#chance.pick(known) : undefined
  }

  async #topUp(): Promise<void> {
    const member = await this.#customer()
    if (!member || !this.machine.isRunning) return
    const amount = this.#chance.int(1, 200) * 50
    await this.#do('member.topUp', { key: this.#id(), member: member.member, amount }, { kind: 'top up', amount }, undefined, true)
  }

  async #fetch(): Promise<void> {
    const member = await this.#customer()
    if (member && this.machine.isRunning && this.machine.store.pairing()) await this.#do('member.fetch', { key: this.#id(), member: member.member }, { kind: 'fact' })
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

  /** fen that this till's journal, and those before it, say were paid back on these days */
  #paidBackOn({ from, to }: { from: string; to: string }): number {
    const { store } = this.machine
    const all = Number.MAX_SAFE_INTEGER
    return [...store.earlierUpTo(-all, all, all), ...store.rows(0, all)].reduce((sum, { text }) => {
      const { type, body } = JSON.parse(text) as { type: string; body: { date?: string; total: number } }
      return type === 'sale.refunded' && body.date! >= from && body.date! <= to ? sum + body.total : sum
    }, 0)
  }

  /** What the report says of the latest days, the till's sales say too, less what was paid back; then it is printed. */
  async #readReport(): Promise<void> {
    const { machine } = this
    const listed = await machine.call('sale.list', { limit: 1000 })
    if (!('result' in listed) || listed.result.sales.length === 0) return
    const dates = listed.result.sales.map(({ date }) => date).sort()
    const range = { from: dates[0]!, to: dates.at(-1)! }
    const heard = await machine.call('report.sales', range)
    if ('refused' in heard && BUGS.has(heard.refused.code)) throw new Error(`${machine.name}: report.sales answered ${heard.refused.code} ${machine.errors.join('; ')}`)
    if (!('result' in heard)) return
    const { total, goods, goodsTotal } = heard.result
    const net = listed.result.sales.reduce((sum, sale) => sum + sale.total, 0) - this.#paidBackOn(range)
    if (total.sales !== listed.result.sales.length || total.net !== net) throw new Error(`${machine.name}: the report of ${range.from} to ${range.to} says ${total.sales} sales of ${total.net} fen, the till has ${listed.result.sales.length} of ${net}`)
    if (goods.length === goodsTotal && goods.reduce((sum, good) => sum + good.net, 0) !== net) throw new Error(`${machine.name}: the report's goods do not sum to ${net} fen`)
    await machine.call('report.print', { key: this.#id(), ...range })
  }

  async #import(): Promise<void> {
    const n = this.#chance.int(1, 9_999)
    const text = `商品名称,条码,售价\n进货甲${n},20${n}1,1.50\n进货乙${n},20${n}2,x\n进货丙${n},20${n}3,2.80\n`
    for (const name of ['进货甲', '进货丙']) this.#auditor.gave(ANY_GOOD, 'name', `${name}${n}`)
    for (const price of [150, 280]) this.#auditor.gave(ANY_GOOD, 'price', price)
    for (const code of [`20${n}1`, `20${n}3`]) this.#auditor.gave(ANY_GOOD, 'code', code)
    this.#auditor.gave(ANY_GOOD, 'origin', '')
    this.#auditor.gave(ANY_GOOD, 'on', true)
    const key = this.#id()
    await this.machine.call('goods.import', { key, name: 'goods.csv', data: Buffer.from(text).toString('base64') })
    if (this.#chance.int(1, 3) > 1) return
    // A wrong file: taken back at once, and once more where the answer got lost.
    this.#auditor.gave(ANY_GOOD, 'on', false)
    const undo = { key: this.#id(), import: key }
    const first = await this.machine.call('import.undo', undo)
    const again = await this.machine.call('import.undo', undo)
    if ('refused' in again && BUGS.has(again.refused.code)) throw new Error(`${this.machine.name}: import.undo answered ${again.refused.code} ${this.machine.errors.join('; ')}`)
    if ('result' in first && 'result' in again && JSON.stringify(first.result) !== JSON.stringify(again.result)) throw new Error(`${this.machine.name}: an import was undone in two ways`)
  }

  /** Another till's sales: in the reports to the fen once they are in, out of them once they are taken back, whatever broke off in between. */
  async #history(): Promise<void> {
    const { machine } = this
    const day = `2020-0${this.#chance.int(1, 9)}-1${this.#chance.int(0, 9)}`
    const n = this.#chance.int(1, 999_999)
    const rows = Array.from({ length: this.#chance.int(1, 600) }, (_, i) => ({ text: `H${n}-${Math.floor(i / 3)},${day} 10:00,旧货${i % 7},1,${i % 5}.50`, net: (i % 5) * 100 + 50 }))
    const text = `小票号,时间,名称,数量,金额\n${rows.map((row) => row.text).join('\n')}\nH0,哪天,旧货,1,1\n`
    const net = rows.reduce((sum, row) => sum + row.net, 0)
    const netOf = async (): Promise<number | undefined> => {
      const heard = await machine.call('report.sales', { from: day, to: day })
      if ('result' in heard && heard.result.imported.net !== heard.result.total.net) throw new Error(`${machine.name}: of ${heard.result.total.net} fen of history ${heard.result.imported.net} are said to be that`)
      return 'result' in heard ? heard.result.total.net : undefined
    }
    const before = await netOf()
    const file = { key: this.#id(), kind: 'history' as const, name: 'history.csv', data: Buffer.from(text).toString('base64') }
    const answers = [await machine.call('import.bring', file), await machine.call('import.bring', file)]
    for (const answer of answers) if ('refused' in answer && BUGS.has(answer.refused.code)) throw new Error(`${machine.name}: import.bring answered ${answer.refused.code} ${machine.errors.join('; ')}`)
    if (before === undefined || !answers.some((answer) => 'result' in answer)) return
    const after = await netOf()
    if (after !== undefined && after - before !== net) throw new Error(`${machine.name}: history of ${net} fen came in, and reports have ${after - before} more`)
    if (this.#chance.int(1, 3) > 1) return
    const undo = { key: this.#id(), import: file.key }
    const undone = [await machine.call('import.undo', undo), await machine.call('import.undo', undo)]
    const left = undone.some((answer) => 'result' in answer) ? await netOf() : undefined
    if (left !== undefined && left !== before) throw new Error(`${machine.name}: history was taken back, and reports have ${left - before} fen more than before it`)
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
