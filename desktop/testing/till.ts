/** A whole till for tests: put together as in the product, on a folder of its own, with time in the test's hand. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Till, type TillWorld, composeTill } from '#desktop/loopback/compose.ts'
import type { Ticket } from '#shared/cart/ticket.ts'
import { CALLS, type CallInput, type CallName, type CallResult } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView, SaleView } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { fakeDevices } from '#shared/testing/devices.ts'
import { type ManualClock, MORNING, manualClock } from '#shared/testing/clock-and-ids.ts'
import { thousandthsPer } from '#shared/quantity/quantity.ts'

type Unkeyed<Name extends CallName> = Omit<CallInput<Name>, 'key'> & { key?: string }
type Code = 'host.failed' | (string & {})
export interface LineWish { readonly good: Omit<GoodView, 'price'> & { readonly price: number }; readonly quantity?: number; readonly price?: number; readonly discount?: number }

export const OWNER_PIN = '1234'
export const CASHIER_PIN = '0000'

export interface TestTill extends Till {
  readonly folder: string
  readonly clock: ManualClock
  /** Every event a screen would have got, in order. */
  readonly events: { seq: number; name: string; payload: unknown }[]
  /** What the log said at level error or warn. */
  readonly logged: string[]
  /** A write without a key gets one. */
  run<Name extends CallName>(name: Name, input: Unkeyed<Name>): Promise<CallResult<Name>>
  /** The code of the refusal; throws when there was none. */
  refusal<Name extends CallName>(name: Name, input: Unkeyed<Name>): Promise<{ code: Code; detail: Record<string, unknown> }>
  setUp(): Promise<Id>
  addStaff(no: string, role: 'owner' | 'manager' | 'cashier', pin?: string): Promise<Id>
  addGood(fields?: Partial<CallInput<'goods.put'>['set']>): Promise<GoodView>
  sell(lines: readonly LineWish[], given?: number): Promise<SaleView>
  /** Closes and opens again, as a restart does. */
  restart(): Promise<TestTill>
}

export function ticketOf(lines: readonly LineWish[], id: Id = randomUUID()): Ticket {
  return {
    id, openedAt: MORNING,
    lines: lines.map(({ good, quantity = 1000, price = good.price, discount = 0 }) => ({
      id: randomUUID(), good: good.id, code: good.code, name: good.name, unit: good.unit, pricing: good.pricing,
      per: thousandthsPer(good.pricing, good.unit), quantity, price, list: good.price, discount,
    })) as Ticket['lines'],
  }
}
export const totalOf = (ticket: Ticket): number => priceTicket(ticket.lines).total

/** `outlives`: not closed with the test, so that it may be opened outside of one. */
export function openTill(options: { folder?: string; clock?: ManualClock; outlives?: boolean; world?: Partial<TillWorld> } = {}): TestTill {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'xiaopu-till-'))
  const clock = options.clock ?? manualClock()
  const logged: string[] = []
  const till = composeTill({
    folder, version: '0.0.0-test', world: { devices: fakeDevices(), backupWork: 14, ...options.world, clock },
    log: (level, code, detail) => { if (level !== 'info') logged.push(`${code} ${JSON.stringify(detail ?? {})}`) },
  })
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await till.close()
  }
  if (!options.folder) onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  if (!options.outlives) onTestFinished(close)
  const events: TestTill['events'] = []
  till.dispatcher.attach((frame) => events.push((JSON.parse(frame) as { event: TestTill['events'][number] }).event))
  let goods = 0

  const test: TestTill = {
    dispatcher: till.dispatcher,
    // A backup that is restored into it brings another.
    get store() { return till.store },
    folder, clock, events, logged, close,
    run(name, input) {
      const key = CALLS[name].kind === 'write' ? { key: randomUUID() } : {}
      return till.dispatcher.run(name, { ...key, ...input })
    },
    async refusal(name, input) {
      try {
        await test.run(name, input)
      } catch (error) {
        if (error instanceof TillError) return { code: error.code, detail: error.detail ?? {} }
        throw error
      }
      throw new Error(`${name} was not refused`)
    },
    async setUp() {
      const { staff } = await test.run('till.setup', { shop: { name: '试验小铺' }, owner: { no: '01', name: '店主' }, pin: OWNER_PIN })
      return staff!.id
    },
    async addStaff(no, role, pin = CASHIER_PIN) {
      return (await test.run('staff.put', { staff: randomUUID(), set: { no, name: `员工${no}`, role }, pin })).id
    },
    addGood(fields = {}) {
      goods += 1
      return test.run('goods.put', { good: randomUUID(), set: { name: `商品${goods}`, code: `20000${goods}`, price: 350, ...fields } })
    },
    sell(lines, given) {
      const ticket = ticketOf(lines)
      const total = totalOf(ticket)
      return test.run('sale.complete', { key: ticket.id, ticket, total, given: given ?? Math.max(0, total) })
    },
    async restart() {
      await close()
      return openTill({ ...options, folder, clock })
    },
  }
  return test
}
