/** Every event there is. A change of this list is a decision: `events.test.ts` pins a hash of the schemas. */
import type { z } from 'zod'
import { GoodChanged } from '../catalog/good.ts'
import { PromotionChanged } from '../catalog/promotion.ts'
import { ShopChanged, StaffChanged } from '../catalog/shop.ts'
import type { EventDefinition } from '../identity/event.ts'
import { MemberChanged, MemberJoined, PersonErased, PersonExported, PersonRead } from '../members/member.ts'
import { PurseAdjusted, PurseReleased, PurseToppedUp, PurseWanted } from '../payments/purse.ts'
import {
  CashMoved, DataExported, DeviceBegun, DevicePaired, DeviceRenewed, DrawerOpened, GoodsImported, GoodsImportUndone, RowsImported, SaleCompleted, ShiftClosed, ShiftOpened, StaffApproved, StaffSignedIn, StaffSignedOut, StockMoved,
} from '../sales/events.ts'
import { CouponIssued, CouponLost } from '../sales/coupon.ts'
import { SaleRefunded } from '../sales/refund-events.ts'
import { HistoryImported, HistoryImportUndone, HistorySold } from '../sales/history.ts'
import { TicketHeld, TicketTaken } from '../sales/held.ts'
import {
  StockCountBegun, StockCountScanned, StockCounted, StockOrderClosed, StockOrdered, StockReceived, StockSent, StockTaken, StockWasted,
} from '../stock/events.ts'
import { LotReissued } from '../trace/lineage.ts'
import { LotCorrected } from '../trace/correct.ts'
import { LotCodesPrinted, LotLabelled } from '../trace/item-codes.ts'
import { LotDescribed } from '../trace/lot.ts'
import { LotRecallHeard, LotRecallLifted, LotRecalled } from '../trace/recall.ts'
import type { Envelope } from '../ledger/envelope.ts'

export const EVENTS = [
  DeviceBegun, DevicePaired, DeviceRenewed, StaffChanged, StaffSignedIn, StaffSignedOut, StaffApproved, ShiftOpened, ShiftClosed, CashMoved, DrawerOpened,
  ShopChanged, GoodChanged, PromotionChanged, GoodsImported, GoodsImportUndone, DataExported, RowsImported, StockMoved, SaleCompleted, SaleRefunded,
  HistorySold, HistoryImported, HistoryImportUndone, TicketHeld, TicketTaken,
  StockOrdered, StockOrderClosed, StockReceived, StockWasted, StockSent, StockTaken, StockCountBegun, StockCountScanned, StockCounted,
  MemberJoined, MemberChanged, PersonRead, PersonExported, PersonErased,
  PurseToppedUp, PurseAdjusted, PurseReleased, PurseWanted, CouponIssued, CouponLost,
  LotDescribed, LotCorrected, LotReissued, LotLabelled, LotCodesPrinted, LotRecalled, LotRecallLifted, LotRecallHeard,
] as const

type Read<Definition> = Definition extends EventDefinition<infer Type, infer Body>
  ? { type: Type; v: number; body: z.output<Body> } & Pick<Envelope, 'id' | 'seq' | 'at' | 'actor' | 'shop' | 'device'>
  : never
/** A known event, its body parsed: the union a projection switches over. */
export type DomainEvent = Read<(typeof EVENTS)[number]>

const byName = new Map<string, EventDefinition>(EVENTS.map((event) => [`${event.type}@${event.v}`, event]))

/** Reads an envelope's body by its type and version; an unknown or malformed one gives a reason, to be flagged and kept. */
export function readEvent(envelope: Envelope): { event: DomainEvent } | { fault: { code: 'event.unknown' | 'event.malformed'; reason: string } } {
  const definition = byName.get(`${envelope.type}@${envelope.v}`)
  if (!definition) return { fault: { code: 'event.unknown', reason: `${envelope.type} version ${envelope.v}` } }
  let body: unknown = envelope.body
  if (!definition.isPlain?.(body)) {
    const parsed = definition.body.safeParse(body)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return { fault: { code: 'event.malformed', reason: `${issue?.path.join('.')}: ${issue?.message}` } }
    }
    body = parsed.data
  }
  const { id, seq, at, actor, shop, device, type, v } = envelope
  return { event: { type, v, body, id, seq, at, actor, shop, device } as DomainEvent }
}
