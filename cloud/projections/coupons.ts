/** Coupons in the cloud: whose use came first, and who used one that was used already; what the owner is shown of it. */
import { sql } from 'kysely'
import type { Id } from '#shared/identity/ids.ts'
import { sumOffs } from '#shared/pricing/offs.ts'
import type { Coupon, CouponUse } from '#shared/sales/coupon.ts'
import type { Sale } from '#shared/sales/events.ts'
import { inShop, type Database } from '#cloud/storage/database.ts'
import type { PurseDesk } from './purses.ts'

/** Who used it first, by arrival, had it; every later use is flagged and told, for its till to book as a loss. A birthday is noted by its year. */
export function foldOffs(desk: PurseDesk & { readonly till: string; readonly at: number }, { sale, lines, member, date }: Sale): void {
  for (const { why, coupon: ref, fen } of sumOffs(lines)) {
    if (why === 'birthday' && member) desk.tell('purse', member.member, { birthday: Number(date.slice(0, 4)) })
    if (why !== 'coupon' || ref === undefined) continue
    const coupon: Coupon = desk.document('coupon', ref) ?? {}
    const use: CouponUse = { device: desk.device, till: desk.till, sale, fen, at: desk.at }
    if (!coupon.used) desk.tell('coupon', ref, { used: use })
    else {
      desk.flag('coupon.used_twice', `${ref} was used at till ${coupon.used.till} before`)
      desk.tell('coupon', ref, { again: [...coupon.again ?? [], use] })
    }
  }
}

/** The ids that a sale's offs and an issued coupon name, whatever they are. */
export function couponsNamed({ type, body }: { type: string; body: Record<string, unknown> }): unknown[] {
  if (type === 'coupon.issued') return [body['coupon']]
  if (type !== 'sale.completed') return []
  return listOf(body['lines']).flatMap((line) => listOf(line?.['offs']).flatMap((off) => off?.['coupon'] ?? []))
}

/** What a text that nobody has judged yet has for a list: of anything. */
const listOf = (value: unknown): (Record<string, unknown> | null | undefined)[] => (Array.isArray(value) ? value as (Record<string, unknown> | null)[] : [])

export interface TwiceView { readonly name: string; readonly used: CouponUse; readonly again: readonly CouponUse[] }

/** Coupons that were used more than once, the latest first. */
export function listUsedTwice(db: Database, shop: Id, limit: number): Promise<TwiceView[]> {
  return inShop(db, shop, async (trx) => {
    const { rows } = await sql<{ doc: Coupon }>`select doc from reference where shop_id = ${shop} and kind = 'coupon' and doc -> 'again' is not null order by rev desc limit ${limit}`.execute(trx)
    return rows.flatMap(({ doc: { terms, used, again } }) => (used && again ? [{ name: terms?.name ?? '', used, again }] : []))
  })
}
