/** Coupons in the cloud: whose use came first, and who used one that was used already; what the owner is shown of it. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import type { PurseDoc } from '#shared/members/lease.ts'
import { type Coupon, type CouponUse, usesOf } from '#shared/sales/coupon.ts'
import type { Sale } from '#shared/sales/events.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import type { PurseDesk } from './purses.ts'

/** Who used it first, by arrival, had it; every later use is flagged and told, for its till to book as a loss. Of a birthday price, all are noted by the year. */
export function foldOffs(desk: PurseDesk & { readonly till: string; readonly at: number }, { sale, lines, member, date }: Sale): void {
  for (const { why, coupon: ref, fen } of sumOffs(lines)) {
    const use: CouponUse = { device: desk.device, till: desk.till, sale, fen, at: desk.at }
    if (why === 'birthday' && member) foldBirthday(desk, member.member, date.slice(0, 4), use)
    if (why !== 'coupon' || ref === undefined) continue
    const coupon: Coupon = desk.document('coupon', ref) ?? {}
    const [before] = usesOf(coupon)
    if (!before) desk.tell('coupon', ref, { used: use })
    else {
      desk.flag('coupon.used_twice', `${ref} was used at till ${before.till} before`)
      desk.tell('coupon', ref, { again: [...coupon.again ?? [], use] })
    }
  }
}

/** All of a sale came back: its use of coupons is undone. */
export function foldCouponsBack(desk: PurseDesk, sale: Id, coupons: readonly Id[]): void {
  for (const ref of coupons) {
    const coupon: Coupon = desk.document('coupon', ref) ?? {}
    if (usesOf(coupon).some((use) => use.sale === sale)) desk.tell('coupon', ref, { back: [...coupon.back ?? [], sale] })
  }
}

function foldBirthday(desk: PurseDesk, member: Id, year: string, use: CouponUse): void {
  const { birthday = 0, birthdays = {} }: PurseDoc = desk.document('purse', member) ?? {}
  const before = birthdays[year] ?? []
  if (before[0]) desk.flag('birthday.used_twice', `${member} had the price of ${year} at till ${before[0].till} before`)
  desk.tell('purse', member, { birthday: Math.max(birthday, Number(year)), birthdays: { ...birthdays, [year]: [...before, use] } })
}

/** The ids that a sale's offs, a refund and an issued coupon name, whatever they are. */
export function couponsNamed({ type, body }: { type: string; body: Record<string, unknown> }): unknown[] {
  if (type === 'coupon.issued') return [body['coupon']]
  if (type === 'sale.refunded') return Array.isArray(body['coupons']) ? body['coupons'] as unknown[] : []
  if (type !== 'sale.completed') return []
  return listOf(body['lines']).flatMap((line) => listOf(line?.['offs']).flatMap((off) => off?.['coupon'] ?? []))
}

/** What a text that nobody has judged yet has for a list: of anything. */
const listOf = (value: unknown): (Record<string, unknown> | null | undefined)[] => (Array.isArray(value) ? value as (Record<string, unknown> | null)[] : [])

export interface TwiceView { readonly name: string; readonly used: CouponUse; readonly again: readonly CouponUse[] }

/** Birthday prices that a member had more than once in a year, the latest first. */
export function listBirthdaysTwice(db: Database, shop: Id, limit: number): Promise<TwiceView[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<{ doc: PurseDoc }>`select doc from reference where shop_id = ${shop} and kind = 'purse' and jsonb_path_exists(doc, '$.birthdays.*[1]') order by rev desc limit ${limit}`.execute(trx)
    return rows.flatMap(({ doc: { birthdays = {} } }) => Object.entries(birthdays).flatMap(([name, [used, ...again]]) => (used && again.length > 0 ? [{ name, used, again }] : [])))
  })
}

/** Coupons that were used more than once, what came back aside, the latest first. */
export function listUsedTwice(db: Database, shop: Id, limit: number): Promise<TwiceView[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<{ doc: Coupon }>`select doc from reference where shop_id = ${shop} and kind = 'coupon' and doc -> 'again' is not null order by rev desc limit ${limit}`.execute(trx)
    return rows.flatMap(({ doc }) => {
      const [used, ...again] = usesOf(doc)
      return used && again.length > 0 ? [{ name: doc.terms?.name ?? '', used, again }] : []
    })
  })
}

export interface OverView { readonly member: Id; readonly till: string; readonly at: number; readonly balance: number; readonly limit: number }

/** Members whose stored value went beyond the limit, since tills that could not hear one another each took some; fen. The latest first. */
export function listOverLimit(db: Database, shop: Id, limit: number): Promise<OverView[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<{ id: Id; doc: PurseDoc }>`select id, doc from reference where shop_id = ${shop} and kind = 'purse' and doc -> 'over' is not null order by rev desc limit ${limit}`.execute(trx)
    return rows.flatMap(({ id: member, doc: { over } }) => (over ? [{ member, ...over }] : []))
  })
}
