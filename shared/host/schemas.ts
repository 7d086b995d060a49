/** The shapes that the till's contract and its screens share. Money in fen, quantities in thousandths, times in UTC ms. */
import { z } from 'zod'
import { CertificateSchema } from '../codes/certificate.ts'
import { GoodSchema } from '../catalog/good.ts'
import { ShopSchema } from '../catalog/shop.ts'
import { LabelMediaSchema } from '../documents/label.ts'
import { PAYMENT_CODE_CHANNELS } from '../codes/payment-code.ts'
import { PlaceSchema, TROUBLES } from '../devices/printing.ts'
import { IdSchema } from '../identity/ids.ts'
import { PersonFields, PersonRecordSchema } from '../identity/person.ts'
import { StaffSchema } from '../identity/staff.ts'
import { HashSchema } from '../ledger/envelope.ts'
import { FenSchema, PriceSchema, fen } from '../money/money.ts'
import { MilliSchema } from '../quantity/quantity.ts'
import { CouponOffSchema, OffSchema } from '../pricing/offs.ts'
import { GoodsImportUndone, SaleLineSchema, SaleMemberSchema } from '../sales/events.ts'
import { RefundLineSchema, RefundTenderSchema, RETURN_RULES } from '../sales/refund-events.ts'
import { HeldTicketSchema } from '../sales/held.ts'
import { TenderSchema } from '../payments/tender.ts'
import { CreditDocSchema } from '../sync/protocol.ts'
import { SCALE_STATES } from '../devices/scale.ts'
import { DEVICE_FAULTS } from '../devices/settings.ts'

/** A good as the screen needs it: with the shop's stock in thousandths as far as this till knows, or null where nothing of it ever moved. */
export const GoodViewSchema = GoodSchema.extend({
  stock: z.int().nullable(),
  /** The earliest last day of the lots that are there; absent where none bears one. */
  expiry: z.string().optional(),
  /** Recalled: all of it (empty), or of this lot at least, which is there. Absent where nothing of it is. */
  stopped: z.string().optional(),
})
export type GoodView = z.output<typeof GoodViewSchema>

/** Why a code means nothing here, or can't be sold. */
export const CODE_FAULTS = [
  'code.empty', 'code.too_long', 'code.not_found', 'code.wrong_check_digit', 'code.off_sale', 'code.label_unset', 'code.label_check', 'code.label_item', 'code.label_no_price', 'code.label_not_weighed',
  'code.label_nothing', 'code.gs1_bad', 'code.gs1_no_good', 'code.gs1_item', 'code.drug', 'code.link', 'code.person', 'code.company', 'code.merchant_code', 'code.receipt', 'code.member_card',
] as const
export const CodeMeaningSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('good'), good: GoodViewSchema,
    /** What was scanned said more than which good it is. */
    label: z.object({
      text: z.string(),
      /** thousandths; null where it has yet to be weighed */
      quantity: z.int().nullable(),
      /** fen to pay as the label has it, and what the listed price makes of the same quantity where that is another amount */
      amount: PriceSchema.nullable(), listed: PriceSchema.nullable(),
      /** YYYY-MM-DD; `expired`: before today */
      expires: z.string().nullable(), expired: z.boolean(), lot: z.string().nullable(),
    }).nullable(),
  }),
  z.object({ kind: z.literal('receipt'), sale: IdSchema }),
  z.object({ kind: z.literal('member'), phone: z.string() }),
  z.object({ kind: z.literal('payment'), channel: z.enum(PAYMENT_CODE_CHANNELS) }),
  z.object({ kind: z.literal('credit'), token: z.string() }),
  z.object({ kind: z.literal('coupon'), code: z.string() }),
  /**
   * What a supplier's papers say where goods are taken in: a certificate, a company by its unified social credit code, another
   * shop's lot. `good`: the one of this shop's that it names; `supplier` is who is known by it, or called so in it; `quantity`
   * in thousandths. `sure`: false where a code's check character is wrong, which real ones have too.
   */
  z.object({
    kind: z.literal('supply'), form: z.enum(['certificate', 'company', 'lot']), good: GoodViewSchema.nullable(), supplier: z.string(), supplierCode: z.string(), sure: z.boolean(), known: z.boolean(),
    producer: z.string(), origin: z.string(), no: z.string(), expiry: z.string(), quantity: z.int().nullable(), certificate: CertificateSchema.nullable(),
  }),
  /** `detail`: what it is about, such as the good's name or the item's number; `add`: the code that a new good of it would have. */
  z.object({ kind: z.literal('unknown'), code: z.enum(CODE_FAULTS), text: z.string(), detail: z.string(), add: z.string().nullable() }),
])
export type CodeMeaning = z.output<typeof CodeMeaningSchema>

export const ShiftSchema = z.object({
  shift: IdSchema, staff: IdSchema, date: z.string(), openedAt: z.int(), float: PriceSchema,
  closedAt: z.int().nullable(), counted: PriceSchema.nullable(), difference: FenSchema.nullable(),
})
export const ShiftReportSchema = ShiftSchema.extend({
  staffNo: z.string(), sales: z.int(), returns: z.int(),
  /** null where `expected` is: with the float they would give it away. */
  gross: FenSchema.nullable(), discount: FenSchema.nullable(), net: FenSchema.nullable(),
  /** fen by account while the shift was open; what came by the shop's own codes by each of them: `channel:static_code:NAME` */
  balances: z.array(z.object({ account: z.string(), fen: FenSchema })),
  /** What should be in the drawer: null to a cashier before the count (a blind close). */
  expected: FenSchema.nullable(),
  /** The Z report's number, counted by this till; null while the shift is open. */
  z: z.int().nullable(),
  /** Who sold what in it, by staff number; empty where `net` is null. */
  cashiers: z.array(z.object({ staffNo: z.string(), sales: z.int(), net: FenSchema })),
  /** How often the drawer was opened without a sale. */
  openings: z.int(),
  /** fen paid back for goods; null where `net` is. */
  refunded: FenSchema.nullable(),
})
export type ShiftReport = z.output<typeof ShiftReportSchema>

export const SyncStatusSchema = z.object({
  /**
   * none: never paired · offline: no connection · behind: rows that this file lost are coming back, and selling waits ·
   * online · refused: the cloud will not take this till (see code)
   */
  state: z.enum(['none', 'offline', 'behind', 'online', 'refused']),
  code: z.string().nullable(),
  unsent: z.int(),
  /** Time of the oldest unsent row. */
  unsentSince: z.int().nullable(),
  /** When the connection was last seen to work; null if never. */
  lastOnline: z.int().nullable(),
  cloud: z.string().nullable(),
  rev: z.int(),
  /** Till's clock minus the cloud's, in ms, at the last exchange. */
  skewMs: z.int().nullable(),
})
export type SyncStatus = z.output<typeof SyncStatusSchema>

export const BackupStatusSchema = z.object({
  /** Where backups go; `chosen`: by somebody, as the stick in the wall is. */
  folder: z.string(), chosen: z.boolean(), running: z.boolean(),
  /** When the passphrase was set, UTC ms; null: backups are not sealed, and stay in the till's own folder. */
  sealedSince: z.int().nullable(),
  last: z.object({ at: z.int(), file: z.string(), rows: z.int(), head: z.string(), bytes: z.int() }).nullable(),
  /** The last try, where it failed, or why it is not where it was to go. */
  failed: z.object({ at: z.int(), code: z.string() }).nullable(),
})
export type BackupStatus = z.output<typeof BackupStatusSchema>
/** What a backup was of; `lastAt`: UTC ms of the last row, null where there is none. */
export const RestoredSchema = z.object({ shop: z.string(), till: z.string(), device: IdSchema, cloud: z.string().nullable(), rows: z.int(), sales: z.int(), lastAt: z.int().nullable() })
export type Restored = z.output<typeof RestoredSchema>

/** Papers that somebody may have to be called to: what is to be prepared, and what a customer takes along. */
export const BEEP_PAPERS = ['pick', 'receipt'] as const
export type BeepPaper = (typeof BEEP_PAPERS)[number]
export const PrinterSchema = z.object({
  id: IdSchema, name: z.string().trim().min(1).max(40), profile: z.string().max(40),
  /** As shared/devices/printing.ts reads it. */
  address: PlaceSchema,
  /** Prints a receipt at every sale, and opens the drawer for cash. */
  receipts: z.boolean(), drawer: z.boolean(),
  /** A printer of labels, which prints no receipts; null or absent: one of receipts. */
  label: LabelMediaSchema.nullable().optional(),
  /** Prints at every sale what of these categories is to be prepared, as a kitchen's does. */
  picks: z.array(z.string().trim().min(1).max(40)).max(50).optional(),
  /** On which papers it beeps, where it can; absent: on slips. */
  beeps: z.array(z.enum(BEEP_PAPERS)).max(BEEP_PAPERS.length).optional(),
  /** Another printer, that takes over what waits when this one has printed nothing of it for so many seconds. */
  standIn: z.object({ printer: IdSchema, afterS: z.int().min(5).max(3600) }).nullable().optional(),
})
/** A label as a picture of its dots (PNG as a data address), its size in mm, and texts that found no room. */
export const LabelPictureSchema = z.object({ png: z.string(), width: z.int(), height: z.int(), leftOut: z.array(z.string()) })
export type PrinterSettings = z.output<typeof PrinterSchema>
export const beepsOf = ({ beeps = ['pick'] }: Pick<PrinterSettings, 'beeps'>): readonly BeepPaper[] => beeps
/** Labels come out of printers of labels only, and papers of the others. */
export const standsFor = (one: Pick<PrinterSettings, 'label'>, other: Pick<PrinterSettings, 'label'>): boolean => !one.label === !other.label
/** Papers that wait and that failed; `error` is what is wrong with the one in front, or with the last one where none waits. */
export const PrintStandingSchema = z.object({ printer: IdSchema, name: z.string(), labels: z.boolean(), waiting: z.int(), failed: z.int(), error: z.string().nullable() })
export type PrintStanding = z.output<typeof PrintStandingSchema>
/** And what the printer says of itself: `unknown` where it says nothing, which is no fault. */
export const PrintStatusSchema = PrintStandingSchema.extend({ state: z.enum(['unknown', 'away', 'known']), troubles: z.array(z.enum(TROUBLES)) })
export type PrintStatus = z.output<typeof PrintStatusSchema>
export const PrintJobSchema = z.object({
  id: z.int(), printer: IdSchema, kind: z.string(), ref: IdSchema, copy: z.boolean(), state: z.string(), attempts: z.int(), error: z.string().nullable(), at: z.int(),
})

/** Everything a screen needs to draw itself from nothing. `seq` is the last event this includes. */
export const SnapshotSchema = z.object({
  seq: z.int(), time: z.int(), version: z.string(), device: IdSchema, till: z.string(), shop: ShopSchema, demo: z.boolean(),
  /** The staff member signed in. */
  staff: StaffSchema.nullable(),
  /** True until somebody is made owner: the till's first-run screen. */
  empty: z.boolean(),
  shift: ShiftSchema.nullable(), goods: z.int(), sync: SyncStatusSchema, backup: BackupStatusSchema, printers: z.array(PrintStatusSchema), credit: CreditDocSchema.nullable(),
})
export type Snapshot = z.output<typeof SnapshotSchema>

/** What a scale shows, in grams; `fault` says why it can't be reached. */
export const ScaleStatusSchema = z.object({
  scale: IdSchema, name: z.string(), fault: z.enum(DEVICE_FAULTS).nullable(),
  state: z.enum(SCALE_STATES), grams: MilliSchema.nullable(), net: z.boolean(), tare: MilliSchema.nullable(),
})
export type ScaleStatus = z.output<typeof ScaleStatusSchema>
export const ScannersStatusSchema = z.object({
  serial: z.array(z.object({ scanner: IdSchema, name: z.string(), fault: z.enum(DEVICE_FAULTS).nullable() })),
  /** Scanners in HID POS mode: whether they are looked for, those that are there, and why there can be none. */
  usb: z.object({ on: z.boolean(), names: z.array(z.string()), fault: z.enum(DEVICE_FAULTS).nullable() }),
})
export type ScannersStatus = z.output<typeof ScannersStatusSchema>

export const SaleViewSchema = z.object({
  sale: IdSchema, no: z.string(), at: z.int(), date: z.string(), staff: IdSchema, staffNo: z.string(),
  lines: z.array(SaleLineSchema), gross: FenSchema, discount: FenSchema, total: FenSchema, tenders: z.array(TenderSchema),
  /** Whose it was: what they have after it, in points and fen, and the points it earned (or took back) and was paid with. */
  member: z.object({ member: IdSchema, points: z.int(), value: z.int(), earned: z.int(), spent: z.int() }).nullable(),
  /** The receipt's public page; null while the till has no cloud. */
  url: z.string().nullable(), sent: z.boolean(),
})
export type SaleView = z.output<typeof SaleViewSchema>

/** A coupon at the counter; `usable` today, as far as this till knows, by whoever it is for. */
export const CouponViewSchema = z.object({ coupon: IdSchema, name: z.string(), off: CouponOffSchema, least: PriceSchema, from: z.string(), until: z.string(), usable: z.boolean() })
export type CouponView = z.output<typeof CouponViewSchema>
export const RefundViewSchema = z.object({
  refund: IdSchema, no: z.string(), at: z.int(), saleNo: z.string().nullable(), lines: z.array(RefundLineSchema),
  total: PriceSchema, tenders: z.array(RefundTenderSchema), known: z.boolean(),
  /** Whose sale it was: what they have after it. */
  member: SaleMemberSchema.nullable(),
  /** What was taken in exchange. */
  exchange: SaleViewSchema.nullable(), sent: z.boolean(),
  /** Coupons that can be used again, since all of their sale is back. */
  coupons: z.array(CouponViewSchema),
})
export type RefundView = z.output<typeof RefundViewSchema>
/** A sale as somebody sees it who wants to take goods of it back. */
export const RefundQuoteSchema = z.object({
  sale: SaleViewSchema,
  /** By line of the sale: what came back already; why it can't come back without a reason, with the word of its category. */
  lines: z.array(z.object({ quantity: z.int(), amount: PriceSchema, rule: z.enum(RETURN_RULES).nullable(), word: z.string().nullable() })),
  /** fen that can still be paid back, at this till and all others together */
  left: PriceSchema,
  /** fen that other tills paid back */
  elsewhere: PriceSchema,
  refunds: z.array(z.object({ refund: IdSchema, no: z.string(), at: z.int(), total: PriceSchema })),
  /** fen that can still go back the way they came, where a member paid with points or stored value, or somebody by the shop's own code; else none */
  ways: z.array(z.object({ channel: z.string(), left: z.int() })),
  /** Whose sale it was, as they are called now, with what this till may spend of their points and stored value; null where it was nobody's, or they are no member any more. */
  customer: z.object({ member: IdSchema, points: z.int(), value: z.int() }).nullable(),
})
export type RefundQuote = z.output<typeof RefundQuoteSchema>

/** A ticket set aside: `held` names the holding, `till` is where it was done and `here` whether that is this till. */
export const HeldViewSchema = z.object({
  held: IdSchema, heldAt: z.int(), ticket: HeldTicketSchema, till: z.string(), here: z.boolean(),
  /** Who did it. */
  by: IdSchema.nullable(),
})
export type HeldView = z.output<typeof HeldViewSchema>

/** An event of the journal as the audit trail shows it. */
export const AuditRowSchema = z.object({
  seq: z.int(), id: IdSchema, type: z.string(), at: z.int(), date: z.string(), actor: IdSchema.nullable(), staffNo: z.string().nullable(), body: z.record(z.string(), z.unknown()), sent: z.boolean(),
})
export type AuditRow = z.output<typeof AuditRowSchema>

/** What somebody at this till should know and nobody here decided. */
export const AlertSchema = z.object({
  id: z.string().max(100), at: z.int(),
  what: z.discriminatedUnion('kind', [
    /** One ticket was taken up at more than one till, first at the first of `tills`: it may have been sold more than once. */
    z.object({ kind: z.literal('ticket.taken_twice'), ticket: HeldTicketSchema, tills: z.array(z.string()) }),
    /** One coupon was used at several tills, first at the first of `tills`; `counts`: this till's was that, else what it gave (fen) is booked as a loss. */
    z.object({ kind: z.literal('coupon.used_twice'), name: z.string(), tills: z.array(z.string()), fen: z.int(), counts: z.boolean() }),
    /** A member had their birthday price at several tills in one year; `fen`: what this one took off, `counts` whether it was the first. */
    z.object({ kind: z.literal('birthday.used_twice'), member: IdSchema, who: z.string().default(''), year: z.string(), tills: z.array(z.string()), fen: z.int(), counts: z.boolean() }),
    /** Tills that could not hear one another topped a member up beyond the shop's limit; `balance` in fen when that was found. `who`: masked, when it is read. */
    z.object({ kind: z.literal('value.over_limit'), member: IdSchema, who: z.string().default(''), till: z.string(), balance: z.int(), limit: z.int() }),
    /** More was paid back for a sale than was paid for it, at `tills` together; in fen. */
    z.object({ kind: z.literal('sale.refunded_beyond'), no: z.string(), tills: z.array(z.string()), paid: PriceSchema, back: PriceSchema }),
    /** Goods, or lots of them, that must not be sold any more. */
    z.object({ kind: z.literal('lot.recalled'), goods: z.array(z.string()), reason: z.string(), note: z.string() }),
    /** An edit made at this till that lost to a later one, of another till or, where `till` is null, in the cloud. */
    z.object({ kind: z.literal('edit.lost'), of: z.string(), name: z.string(), field: z.string(), value: z.unknown(), won: z.unknown(), till: z.string().nullable() }),
  ]),
})
export type Alert = z.output<typeof AlertSchema>

/** The columns an import can fill; `code` and `name` find a good that is already there. */
export const IMPORT_FIELDS = ['code', 'name', 'price', 'cost', 'category', 'unit', 'pricing', 'spec', 'origin', 'stock'] as const
export const MappingSchema = z.partialRecord(z.enum(IMPORT_FIELDS), z.string())
export type Mapping = z.output<typeof MappingSchema>
/** One reason why a row can't come in: its row in the file (the header is row 1), its column, what was there. */
export const BadCellSchema = z.object({ row: z.int(), column: z.string(), value: z.string(), code: z.string() })
export type BadCell = z.output<typeof BadCellSchema>

/** What a file holds, beside goods. */
export const FILE_KINDS = ['stock', 'members', 'history'] as const
/** Of which files rows are kept for mending: those of members are nowhere, a till holds nothing of a person unsealed. */
export const KEPT_KINDS = ['goods', 'stock', 'history'] as const
/** Which column fills which field of a count, of a member or of a sale. */
export const RowMappingSchema = z.record(z.string().max(20), z.string())

/** What a file of another till's sales comes to; `known`: rows whose receipts had come in before; names of goods that the shop does not have, the first of them. */
export const HistoryFactsSchema = z.object({
  sales: z.int(), net: FenSchema, from: z.string(), to: z.string(), known: z.int(), unknown: z.array(z.string()), unknownTotal: z.int(),
})
export type HistoryFacts = z.output<typeof HistoryFactsSchema>

export const PastImportSchema = z.object({
  import: IdSchema, at: z.int(), file: z.string(), rows: z.int(), added: z.int(), updated: z.int(), refused: z.int(),
  /** When it was taken back. */
  undone: z.int().nullable(), can: z.boolean(),
  /** Of sales; null where goods came in. */
  history: HistoryFactsSchema.nullable(),
})
export type PastImport = z.output<typeof PastImportSchema>
export const ImportUndoneSchema = GoodsImportUndone.body.pick({ import: true, off: true, changed: true, stock: true, stoodTotal: true }).extend({
  stood: z.array(GoodsImportUndone.body.shape.stood.element.extend({ name: z.string() })),
  history: HistoryFactsSchema.nullable(),
})
export type ImportUndone = z.output<typeof ImportUndoneSchema>

/** Why something costs less, as the customer sees it. */
const DisplayOffsSchema = z.array(OffSchema.pick({ why: true, name: true, fen: true })).max(1000).default([])
/** What the customer sees. */
export const DisplaySchema = z.object({
  mode: z.enum(['idle', 'ticket', 'paying', 'done']),
  lines: z.array(z.object({ name: z.string(), quantity: z.string(), price: FenSchema, amount: FenSchema, offs: DisplayOffsSchema })).max(500),
  /** Off the whole ticket; and what was saved in all. */
  offs: DisplayOffsSchema, saved: FenSchema.default(fen(0)),
  total: FenSchema, given: FenSchema.nullable(), change: FenSchema.nullable(), url: z.string().nullable(),
  /** The shop's own code by which so many fen are asked for. */
  code: z.object({ name: z.string().max(10), text: z.string().max(300), fen: FenSchema }).nullable().default(null),
})
export type Display = z.output<typeof DisplaySchema>

export const FaultSchema = z.object({ seq: z.int().nullable(), code: z.string(), reason: z.string(), expected: z.string().nullable(), found: z.string().nullable() })
export type Fault = z.output<typeof FaultSchema>
export const VerifySchema = z.object({ ok: z.boolean(), rows: z.int(), head: z.string(), sales: z.int(), salesFen: FenSchema, faults: z.array(FaultSchema) })
export type Verification = z.output<typeof VerifySchema>

/** Points or fen: what there is in the shop as far as this till knows, and what this till may spend of it with no network. */
export const PurseViewSchema = z.object({ balance: z.int(), held: z.int() })
export type PurseView = z.output<typeof PurseViewSchema>
/** A member as screens show them: masked. */
export const MemberViewSchema = z.object({
  member: IdSchema,
  /** A first character and a star; three and four digits of the number. Empty where the record can't be opened here. */
  name: z.string(), phone: z.string(),
  /** The month of their birthday and two stars; empty where none is known. */
  born: z.string(),
  /** UTC ms */
  joined: z.int(),
  /** How often the same person joined again elsewhere and was merged into this member. */
  merged: z.int(),
  points: PurseViewSchema, value: PurseViewSchema,
  /** fen: the most stored value they may have, and the cash that can still be topped up; null without a limit. */
  limit: z.int().nullable(), room: z.int().nullable(),
  /** per cent off a ticket today, their birthday; else 0 */
  birthday: z.int(),
  coupons: z.array(CouponViewSchema),
})
export type MemberView = z.output<typeof MemberViewSchema>
/** All that is known of a member, in clear, with what was merged into them. */
export const MemberRecordSchema = PersonFields.partial().extend({ member: IdSchema, joined: z.int() })
export const PersonExportSchema = z.object({
  person: IdSchema, shop: IdSchema, exportedAt: z.int(),
  members: z.array(MemberRecordSchema.extend({ records: z.array(PersonRecordSchema.extend({ digest: HashSchema, hlc: z.string(), event: IdSchema })) })),
  /** Rows of this ledger that name the person, as they are hashed. */
  events: z.array(z.object({ seq: z.int(), text: z.string(), hash: z.string() })),
})
export type PersonExport = z.output<typeof PersonExportSchema>
