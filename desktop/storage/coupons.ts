/** Coupons at this till: as the journal and the cloud tell of them, with what was used here. Raises an alert where one was used twice. */
import type { Database } from 'better-sqlite3'
import type { CouponAt } from '#shared/host/store.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { PurseDoc } from '#shared/members/lease.ts'
import { type Coupon, type CouponUse, usesOf } from '#shared/sales/coupon.ts'
import type { Alerts } from './alerts.ts'

/** `backHere`: sales of this till, with spaces between, that used it and came back. */
interface Row { id: string; doc: string; usedHere: number; backHere: string | null }
const COUPON = `SELECT id, doc, EXISTS (SELECT 1 FROM coupon_use u WHERE u.coupon = d.id AND u.back = 0) AS usedHere,
  (SELECT group_concat(u.sale, ' ') FROM coupon_use u WHERE u.coupon = d.id AND u.back = 1) AS backHere FROM document d WHERE kind = 'coupon'`

export class Coupons {
  readonly #one
  readonly #byCode
  readonly #byMember
  readonly #twice
  readonly #lost
  readonly #birthday
  readonly #alerts
  readonly #device

  constructor(db: Database, alerts: Alerts, device: () => Id) {
    this.#alerts = alerts
    this.#device = device
    this.#one = db.prepare<[string], Row>(`${COUPON} AND id = ?`)
    this.#byCode = db.prepare<[string], Row>(`${COUPON} AND doc ->> '$.terms.code' = ? ORDER BY id`)
    this.#byMember = db.prepare<[string], Row>(`${COUPON} AND doc ->> '$.terms.member' = ? ORDER BY doc ->> '$.terms.until', id`)
    this.#twice = db.prepare<[], Row>(`${COUPON} AND doc ->> '$.again' IS NOT NULL`)
    this.#lost = db.prepare<[string, string], { lost: number }>('SELECT lost FROM coupon_use WHERE coupon = ? AND sale = ?')
    this.#birthday = db.prepare<[string, number], object>('SELECT 1 FROM birthday_use WHERE member = ? AND year = ?')
  }

  get(id: Id): CouponAt | undefined {
    return this.#one.all(id).flatMap(toCoupon)[0]
  }
  /** Of several with one code, one that is not used yet. */
  byCode(code: string): CouponAt | undefined {
    const found = this.#byCode.all(code).flatMap(toCoupon)
    return found.find(({ isUsed }) => !isUsed) ?? found[0]
  }
  ofMember(member: Id): CouponAt[] {
    return this.#byMember.all(member).flatMap(toCoupon)
  }

  /** Whether the member had their birthday price in this year, here or as the cloud tells. */
  hadBirthday(member: Id, year: number, doc: PurseDoc): boolean {
    return doc.birthday === year || this.#birthday.get(member, year) !== undefined
  }

  /** Says so where one was used here and elsewhere. */
  hear(id: Id, coupon: Coupon): void {
    const { terms } = coupon
    const uses = usesOf(coupon)
    const own = uses.find(({ device }) => device === this.#device())
    if (uses.length < 2 || !own) return
    this.#alerts.raise(`coupon ${id}`, own.at, { kind: 'coupon.used_twice', name: terms?.name ?? '', tills: uses.map(({ till }) => till), fen: own.fen, counts: own === uses[0] })
  }

  /** Uses of this till that did not count and are not booked. */
  unbooked(): { coupon: Id; use: CouponUse }[] {
    return this.#twice.all().flatMap((row) => usesOf(read(row)).slice(1)
      .filter(({ device, sale }) => device === this.#device() && this.#lost.get(row.id, sale)?.lost === 0).map((use) => ({ coupon: row.id, use })))
  }
}

function toCoupon(row: Row): CouponAt[] {
  const coupon = read(row)
  return coupon.terms ? [{ coupon: row.id, terms: coupon.terms, isUsed: row.usedHere === 1 || usesOf(coupon).length > 0 }] : []
}

/** With what came back here, of which the cloud may not know yet. */
function read({ doc, backHere }: Row): Coupon {
  const coupon = JSON.parse(doc) as Coupon
  return { ...coupon, back: [...coupon.back ?? [], ...backHere?.split(' ') ?? []] }
}
