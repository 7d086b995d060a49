/**
 * Members' purses as the cloud keeps them: what each till moved, gave up and was given. It gives out what nobody holds, in the
 * order in which rows arrive, so that reading them again gives every till the same. Reads and writes nothing itself.
 */
import type { z } from 'zod'
import type { Fields } from '#shared/catalog/hlc.ts'
import type { Id } from '#shared/identity/ids.ts'
import { type Book, type PurseDoc, type Tills, EMPTY_BOOK, balanceOf, eachPurse, heldBy, partOf, settleLeases, withPart } from '#shared/members/lease.ts'
import { type Move, type Purse, type PurseToppedUp, PURSES } from '#shared/payments/purse.ts'
import type { Envelope } from '#shared/ledger/envelope.ts'

type ToppedUp = z.output<typeof PurseToppedUp.body>

/** One row's place at the shop's documents; each is told at most once. */
export interface PurseDesk {
  readonly shop: Id
  readonly device: Id
  document(kind: string, id: Id): Fields | undefined
  tell(kind: string, id: Id, fields: Fields): void
  flag(code: string, reason: string): void
}

/** A till that begins is one of those that share, even if it had been closed. */
export function foldTill(desk: PurseDesk): void {
  if (tillsOf(desk)[desk.device] !== 'open') desk.tell('tills', desk.shop, { [desk.device]: 'open' })
}
/** An edit of the cloud's own: nothing comes from this till any more, and what it held of members' purses is the others'. */
export const closingOf = (shop: Id, device: Id): { kind: string; id: Id; fields: Fields } => ({ kind: 'tills', id: shop, fields: { [device]: 'closed' } })

export function foldMoves(desk: PurseDesk, moves: readonly Move[]): void {
  const books = new Books(desk)
  for (const { member, purse, delta, why } of moves) {
    const before = books.get(member, purse)
    const book = withPart(before, desk.device, { moved: delta })
    // It must have held what it spent: where it did not, its ledger had a twin.
    const isSpent = delta < 0 && (why === 'spent' || why === 'adjusted')
    if (isSpent && heldBy(partOf(book, desk.device)) < 0) desk.flag('purse.overdrawn', `${member} ${purse} ${-delta}`)
    books.set(member, purse, isSpent && book.wanted === desk.device ? { ...book, wanted: null } : book)
  }
  books.settle()
}

/** Each till kept to the limit as far as it knew; together they may have passed it. It is the member's money: told, never undone. */
export function foldTopUp(desk: PurseDesk & { readonly till: string; readonly at: number }, { member, moves, limit }: ToppedUp): void {
  foldMoves(desk, moves)
  const book = (desk.document('purse', member) as PurseDoc | undefined)?.value
  const balance = book === undefined ? 0 : balanceOf(book)
  if (limit === undefined || balance <= limit) return
  desk.flag('purse.over_limit', `${member} has ${balance} fen of ${limit}`)
  desk.tell('purse', member, { over: { till: desk.till, at: desk.at, balance, limit } })
}

export function foldReleased(desk: PurseDesk, parts: readonly { member: Id; purse: Purse; amount: number }[]): void {
  const books = new Books(desk)
  for (const { member, purse, amount } of parts) books.set(member, purse, withPart(books.get(member, purse), desk.device, { released: amount }))
  books.settle()
}

/** It stays until something was spent there: the member may not have paid yet when it comes. */
export function foldWanted(desk: PurseDesk, members: readonly Id[]): void {
  const books = new Books(desk)
  for (const member of members) for (const purse of PURSES) books.set(member, purse, { ...books.get(member, purse), wanted: desk.device })
  books.settle()
}

const tillsOf = (desk: PurseDesk): Tills => (desk.document('tills', desk.shop) ?? {}) as Tills

class Books {
  readonly #desk
  readonly #books = new Map<Id, Record<Purse, Book>>()
  readonly #changed = new Map<Id, Set<Purse>>()

  constructor(desk: PurseDesk) {
    this.#desk = desk
  }

  get(member: Id, purse: Purse): Book {
    return this.#of(member)[purse]
  }
  #of(member: Id): Record<Purse, Book> {
    const known = this.#books.get(member)
    if (known) return known
    const doc: PurseDoc = this.#desk.document('purse', member) ?? {}
    const books = eachPurse((purse) => doc[purse] ?? EMPTY_BOOK)
    this.#books.set(member, books)
    return books
  }
  set(member: Id, purse: Purse, book: Book): void {
    this.#of(member)[purse] = book
    this.#changed.set(member, (this.#changed.get(member) ?? new Set()).add(purse))
  }

  settle(): void {
    const tills = tillsOf(this.#desk)
    const { device } = this.#desk
    // A till's rows from before it was paired come first. One that was closed stays so, whatever it says: open for its own rows and closed for the others', it would send leases to and fro for ever.
    const open = Object.entries({ [device]: 'open', ...tills }).filter(([, state]) => state === 'open').map(([till]) => till)
    if (tills[device] === undefined) foldTill(this.#desk)
    for (const [member, purses] of this.#changed) {
      this.#desk.tell('purse', member, Object.fromEntries([...purses].map((purse) => [purse, settleLeases(this.get(member, purse), open)])))
    }
  }
}

const OF_TILLS = new Set(['device.paired', 'device.renewed', 'purse.topped_up', 'purse.adjusted', 'purse.released', 'purse.wanted'])

/** Whether the shop's tills must be known to read the row, and the members whose purses must be. */
export function pursesNamed({ type, body }: Pick<Envelope, 'type' | 'body'>): { tills: boolean; members: unknown[] } {
  const lists = [body['moves'], body['parts']].map((list) => (Array.isArray(list) ? list.map((each: unknown) => (each as { member?: unknown } | null)?.member) : []))
  const wanted = type === 'purse.wanted' && Array.isArray(body['members']) ? body['members'] as unknown[] : []
  const isPurse = type === 'sale.completed' || type === 'sale.refunded' ? body['moves'] !== undefined || body['member'] !== undefined : OF_TILLS.has(type)
  if (type === 'sale.completed') wanted.push((body['member'] as { member?: unknown } | null | undefined)?.member)
  return isPurse ? { tills: true, members: [...lists.flat(), ...wanted] } : { tills: false, members: [] }
}
