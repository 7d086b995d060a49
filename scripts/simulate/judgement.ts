/**
 * The last question of a simulation: is what the tills and the cloud hold what the auditor expects? Nothing lost, nothing
 * doubled, every sum right, every copy alike, and what is made again from the facts what it was. Gives what is wrong in words.
 */
import type { Id } from '#shared/identity/ids.ts'
import { type Coupon, type CouponUse, usesOf } from '#shared/sales/coupon.ts'
import { type PurseDoc, balanceOf } from '#shared/members/lease.ts'
import { PURSES, type Purse, VALUE_ACCOUNTS } from '#shared/payments/purse.ts'
import type { Books, CloudUnderTest } from '#cloud/testing/books.ts'
import type { Auditor } from './auditor.ts'
import type { Machine } from './machine.ts'

interface Case {
  readonly machines: readonly Machine[]
  readonly auditor: Auditor
  readonly cloud: CloudUnderTest
  readonly shop: Id
}
type Complain = (what: string) => void

export async function findFaults({ machines, auditor, cloud, shop }: Case): Promise<string[]> {
  const faults: string[] = []
  const complain: Complain = (what) => { if (faults.length < 50) faults.push(what) }
  const books = await cloud.books(shop)
  const sent = new Map<Id, number>()
  for (const { text } of books.journal) {
    const { id } = JSON.parse(text) as { id: Id }
    sent.set(id, (sent.get(id) ?? 0) + 1)
  }
  auditor.settle((key) => sent.has(key))
  judgeDeeds(sent, books, auditor, complain)
  for (const machine of machines) {
    // A till that began anew while receipts of its old ledger still waited can't print them: they are marked as failed.
    for (const error of machine.errors) if (!(machine.isTainted && error.includes('sale.not_found'))) complain(error)
    judgeLedger(machine, complain)
    if (!machine.isTainted) judgeOwnDeeds(machine, auditor, complain)
    if (!machine.isTainted) judgePaper(machine, complain)
    judgeCopy(machine, books, machines.some(({ isTainted }) => isTainted), complain)
    judgeDocuments(machine, books, auditor, complain)
  }
  judgeSums(machines, books, auditor, complain)
  judgePurses(machines, books, auditor, complain)
  judgeRefunds(machines, books, auditor, complain)
  judgeLots(machines, books, complain)
  judgeTrace(machines, books, complain)
  const { rev: _before, ...live } = books
  await cloud.rebuild(shop)
  const { rev: _after, ...rebuilt } = await cloud.books(shop)
  for (const name of Object.keys(live) as (keyof typeof live)[]) same(`the cloud's ${name}, made again`, rebuilt[name], live[name], complain)
  return faults
}

function same(what: string, found: unknown, expected: unknown, complain: Complain): void {
  const [one, other] = [canonicalText(found), canonicalText(expected)]
  if (one !== other) complain(`${what}: found ${clip(one)}, expected ${clip(other)}`)
}
const clip = (text: string): string => (text.length > 600 ? `${text.slice(0, 600)}…` : text)

/** Text that is the same for equal values, whatever the order of their keys. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (
    part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part
  )) ?? 'nothing'
}

/** Chain, postings, and every projection as the journal makes it. */
function judgeLedger({ name, store }: Machine, complain: Complain): void {
  for (const fault of store.verify().faults) complain(`${name}: verify: ${JSON.stringify(fault)}`)
  const { unsent } = { unsent: store.head().seq - store.acknowledged() }
  if (unsent !== 0) complain(`${name}: ${unsent} rows are still unsent`)
}

/** What any screen called done has come to the cloud, a sale once, with the total it was called done with; what was refused has not. */
function judgeDeeds(sent: ReadonlyMap<Id, number>, books: Books, auditor: Auditor, complain: Complain): void {
  const sales = new Map<Id, number[]>()
  for (const { sale, total } of books.sales) sales.set(sale, [...sales.get(sale) ?? [], total])
  for (const { key, till, state, effect } of auditor.deeds.values()) {
    if (state === 'done' && !sent.has(key)) complain(`${till}: ${effect.kind} ${key} was called done, and the cloud does not have it`)
    if (state === 'refused' && sent.has(key)) complain(`${till}: ${effect.kind} ${key} was refused, and the cloud has it`)
    if (state === 'asked') complain(`${till}: ${effect.kind} ${key} was never answered`)
    const totals = sales.get(key) ?? []
    if (effect.kind === 'sale' && state === 'done' && (totals.length !== 1 || totals[0] !== effect.total)) complain(`${till}: sale ${key} of ${effect.total} fen is in the cloud as ${totals.join(' and ') || 'nothing'}`)
  }
}

interface SoldText { readonly gross: number; readonly discount: number; readonly net: number; readonly quantity: number; readonly offs?: readonly { readonly why: string; readonly fen: number; readonly promotion?: string; readonly name?: string }[] }
/** Every fen off a line has its reason, and nothing sold is below nothing. */
function judgeOffs({ gross, discount, net, quantity, offs = [] }: SoldText, complain: Complain): void {
  const off = offs.reduce((sum, { fen }) => sum + fen, 0)
  if (off !== discount || gross - discount !== net) complain(`a line of ${gross} less ${discount} is ${net}, and its reasons say ${off}`)
  if (quantity > 0 ? net < 0 : net > 0) complain(`a line of ${quantity} comes to ${net}`)
  for (const { why, promotion, name } of offs) if ((why === 'promotion' || why === 'spend') !== (promotion !== undefined && name !== undefined)) complain(`an off says ${why} and ${name}`)
}

/** What a screen called done is in its till's journal once; what it refused is not; and no sale is there that nobody rang up. */
function judgeOwnDeeds({ name, store }: Machine, auditor: Auditor, complain: Complain): void {
  const seen = new Map<Id, number>()
  for (const { text } of store.rows(0, Number.MAX_SAFE_INTEGER)) {
    const { id, type, body } = JSON.parse(text) as { id: Id; type: string; body: { total?: number; lines?: SoldText[] } }
    seen.set(id, (seen.get(id) ?? 0) + 1)
    if (type === 'sale.refunded' && auditor.deeds.get(id)?.effect.kind !== 'refund') complain(`${name}: refund ${id} is in the journal, and nobody gave anything back`)
    if (type !== 'sale.completed') continue
    for (const line of body.lines ?? []) judgeOffs(line, (what) => complain(`${name}: sale ${id}: ${what}`))
    const deed = auditor.deeds.get(id)
    if (deed?.effect.kind !== 'sale') complain(`${name}: sale ${id} is in the journal, and nobody rang it up`)
    else if (deed.effect.total !== body.total) complain(`${name}: sale ${id} is ${body.total} fen, and ${deed.effect.total} on the screen`)
  }
  for (const deed of auditor.deeds.values()) {
    if (deed.till !== name) continue
    const times = seen.get(deed.key) ?? 0
    if (deed.state === 'done' && times !== 1) complain(`${name}: ${deed.effect.kind} ${deed.key} was called done and is ${times} times in the journal`)
    if (deed.state === 'refused' && times !== 0) complain(`${name}: ${deed.effect.kind} ${deed.key} was refused and is in the journal`)
  }
}

/** A paper that may double an earlier one says so; and no job waits any more. */
function judgePaper({ name, store, printer }: Machine, complain: Complain): void {
  const whole = new Map<string, number>()
  for (const { no, isCopy, isWhole } of printer.papers) if (isWhole && !isCopy) whole.set(no, (whole.get(no) ?? 0) + 1)
  for (const [no, times] of whole) if (times > 1) complain(`${name}: receipt ${no} came out ${times} times without being marked as a copy`)
  for (const { waiting } of store.printStatus()) if (waiting > 0) complain(`${name}: ${waiting} papers still wait`)
}

/**
 * Nobody pays back more than was paid, but for tills that could not hear one another, or a ledger that existed twice: then the
 * cloud has flagged it and told them; and it says so of no other sale.
 */
function judgeRefunds(machines: readonly Machine[], books: Books, auditor: Auditor, complain: Complain): void {
  const told = new Map(books.references.filter(({ kind }) => kind === 'refund').map(({ id, doc }) => [id, doc]))
  const sales = new Map(auditor.sales().map(({ key, till, effect }) => [key, { paid: Math.max(0, effect.total), till }]))
  const beyond = new Set<Id>()
  const isTainted = machines.some((machine) => machine.isTainted)
  for (const [sale, tills] of auditor.paidBack()) {
    const { paid, till } = sales.get(sale) ?? { paid: undefined, till: '' }
    const sum = [...tills.values()].reduce((all, fen) => all + fen, 0)
    const known = (told.get(sale)?.['back'] as { fen: number }[] | undefined ?? []).reduce((all, { fen }) => all + fen, 0)
    if (known !== sum) complain(`sale ${sale}: ${sum} fen were paid back, and the cloud knows of ${known}`)
    if (paid === undefined || sum <= paid) continue
    beyond.add(sale)
    if (tills.size === 1 && tills.has(till) && !isTainted) complain(`sale ${sale}: ${till} alone paid back ${sum} of ${paid} fen`)
  }
  for (const [sale, doc] of told) {
    const over = (doc['over'] as Id[]).length > 0
    if (over !== beyond.has(sale)) complain(`sale ${sale}: the cloud ${over ? 'says' : 'does not say'} that more was paid back than was paid`)
    if (!over) continue
    for (const { name, store } of machines) {
      const concerned = store.event(sale) !== undefined || store.refundsOf(sale).length > 0
      if (concerned && !store.alerts().some(({ id }) => id === `refund ${sale}`)) complain(`${name}: nobody was told that sale ${sale} was paid back beyond what was paid`)
    }
  }
}

/** Two tills that could not hear one another took up one ticket, or took one coupon: the rule is that both do, and both are told. */
const TOLD = new Set(['ticket.taken_twice', 'coupon.used_twice', 'sale.refunded_beyond', 'purse.over_limit', 'birthday.used_twice'])
/** Where a ledger existed twice, an event may come twice: it is stored, flagged, and counted once. */
const REPEATS = new Set(['event.repeated', 'sale.repeated', 'purse.overdrawn'])

/** The cloud holds this till's rows, byte for byte. */
function judgeCopy({ name, store }: Machine, books: Books, isRepeatFair: boolean, complain: Complain): void {
  const { device } = store.identity()
  const rows = books.journal.filter((row) => row.device === device).sort((a, b) => a.seq - b.seq).map(({ seq, text, hash }) => ({ seq, text, hash }))
  const own = store.rows(0, Number.MAX_SAFE_INTEGER).map(({ seq, text, hash }) => ({ seq, text, hash }))
  same(`${name}: the cloud's copy of the journal`, rows, own, complain)
  for (const flag of books.flags) if (flag.device === device && !TOLD.has(flag.code) && !(isRepeatFair && REPEATS.has(flag.code))) complain(`${name}: the cloud flagged row ${flag.seq}: ${flag.code}`)
}

/** Every till has every good as the cloud has it, and each field has a value that somebody gave it. */
function judgeDocuments({ name, store }: Machine, books: Books, auditor: Auditor, complain: Complain): void {
  for (const { kind, id, doc, clocks } of books.references) {
    if (kind === 'member' || kind === 'order') same(`${name}: ${kind} ${id}`, store.document(kind, id), { doc, clocks }, complain)
    if (kind === 'promotion') {
      same(`${name}: promotion ${id}`, store.document('promotion', id), { doc, clocks }, complain)
      for (const [field, value] of Object.entries(doc)) if (!auditor.mayBe(id, field, value)) complain(`promotion ${id} has ${field} ${JSON.stringify(value)}, which nobody gave it`)
    }
    if (kind !== 'good' || doc['name'] === undefined || doc['price'] === undefined) continue
    same(`${name}: good ${id}`, store.document('good', id), { doc, clocks }, complain)
    for (const [field, value] of Object.entries(doc)) if (!auditor.mayBe(id, field, value)) complain(`good ${id} has ${field} ${JSON.stringify(value)}, which nobody gave it`)
  }
}

/** Money by till and account, sales and stock, at the tills and in the cloud, against the auditor's own sums. */
function judgeSums(machines: readonly Machine[], books: Books, auditor: Auditor, complain: Complain): void {
  for (const { name, store, isTainted } of machines) {
    if (isTainted) continue
    const { device: own } = store.identity()
    // A coupon whose use came second is no discount but a loss.
    const accounts = auditor.accounts(name)
    for (const { fen } of secondUses(books).filter((use) => use.device === own)) {
      accounts.set('discounts', (accounts.get('discounts') ?? 0) - fen)
      accounts.set('coupon_loss', (accounts.get('coupon_loss') ?? 0) + fen)
    }
    const expected = nonZero(accounts)
    same(`${name}: balances`, nonZero(store.balances()), expected, complain)
    const { device } = store.identity()
    const inCloud = new Map(books.balances.filter((row) => row.device === device).map(({ account, fen }) => [account, fen]))
    same(`${name}: balances in the cloud`, nonZero(inCloud), expected, complain)
  }
  const sold = (rows: readonly { sale: Id; total: number }[]): unknown => rows.map(({ sale, total }) => `${sale} ${total}`).sort()
  same('sales in the cloud', sold(books.sales), sold(auditor.sales().map(({ key, effect }) => ({ sale: key, total: effect.total }))), complain)
  const stock = new Map<Id, number>()
  for (const { good, quantity } of books.stock) stock.set(good, (stock.get(good) ?? 0) + quantity)
  const expected = nonZero(auditor.stock())
  same('stock in the cloud', nonZero(stock), expected, complain)
  // Whatever a till moved itself and whatever the others did, each shows the shop's stock.
  const held = ({ store }: Machine): Id[] => store.heldTickets().map((each) => each.held).sort()
  for (const machine of machines) {
    const { name, store } = machine
    same(`${name}: tickets set aside`, held(machine), held(machines[0]!), complain)
    same(`${name}: the shop's stock`, nonZero(new Map([...auditor.stock().keys()].map((good) => [good, store.good(good)?.stock ?? 0]))), expected, complain)
  }
  const inAll = (account: string): number => books.balances.filter((row) => row.account === account).reduce((sum, { fen }) => sum + fen, 0)
  same('what all sales came to', { sales: inAll('sales'), discounts: inAll('discounts') + inAll('coupon_loss'), returns: inAll('returns') }, {
    returns: [...auditor.deeds.values()].reduce((sum, { state, effect }) => sum + (state === 'done' && effect.kind === 'refund' ? effect.total : 0), 0),
    sales: -auditor.sales().reduce((sum, { effect }) => sum + effect.gross, 0), discounts: auditor.sales().reduce((sum, { effect }) => sum + effect.discount, 0),
  }, complain)
}

/** No point and no fen of stored value was made or lost; every till knows what there is; and no till could spend what another could. */
function judgePurses(machines: readonly Machine[], books: Books, auditor: Auditor, complain: Complain): void {
  const docs = books.references.filter(({ kind }) => kind === 'purse').map(({ id, doc }) => ({ id, doc: doc as PurseDoc }))
  const inCloud = (purse: Purse): number => docs.reduce((sum, { doc }) => sum + (doc[purse] ? balanceOf(doc[purse]) : 0), 0)
  const found = { value: inCloud('value'), points: inCloud('points') }
  same('what members have', found, auditor.purses(), complain)
  const owed = books.balances.reduce((sum, { account, fen }) => sum + ((VALUE_ACCOUNTS as readonly string[]).includes(account) ? fen : 0), 0)
  same('what the books say members are owed', owed === 0 ? 0 : -owed, found.value, complain)
  const isTwinned = machines.some(({ isTainted }) => isTainted)
  for (const { id, doc } of docs) {
    for (const purse of PURSES) {
      const book = doc[purse]
      if (!book) continue
      const standings = machines.map(({ name, store }) => ({ name, ...store.purses(id)[purse] }))
      for (const { name, balance } of standings) if (balance !== balanceOf(book)) complain(`${name}: member ${id} has ${balance} ${purse}, in the cloud ${balanceOf(book)}`)
      if (isTwinned) continue
      const held = standings.reduce((sum, each) => sum + each.held, 0)
      if (held > balanceOf(book)) complain(`member ${id}: tills may spend ${held} ${purse} of ${balanceOf(book)}`)
      for (const each of standings) if (purse === 'value' && each.held < 0) complain(`${each.name}: member ${id}: ${-each.held} fen more spent than held`)
    }
  }
}

/** Uses of coupons that were used before, each at a till that was told of it: all of which goods are still out, and of what came back those that were booked already. */
function secondUses(books: Books): CouponUse[] {
  const booked = new Set(books.journal.filter(({ text }) => text.includes('"coupon.lost"')).map(({ text }) => JSON.parse(text) as { type: string; body: { sale: Id } }).flatMap(({ type, body }) => (type === 'coupon.lost' ? [body.sale] : [])))
  return books.references.flatMap(({ kind, doc }) => {
    if (kind !== 'coupon') return []
    const due = usesOf(doc as Coupon).slice(1)
    return ((doc as Coupon).again ?? []).filter((use) => due.includes(use) || booked.has(use.sale))
  })
}

/** Without what a ledger that was given up had heard: it may never have been sent, and nobody asks for it any more. */
function ofTills(document: unknown, machines: readonly Machine[]): unknown {
  const devices = new Set(machines.map(({ store }) => store.identity().device))
  const own = (fields: object = {}): object => Object.fromEntries(Object.entries(fields).filter(([field]) => !field.startsWith('heard ') || devices.has(field.slice('heard '.length) as Id)))
  const { doc, clocks } = (document ?? {}) as { doc?: object; clocks?: object }
  return { doc: own(doc), clocks: own(clocks) }
}

/** Lots and recalls are documents that every till has as the cloud has them; what stands and what a till stops is made of them. */
function judgeTrace(machines: readonly Machine[], books: Books, complain: Complain): void {
  for (const { kind, id, doc, clocks } of books.references) {
    if (kind !== 'lot' && kind !== 'recall') continue
    for (const { name, store } of machines) same(`${name}: ${kind} ${id}`, ofTills(store.document(kind, id), machines), ofTills({ doc, clocks }, machines), complain)
  }
  // A lot that nobody described and of which nothing is left is known only where it was moved.
  const stoppedAt = ({ store }: Machine, good: Id): unknown => {
    const stopped = store.trace.stopped(good)
    const left = new Set(store.stock.sums(good).map(({ no, expiry }) => `${expiry} ${no}`))
    return { whole: stopped?.whole ?? false, lots: (stopped?.lots ?? []).map(({ no, expiry }) => `${expiry} ${no}`).filter((lot) => left.has(lot)).sort() }
  }
  const stopped = machines.map((machine) => books.references.flatMap(({ kind, id }) => (kind === 'good' ? [stoppedAt(machine, id)] : [])))
  for (const [i, { name }] of machines.entries()) same(`${name}: what is stopped`, stopped[i], stopped[0], complain)
}

interface SpokenLine { good: Id; quantity?: number; came?: number; lot?: Lot | null; lots?: (Lot & { quantity: number })[] }
interface Lot { no: string; expiry: string }
interface Reissued { good: Id; from: (Lot & { quantity: number })[]; to: (Lot & { quantity: number })[] }
interface Corrected { good: Id; no: string; from: { quantity: number; expiry: string }; to: { quantity: number; expiry: string } }

/** Lots, added up anew from what the rows say: the cloud has them so, and every till of the shop, whoever moved what. */
function judgeLots(machines: readonly Machine[], books: Books, complain: Complain): void {
  const expected = new Map<string, number>()
  const seen = new Set<Id>()
  const add = (good: Id, { no, expiry }: Lot, quantity: number): void => {
    const key = `${good} ${expiry} ${no}`
    expected.set(key, (expected.get(key) ?? 0) + quantity)
  }
  for (const { text } of books.journal) {
    const { id, type, body } = JSON.parse(text) as { id: Id; type: string; body: { lines?: SpokenLine[] } & Partial<Reissued & Corrected> }
    if (seen.has(id) || !(type === 'sale.completed' || type.startsWith('stock.') || type === 'lot.reissued' || type === 'lot.corrected')) continue
    seen.add(id)
    if (type === 'lot.reissued') {
      for (const part of body.from as Reissued['from']) add(body.good!, part, -part.quantity)
      for (const part of body.to as Reissued['to']) add(body.good!, part, part.quantity)
    }
    if (type === 'lot.corrected') {
      const [from, to] = [body.from as Corrected['from'], body.to as Corrected['to']]
      add(body.good!, { no: body.no!, expiry: to.expiry }, to.quantity - from.quantity)
    }
    for (const line of body.lines ?? []) {
      if (line.lot) add(line.good, line.lot, line.came ?? line.quantity ?? 0)
      for (const part of line.lots ?? []) add(line.good, part, -part.quantity)
    }
  }
  const inCloud = new Map<string, number>()
  for (const { good, no, expiry, quantity } of books.lots) inCloud.set(`${good} ${expiry} ${no}`, (inCloud.get(`${good} ${expiry} ${no}`) ?? 0) + quantity)
  same('lots in the cloud', nonZero(inCloud), nonZero(expected), complain)
  const goods = new Set([...expected.keys()].map((key) => key.split(' ')[0]!))
  // A lot whose date was corrected goes by several names, and a till has all of it under one.
  const dated = new Set(books.references.flatMap(({ kind, doc }) => (kind === 'lot' && doc['dated'] === true ? [`${String(doc['good'])} ${String(doc['no'])}`] : [])))
  const byName = (sums: Iterable<readonly [string, number]>): Record<string, number> => {
    const found = new Map<string, number>()
    for (const [key, quantity] of sums) {
      const [good, , no] = key.split(' ')
      const name = dated.has(`${good} ${no}`) ? `${good} ${no}` : key
      found.set(name, (found.get(name) ?? 0) + quantity)
    }
    return nonZero(found)
  }
  for (const { name, store } of machines) {
    const here = [...goods].flatMap((good) => store.stock.sums(good).map(({ no, expiry, quantity }) => [`${good} ${expiry} ${no}`, quantity] as const))
    same(`${name}: the shop's lots`, byName(here), byName(expected), complain)
  }
}

function nonZero(sums: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...sums].filter(([, amount]) => amount !== 0))
}
