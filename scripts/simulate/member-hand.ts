/** What whoever stands at a till does for members, as chance has it: they join, pay with what they have, top up, and are given coupons. */
import type { CouponView, MemberView } from '#shared/host/schemas.ts'
import type { Auditor, Paid } from './auditor.ts'
import type { Hands } from './hands.ts'

export class MemberHand {
  readonly #hands
  readonly #auditor

  constructor(hands: Hands, auditor: Auditor) {
    this.#hands = hands
    this.#auditor = auditor
  }

  async join(): Promise<void> {
    await this.#hands.act('member.join', { key: this.#hands.id(), set: { phone: `138${this.#hands.chance.int(10_000_000, 10_000_009)}`, name: '会员' } }, { kind: 'fact' }, ({ member }) => { this.#auditor.members.push(member) }, true)
  }

  /** Some member that this till has heard of, or nobody. */
  async customer(): Promise<MemberView | undefined> {
    const { members } = this.#auditor
    if (members.length === 0 || this.#hands.chance.odds(0.4)) return undefined
    const answer = await this.#hands.machine.call('member.card', { member: this.#hands.chance.pick(members) })
    return 'result' in answer ? answer.result : undefined
  }

  /** Pays with what this till may spend, now and then; what comes back may go back to where it came from. */
  payment({ value, points }: MemberView, total: number): Paid {
    const some = (most: number): number => (most > 0 && this.#hands.chance.odds(0.6) ? this.#hands.chance.int(1, most) : 0)
    if (total <= 0) {
      const back = -some(-total)
      return { value: back === 0 ? 0 : back, points: 0, earned: Math.trunc(total / 100) }
    }
    const spent = some(Math.min(points.held, total))
    return { points: spent, value: some(Math.min(value.held, total - spent)), earned: Math.trunc((total - spent) / 100) }
  }

  /** A coupon of one yuan for whoever shows it. */
  async issue(): Promise<void> {
    const terms = { name: '减一元', code: `C${this.#hands.chance.int(1, 9_999)}`, member: null, off: { fen: 100 }, least: 100, from: '2020-01-01', until: '2099-12-31' }
    await this.#hands.act('coupon.issue', { key: this.#hands.id(), terms }, { kind: 'fact' }, (view) => { this.#auditor.coupons.push(view) }, true)
  }
  /** One that this till does not know to be used: another till may just have taken it. */
  async coupon(total: number): Promise<CouponView | undefined> {
    const known = this.#auditor.coupons.filter(({ coupon }) => this.#hands.machine.isRunning && this.#hands.machine.store.coupon(coupon)?.isUsed === false)
    return known.length > 0 && total >= 100 && this.#hands.chance.odds(0.3) ? this.#hands.chance.pick(known) : undefined
  }

  async topUp(): Promise<void> {
    const member = await this.customer()
    if (!member || !this.#hands.machine.isRunning) return
    const amount = this.#hands.chance.int(1, 200) * 50
    await this.#hands.act('member.topUp', { key: this.#hands.id(), member: member.member, amount }, { kind: 'top up', amount }, undefined, true)
  }

  async fetch(): Promise<void> {
    const member = await this.customer()
    if (member && this.#hands.machine.isRunning && this.#hands.machine.store.pairing()) await this.#hands.act('member.fetch', { key: this.#hands.id(), member: member.member }, { kind: 'fact' })
  }
}
