/**
 * The till's contract: every call the screen, a script or an integrator can make, and every event the till emits.
 * A value; types, the client, the dispatcher, the command line and the documentation page all derive from it.
 * Writes carry `key`, a UUID made by the caller and reused on a retry: the same key again gives the same result.
 */
import { z } from 'zod'
import { GoodFields } from '../catalog/good.ts'
import { PromotionFields, PromotionSchema } from '../catalog/promotion.ts'
import { ShopFields, ShopSchema } from '../catalog/shop.ts'
import { TicketSchema } from '../cart/ticket.ts'
import { FoundPrinterSchema } from '../devices/printing.ts'
import { SCALE_COMMANDS } from '../devices/scale.ts'
import { ScaleSettingsSchema, ScannerSettingsSchema } from '../devices/settings.ts'
import { ParcelSchema } from '../documents/label.ts'
import { ASKS } from '../codes/recognise.ts'
import { IdSchema } from '../identity/ids.ts'
import { PersonFields } from '../identity/person.ts'
import { APPROVABLE, PinSchema, StaffFields, StaffSchema } from '../identity/staff.ts'
import { FenSchema, PriceSchema, fen } from '../money/money.ts'
import { MilliSchema } from '../quantity/quantity.ts'
import { ADJUSTMENTS, PurseSchema } from '../payments/purse.ts'
import { DateSchema, STOCK_REASONS } from '../sales/events.ts'
import { CouponTermsSchema } from '../sales/coupon.ts'
import { HeldTicketSchema } from '../sales/held.ts'
import { SalesReportSchema } from './report-schemas.ts'
import { REFUND_REASONS, STOCK_ENDS } from '../sales/refund-events.ts'
import { WASTE_REASONS } from '../stock/events.ts'
import {
  AlertSchema, AuditRowSchema, BackupStatusSchema, BadCellSchema, CouponViewSchema, CodeMeaningSchema, DisplaySchema, FILE_KINDS, GoodViewSchema, HeldViewSchema, LabelPictureSchema, HistoryFactsSchema, ImportUndoneSchema, KEPT_KINDS, MappingSchema, MemberRecordSchema, MemberViewSchema, PastImportSchema, PersonExportSchema, PrintJobSchema,
  PrinterSchema, PrintStatusSchema, RestoredSchema, RefundQuoteSchema, RefundViewSchema, RowMappingSchema, SaleViewSchema, ScaleStatusSchema, ScannersStatusSchema,
  ShiftReportSchema, SnapshotSchema, SyncStatusSchema, VerifySchema,
} from './schemas.ts'
import { CODES_MAX, CorrectInput, IntakeInput, LotSet, LotShownSchema, LotStorySchema, PrintCodesInput, RecallEffectSchema, RecallInput, RecallShownSchema, ReissueParts, RunShownSchema } from './trace-schemas.ts'
import { CountLineSchema, CountSchema, LotsSchema, NameInput, NoteInput, OrderLines, OrderViewSchema, OutLines, PaperSchema, ReceiveLines, StockListsSchema, TakeLines } from './stock-schemas.ts'

interface Call<In extends z.ZodType, Out extends z.ZodType> {
  /** A write changes the journal or the till's settings and carries a key. */
  readonly kind: 'read' | 'write'
  /** One sentence for the documentation page. */
  readonly about: string
  readonly input: In
  readonly output: Out
}
const read = <In extends z.ZodType, Out extends z.ZodType>(about: string, input: In, output: Out): Call<In, Out> => ({ kind: 'read', about, input, output })
const keyed = { key: IdSchema }
const write = <Shape extends z.core.$ZodShape, Out extends z.ZodType>(about: string, input: z.ZodObject<Shape>, output: Out): Call<z.ZodObject<Shape & typeof keyed>, Out> =>
  ({ kind: 'write', about, input: input.extend(keyed) as unknown as z.ZodObject<Shape & typeof keyed>, output })

const none = z.object({})
const PricedSchema = z.object({ at: z.int(), promotions: z.array(z.object({ promotion: IdSchema, fen: FenSchema })).max(1000) })
const range = { from: DateSchema, to: DateSchema }
const limit = z.int().min(1).max(1000).default(50)
/** A file's bytes in base64; 24 MiB of file at most. */
const file = z.object({ name: z.string().max(200), data: z.base64().max(34_000_000) })
/** Cash in one drawer, in fen: up to ten million yuan. More is a slip, and sums of many must stay in the range of fen. */
const CashSchema = z.int().min(0).max(1_000_000_000).transform((value) => fen(value))
const importRow = z.object({ row: z.int(), cells: z.record(z.string(), z.string()), bad: z.array(BadCellSchema) })
/** Fields of a person as people say them: the number and the birthday in any way they are written. */
const personSet = PersonFields.partial().extend({ phone: z.string().trim().max(30).optional(), birthday: z.string().trim().max(20).optional() })
/** Cells of rows that come in with a default in their place: the first 500, and how many there are. */
const noted = { noted: z.array(BadCellSchema), notedTotal: z.int() }

/** A sale in a list, and what a receipt of a till that is not this one says of its sale. */
const saleRow = SaleViewSchema.omit({ lines: true }).extend({ seq: z.int() })
const receiptSaid = z.object({ sale: IdSchema.nullable(), no: z.string().max(24).nullable(), till: z.string().max(10).nullable() })

export const CALLS = {
  'till.snapshot': read('Everything a screen needs to draw itself.', none, SnapshotSchema),
  'till.setup': write('First run of an empty till: the shop\'s name and its owner.', z.object({ shop: ShopFields.partial(), owner: StaffFields.pick({ no: true, name: true }), pin: PinSchema }), SnapshotSchema),
  'till.pair': write('Joins the till to a shop of the cloud by a one-time code.', z.object({ cloud: z.url({ protocol: /^https?$/ }).max(200), code: z.string().max(20) }), SyncStatusSchema),
  'till.renew': write('Begins a new ledger as a new till of the same shop, by a one-time code: for a till whose ledger exists twice or that the shop no longer takes. The old ledger is kept; what the shop lacks of it is recorded again.', z.object({ code: z.string().max(20) }), SyncStatusSchema),
  'till.backups': read('Where backups go, the last one, and whether the last try failed.', none, BackupStatusSchema),
  'till.backup': write('Makes a backup now: one file, checked from its first row to its last, while selling goes on.', none, BackupStatusSchema),
  'till.backupTo': write('Backups go to this folder, which must be there, such as a USB stick\'s; null is the till\'s own.', z.object({ folder: z.string().trim().min(1).max(500).nullable() }), BackupStatusSchema),
  'till.backupPassphrase': write('Backups made from now on are sealed and open with this passphrase only; earlier ones open with theirs.', z.object({ passphrase: z.string().max(200) }), BackupStatusSchema),
  'till.restoreBegin': write('An empty till begins to take a sealed backup in: its first 184 bytes and its passphrase. The key names it in the calls that follow.', z.object({ start: z.base64().max(1000), passphrase: z.string().max(200) }), z.object({ bytes: z.int() })),
  'till.restorePart': write('Bytes of the backup that stand in it at `at`; the answer says how many there are so far.', z.object({ upload: IdSchema, at: z.int().min(0), data: z.base64().min(4).max(12_000_000) }), z.object({ bytes: z.int() })),
  'till.restoreEnd': write('All of it is there: it is checked from its first row to its last, and the empty till becomes the backup\'s.', z.object({ upload: IdSchema }), RestoredSchema),
  'till.diagnostics': read('One file for whoever is to find out what is wrong: gzip of JSON in base64. No name, price, sale or key is in it.', none, z.object({ name: z.string(), data: z.base64() })),
  'shop.put': write('Changes what the shop says of itself, such as its name, address, hours and its receipts\' footer; where its pages are is the cloud\'s to say.', z.object({ set: z.strictObject(ShopFields.omit({ site: true }).partial().shape) }), ShopSchema),

  'staff.list': read('Who works here.', none, z.object({ staff: z.array(StaffSchema) })),
  'staff.put': write('Makes or changes a staff member; `pin` sets the PIN.', z.object({ staff: IdSchema, set: StaffFields.partial(), pin: PinSchema.optional() }), StaffSchema),
  'staff.signIn': write('Signs a staff member in at this till.', z.object({ no: z.string().max(10), pin: z.string().max(12) }), StaffSchema),
  'staff.signOut': write('Signs out; the shift stays open.', none, none),

  'staff.approve': write('Somebody with the rights allows one write, named by its key, to whoever is signed in: by their own number and PIN. Recorded.',
    z.object({ no: z.string().max(10), pin: z.string().max(12), rights: z.array(z.enum(APPROVABLE)).min(1).max(5), for: IdSchema }), StaffSchema),
  'audit.list': read('The audit trail, newest first: who did what. `types` are kinds of events, `text` is looked for in what they say. `next` is the `before` to go on from, null at the end.', z.object({
    before: z.int().optional(), types: z.array(z.string().max(40)).max(50).optional(), staff: IdSchema.optional(), from: DateSchema.optional(), to: DateSchema.optional(), text: z.string().trim().max(100).default(''), limit,
  }), z.object({ rows: z.array(AuditRowSchema), next: z.int().nullable() })),

  'shift.open': write('Opens a shift with the drawer\'s float, in fen.', z.object({ float: CashSchema }), ShiftReportSchema),
  'shift.close': write('Closes the shift with the cash counted, in fen.', z.object({ counted: CashSchema }), ShiftReportSchema),
  'shift.report': read('The open shift\'s report, or a given one\'s.', z.object({ shift: IdSchema.optional() }), ShiftReportSchema),
  'shift.list': read('Reports of this till\'s shifts, the latest opened first; the next page is what was opened before `before`.', z.object({ before: z.int().optional(), limit }), z.object({ shifts: z.array(ShiftReportSchema) })),
  'shift.print': write('Prints the open shift\'s report as it stands (X), or a closed one\'s (Z) again, marked as a copy.', z.object({ shift: IdSchema.optional() }), none),
  'cash.move': write('Cash into the drawer, or out of it, without a sale, in fen; prints a slip.', z.object({ way: z.enum(['in', 'out']), amount: CashSchema.refine((amount) => amount > 0, 'nothing'), reason: z.string().max(20), note: z.string().trim().max(100).default('') }), none),
  'drawer.open': write('Opens the drawer without a sale.', z.object({ reason: z.string().trim().max(100) }), none),

  'goods.search': read(
    'Goods by Chinese name, pinyin, initials or part of a code; the likeliest first. `coming`: so many goods just came, can be scanned and sold, and are not yet found here.',
    z.object({ text: z.string().max(100), limit }), z.object({ goods: z.array(GoodViewSchema), coming: z.int().min(0) }),
  ),
  'goods.get': read('One good.', z.object({ good: IdSchema }), GoodViewSchema),
  'goods.quick': read('The quick keys in their order.', none, z.object({ goods: z.array(GoodViewSchema) })),
  'goods.list': read('Goods in the order of their ids, from after `after`.', z.object({ after: IdSchema.optional(), limit }), z.object({ goods: z.array(GoodViewSchema) })),
  'goods.put': write('Makes a good or changes some of its fields.', z.object({ good: IdSchema, set: GoodFields.partial() }), GoodViewSchema),
  'code.read': read('What a scanned or typed code means on a screen that asks for `ask`: a good and what its label says, something else that is no good, or nothing known, with the reason.', z.object({ text: z.string().max(1000), ask: z.enum(ASKS).default('sell') }), CodeMeaningSchema),
  'stock.move': write('Moves stock: received, counted (the delta), wasted.', z.object({ reason: z.enum(STOCK_REASONS), note: z.string().max(100).default(''), lines: z.array(z.object({ good: IdSchema, delta: MilliSchema })).min(1).max(1000) }), none),

  'stock.order': write('Orders goods of a supplier; the key is the order\'s id.', z.object({ supplier: NameInput, note: NoteInput, lines: OrderLines }), PaperSchema),
  'stock.orderClose': write('Nothing more is expected of an order.', z.object({ order: IdSchema }), none),
  'stock.orders': read('Purchase orders with what has come of each, the latest first; open ones only unless asked.', z.object({ all: z.boolean().default(false) }), z.object({ orders: z.array(OrderViewSchema) })),
  'stock.receive': write('Goods came in, against an order or without, each line of a lot or of none, at a cost in fen per unit or none. A slip is printed. The goods\' cost becomes the moving average.',
    z.object({ order: IdSchema.nullable().default(null), supplier: NameInput, note: NoteInput, lines: ReceiveLines }), PaperSchema),
  'stock.waste': write('Goods are written off, with the reason.', z.object({ reason: z.enum(WASTE_REASONS), note: NoteInput, lines: OutLines }), PaperSchema),
  'stock.send': write('Goods leave for another shop; its slip goes with them.', z.object({ to: NameInput, note: NoteInput, lines: OutLines }), PaperSchema),
  'stock.take': write('Goods came from another shop: `document` is the number on their slip; where a line\'s `came` is not what was `sent`, `fault` says why.', z.object({ document: z.string().trim().min(1).max(24), from: NameInput, note: NoteInput, lines: TakeLines }), PaperSchema),
  'stock.lots': read('The lots of a good that are there, first expired first.', z.object({ good: IdSchema }), LotsSchema),
  'stock.lists': read('What is low, and what is past its date or near it.', z.object({ limit }), StockListsSchema),
  'stock.papers': read('Numbered papers of the stock room, newest first; the next page is what came before the `seq` of the last.', z.object({ before: z.int().optional(), limit }), z.object({ papers: z.array(PaperSchema) })),
  'stock.print': write('Prints a paper again, marked as a copy.', z.object({ paper: IdSchema }), none),
  'count.begin': write('Begins a count; the key is its id. Selling goes on.', z.object({ note: NoteInput }), CountSchema),
  'count.scan': write('Counts so many of a good, in thousandths: added to what the count has of it, or with `afresh` in its place.', z.object({ count: IdSchema, good: IdSchema, quantity: MilliSchema, afresh: z.boolean().default(false) }), CountLineSchema),
  'count.now': read('The count that is going on, the last scanned first; null where none is.', none, z.object({ count: CountSchema.nullable() })),
  'count.end': write('Ends a count and moves the stock by what it found; or gives it up, which moves nothing.', z.object({ count: IdSchema, giveUp: z.boolean().default(false) }), z.object({ no: z.string(), goods: z.int(), lines: z.array(CountLineSchema.omit({ scans: true })) })),

  'goods.importPreview': read('Reads a CSV or XLSX file of goods: the mapping found, samples, what would come in, every bad row, and what is noted of good rows.', file.extend({ mapping: MappingSchema.optional() }),
    z.object({ columns: z.array(z.string()), mapping: MappingSchema, rows: z.int(), good: z.int(), sample: z.array(z.record(z.string(), z.string())), bad: z.array(importRow), badTotal: z.int(), ...noted })),
  'goods.import': write('Brings the good rows of a file in; bad ones are kept for mending. A repeat lists no notes.', file.extend({ mapping: MappingSchema.optional() }),
    z.object({ import: IdSchema, rows: z.int(), added: z.int(), updated: z.int(), refused: z.int(), bad: z.array(importRow), ...noted })),

  'import.list': read('Imports of goods and of another till\'s sales at this till, the latest first; `can`: it can be taken back.', z.object({ limit }), z.object({ imports: z.array(PastImportSchema) })),
  'import.undo': write('Takes an import back. Of goods, as far as nobody has changed since what it made: new goods go off sale, fields and stock go back; what stands is listed with the reason, the first 200 of it. Of sales, all of it leaves the reports. An import is undone once.', z.object({ import: IdSchema }), ImportUndoneSchema),
  'import.preview': read('Reads a CSV or XLSX file of counted stock, of members, or of another till\'s sales: the mapping found, samples, how many rows can come in, every bad one, and what is noted of good ones.', file.extend({ kind: z.enum(FILE_KINDS), mapping: RowMappingSchema.optional() }),
    z.object({ columns: z.array(z.string()), fields: z.array(z.string()), must: z.array(z.string()), mapping: RowMappingSchema, rows: z.int(), good: z.int(), refused: z.int(), sample: z.array(z.record(z.string(), z.string())), bad: z.array(BadCellSchema), badTotal: z.int(), ...noted, history: HistoryFactsSchema.nullable() })),
  'import.bring': write('Brings the good rows of such a file in: stock is what the file counted, with its lots where it names them; people join; sales of another till count in the reports and nowhere else. Bad rows of stock and sales are kept for mending, of members they come with the answer (`badRows`) and are kept nowhere. A repeat lists none.', file.extend({ kind: z.enum(FILE_KINDS), mapping: RowMappingSchema.optional() }),
    z.object({ import: IdSchema, rows: z.int(), done: z.int(), refused: z.int(), bad: z.array(BadCellSchema), badRows: z.array(importRow), history: HistoryFactsSchema.nullable() })),
  'import.rows': read('Rows of imports that still wait for mending; those of one from after row `after`.', z.object({ import: IdSchema.optional(), after: z.int().min(0).default(0), limit }), z.object({ rows: z.array(importRow.extend({ import: IdSchema, file: z.string(), kind: z.enum(KEPT_KINDS), mapping: RowMappingSchema })), total: z.int() })),
  'import.mend': write('Tries a kept row again with mended cells (by field), or drops it.', z.object({ import: IdSchema, row: z.int(), set: z.record(z.string(), z.string()), drop: z.boolean().default(false) }), z.object({ bad: z.array(BadCellSchema), left: z.int() })),
  'export.all': write('Makes one XLSX workbook of everything: goods with stock, lots, members, sales by line, refunds, imported history, shifts, cash, promotions. Members are masked unless `clear`. Each time is in the journal. It is fetched by `export.piece`, by whoever made it, within ten minutes.', z.object({ language: z.enum(['zh', 'en']).default('zh'), clear: z.boolean().default(false) }), z.object({ export: IdSchema, name: z.string(), bytes: z.int(), pieces: z.int() })),
  'export.piece': read('One piece of the workbook in base64, from 0; put together they are the file. The last one lets go of it.', z.object({ export: IdSchema, piece: z.int().min(0) }), z.object({ data: z.base64() })),

  'promotion.list': read('Promotions, those that are over or off too.', none, z.object({ promotions: z.array(PromotionSchema) })),
  'promotion.put': write('Makes a promotion or changes some of its fields.', z.object({ promotion: IdSchema, set: PromotionFields.partial() }), PromotionSchema),

  'ticket.hold': write('Sets a ticket aside for any till of the shop; the key names the holding.', z.object({ ticket: HeldTicketSchema, heldAt: z.int() }), none),
  'ticket.held': read('Tickets set aside that can be taken here, the oldest first.', none, z.object({ held: z.array(HeldViewSchema) })),
  'ticket.take': write('Takes up a ticket that was set aside; it goes on under a new id. `open`: the screen has it already, so it keeps its id, and is noted even when another till has it too.',
    z.object({ held: IdSchema, open: z.boolean().default(false) }), z.object({ ticket: HeldTicketSchema })),
  'alert.list': read('What somebody here should know and has not read yet, the newest first.', none, z.object({ alerts: z.array(AlertSchema) })),
  'alert.dismiss': write('It was read.', z.object({ alert: z.string().max(100) }), none),

  'lot.intake': write('A lot came in: received into stock and described, all of it but good and quantity optional. Its number is the shop\'s next where none is given.', IntakeInput, LotShownSchema),
  'lot.again': write('The same came in as that lot was: as much of the same good from the same, as a new lot. A certificate and tests are of one lot and do not come along.', z.object({ lot: IdSchema }), LotShownSchema),
  'lot.describe': write('Says or corrects where a lot comes from, its certificate, its tests.', z.object({ lot: IdSchema, set: LotSet }), LotShownSchema),
  'lot.correct': write('Corrects how much of a lot came (thousandths, stock moves by the difference), until when it is good, what it cost (fen per unit). What was sold of it stays sold, and is still of it.', CorrectInput, LotShownSchema),
  'lot.reissue': write('Splits a lot into others, or mixes several into one: each new lot gets a number and a certificate that names what it was made of. What goes in comes out.', ReissueParts, z.object({ lots: z.array(LotShownSchema) })),
  'lot.list': read('Lots, the latest first; the next page is what came before the `at` of the last.', z.object({ good: IdSchema.optional(), text: z.string().trim().max(60).default(''), before: z.int().optional(), limit }), z.object({ lots: z.array(LotShownSchema) })),
  'lot.usual': read('Of each good and supplier that came in the last two weeks before today and not yet today, the latest lot: what comes again with one touch.', none, z.object({ lots: z.array(LotShownSchema) })),
  'lot.get': read('A lot with its runs of item codes, what was corrected of it, the lots it was made of and those made of it.', z.object({ lot: IdSchema }), LotStorySchema),
  'lot.label': read('The label of a lot as a picture (PNG, base64), as the first printer of labels prints it, on 60 × 40 mm at 203 dpi where there is none.', z.object({ lot: IdSchema }), z.object({ png: z.base64() })),
  'lot.print': write('Prints a lot\'s own label so many times.', z.object({ lot: IdSchema, printer: IdSchema, copies: z.int().min(1).max(500) }), none),
  'lot.certificate': write('Prints, on receipt paper, the certificate that the shop itself issued for a lot. Another promisor\'s is not the shop\'s to print.', z.object({ lot: IdSchema }), none),
  'lot.codes': write('Makes a code for each of so many items of a lot, and prints their labels where a printer is given: the serials, and the first label\'s picture (PNG, base64).', z.object({ lot: IdSchema, codes: z.int().min(1).max(CODES_MAX), printer: IdSchema.optional() }), z.object({ serials: z.array(z.string()), links: z.array(z.string()), png: z.base64() })),
  'lot.printCodes': write('Prints item codes `from` to `to` of a run that was made before. What was printed already needs `again`, and says so on its label.', PrintCodesInput, RunShownSchema),
  'recall.begin': write('Recalls goods: the key is the recall\'s id. Nothing that it is about is sold at any till that has heard of it, and nobody can allow it.', RecallInput, RecallShownSchema),
  'recall.lift': write('What was recalled may be sold again.', z.object({ recall: IdSchema, note: z.string().trim().max(200).default('') }), RecallShownSchema),
  'recall.list': read('Recalls, the latest first.', none, z.object({ recalls: z.array(RecallShownSchema) })),
  'recall.effect': read('What a recall comes to at this till, or would: its lots and what is left, the latest of its sales, and those that named no lot and may be of it.', z.object({ what: RecallInput.shape.what, limit }), RecallEffectSchema),
  'recall.print': write('Prints a recall\'s notice on receipt paper, to hang up and to go by.', z.object({ recall: IdSchema }), none),

  'sale.complete': write('Completes a ticket: the sale\'s id is the ticket\'s, which is also the key. `total` is what the screen showed, `given` the cash, `value` what of it the member pays with stored value, in fen; `points` are paid with besides; `code` is what came by one of the shop\'s own codes, as somebody saw. Below zero, `value` goes back to the member for goods that came back. `priced`:  by what time and with which promotions, each with the fen it took off.',
    z.object({ ticket: TicketSchema, total: FenSchema, given: PriceSchema, value: FenSchema.default(fen(0)), points: z.int().min(0).max(1_000_000_000).default(0), code: z.object({ via: z.string().trim().min(1).max(10), fen: PriceSchema.refine((value) => value > 0) }).nullable().default(null), priced: PricedSchema.optional() }), SaleViewSchema),
  'sale.get': read('One sale, by id or by number.', z.object({ sale: IdSchema.optional(), no: z.string().max(24).optional() }), SaleViewSchema),
  'sale.list': read('Sales, newest first; the next page is what came before the `seq` of the last one.', z.object({ date: z.string().optional(), before: z.int().optional(), limit }), z.object({ sales: z.array(saleRow) })),
  'sale.find': read('Sales of this till, newest first, by what somebody still knows: a receipt\'s QR text, number or its last digits, an amount in yuan, a good\'s name or code, a member\'s number (`text`); a business date or a stretch of time; an amount; a good or a member, also by whoever was merged into them, without a time in the last hundred days. `elsewhere`: the receipt is another till\'s.',
    z.object({ text: z.string().max(500).default(''), date: DateSchema.optional(), from: z.int().optional(), to: z.int().optional(), amount: FenSchema.optional(), good: IdSchema.optional(), member: IdSchema.optional(), before: z.int().optional(), limit }),
    z.object({ sales: z.array(saleRow.extend({ back: PriceSchema })), elsewhere: receiptSaid.nullable() })),
  'sale.refundable': read('A sale with what has come back of it, what still can, and what speaks against it.', z.object({ sale: IdSchema }), RefundQuoteSchema),
  'sale.refund': write('Takes goods back and pays for them: lines of a sale of this till (`sale`, each with its `line`); or, where somebody allows it, goods without one, with what another till\'s `receipt` says. `total` is what the screen showed, in fen. Without a sale it is paid in cash, or with `channel` stored_value goes to that of `member`. With `exchange` the ticket is sold in the same breath: what is paid back in cash counts as handed over, and of what goes back to the member `value` and `points` pay for it, if it is their ticket.', z.object({
    sale: IdSchema.nullable(), receipt: receiptSaid.nullable().default(null),
    lines: z.array(z.object({ line: z.int().min(0).nullable(), good: IdSchema, quantity: MilliSchema, amount: PriceSchema.default(fen(0)), stock: z.enum(STOCK_ENDS) })).min(1).max(500),
    reason: z.enum(REFUND_REASONS), note: z.string().trim().max(100).default(''), total: PriceSchema, channel: z.string().max(20).default('cash'), member: IdSchema.nullable().default(null),
    exchange: z.object({ ticket: TicketSchema, total: FenSchema, given: PriceSchema, value: PriceSchema.default(fen(0)), points: z.int().min(0).max(1_000_000_000).default(0), priced: PricedSchema.optional() }).nullable().default(null),
  }), RefundViewSchema),
  'sale.receipt': read('A sale\'s or refund\'s receipt as a picture (SVG) of the paper.', z.object({ sale: IdSchema, columns: z.union([z.literal(32), z.literal(48)]).default(48) }), z.object({ svg: z.string() })),
  'receipt.preview': read('How the shop\'s receipts would look with these words and this arrangement, by the last sale, or a made-up line where there is none yet.',
    z.object({ set: ShopFields.pick({ name: true, address: true, phone: true, footer: true, paper: true }), columns: z.union([z.literal(32), z.literal(48)]).default(48) }), z.object({ svg: z.string() })),
  'sale.reprint': write('Prints a receipt again, marked as a copy.', z.object({ sale: IdSchema }), none),

  'report.sales': read('What this till sold on the business days from `from` to `to`, and on the same days a week before; of its goods the `limit` that brought in most. Sums are in fen, margins come of the costs that are known.',
    z.object({ ...range, limit: limit.default(100) }), SalesReportSchema),
  'report.print': write('Prints a report of sales on receipt paper, with the figures of the moment when it is printed.', z.object(range), none),
  'report.export': read('A report of sales with all its goods as an XLSX file in base64, in the language of the screen.', z.object({ ...range, language: z.enum(['zh', 'en']).default('zh') }), z.object({ name: z.string(), data: z.base64() })),

  'member.join': write('Makes a member of somebody, found by telephone number from then on; the key becomes the member\'s id.', z.object({ set: personSet.required({ phone: true }) }), MemberViewSchema),
  'member.find': read('Members by telephone number or its last four digits, masked.', z.object({ text: z.string().max(30) }), z.object({ members: z.array(MemberViewSchema) })),
  'member.change': write('Changes some of what is known of a member.', z.object({ member: IdSchema, set: personSet }), MemberViewSchema),
  'member.card': read('A member masked, with points and stored value.', z.object({ member: IdSchema }), MemberViewSchema),
  'member.topUp': write('Takes cash for stored value, in fen; what the shop gives on top comes with it. Refused beyond what the member may have.', z.object({ member: IdSchema, amount: z.int().min(1).max(100_000_000) }), MemberViewSchema),
  'member.adjust': write('Puts points or stored value right by somebody with the right to; a refund pays stored value out in cash.', z.object({
    member: IdSchema, purse: PurseSchema, delta: z.int().min(-100_000_000).max(100_000_000).refine((delta) => delta !== 0), reason: z.enum(ADJUSTMENTS), note: z.string().trim().max(100).default(''),
  }), MemberViewSchema),
  'member.fetch': write('The member is here: the shop\'s other tills give up what they hold of the points and stored value, which takes as long as they take to hear of it.', z.object({ member: IdSchema }), MemberViewSchema),
  'coupon.issue': write('Issues a coupon to a member, or as a code; the key becomes its id.', z.object({ terms: CouponTermsSchema }), CouponViewSchema),
  'coupon.find': read('A coupon by the code that the customer shows.', z.object({ code: z.string().max(60) }), CouponViewSchema),
  'member.get': write('All that is known of a member, in clear. A write, because each reading is put into the journal.', z.object({ member: IdSchema }), MemberRecordSchema.extend({ merged: z.array(MemberRecordSchema) })),
  'person.export': write('Everything this till holds on a person, to hand to them; put into the journal.', z.object({ person: IdSchema }), PersonExportSchema),
  'person.erase': write('Destroys what is known of a person, here and at every other place of the shop, for good.', z.object({ person: IdSchema }), none),
  'person.renewKeys': write('Makes new keys for personal records, seals everything anew and destroys the old keys: copies of the database from before can\'t be opened any more.', none, z.object({ records: z.int() })),

  'printer.list': read('Printers and how they do.', none, z.object({ printers: z.array(PrinterSchema), status: z.array(PrintStatusSchema) })),
  'printer.put': write('Sets a printer up or changes it.', z.object({ printer: PrinterSchema }), none),
  'printer.remove': write('Takes a printer away; its waiting jobs are given up.', z.object({ printer: IdSchema }), none),
  'printer.test': write('Prints a test page.', z.object({ printer: IdSchema }), none),
  'label.preview': read('A label as this printer would print it, as a picture (PNG, one dot a dot), and what of it found no room.', z.object({ kind: z.enum(['price', 'shelf']), good: IdSchema, printer: IdSchema }), LabelPictureSchema),
  'label.print': write('Prints labels of goods, so many of each, on a printer of labels; says how many, and the first names of those on which not everything found room. Refused as a whole where one has a code that can\'t be printed.',
    z.object({ kind: z.enum(['price', 'shelf']), printer: IdSchema, goods: z.array(z.object({ good: IdSchema, copies: z.int().min(1).max(500) })).min(1).max(1000) }), z.object({ labels: z.int(), cut: z.array(z.string()) })),
  'parcel.preview': read('The label of a parcel, the first of several, as this printer would print it.', z.object({ parcel: ParcelSchema, printer: IdSchema }), LabelPictureSchema),
  'parcel.print': write('Prints the labels of a parcel, one for each part. What they say is kept under seal while they wait, and deleted when they are printed. Says what of it found no room.',
    z.object({ parcel: ParcelSchema.extend({ to: ParcelSchema.shape.to.min(1) }), printer: IdSchema }), z.object({ leftOut: z.array(z.string()) })),
  'printer.find': read('Printers that are there, by the network, USB, serial ports and the spooler, and are not set up; with `scan` every address of the shop\'s own network is asked too, which takes seconds.', z.object({ scan: z.boolean().default(false) }), z.object({ printers: z.array(FoundPrinterSchema) })),
  'print.jobs': read('The print queue, newest first.', z.object({ limit }), z.object({ jobs: z.array(PrintJobSchema) })),
  'print.retry': write('Tries failed jobs of a printer again.', z.object({ printer: IdSchema }), none),
  'print.takeOver': write('Papers that wait for a printer are printed by another, in their order, without its drawer; what may be out already, as a copy. Drawers and test pages stay. Answers how many.',
    z.object({ printer: IdSchema, to: IdSchema }), z.object({ papers: z.int() })),

  'port.list': read('The serial ports of the till\'s machine, by names that stay where there are such.', none, z.object({ ports: z.array(z.object({ port: z.string(), label: z.string() })) })),
  'scale.list': read('Scales, the counter\'s own first, and what they show.', none, z.object({ scales: z.array(ScaleSettingsSchema), status: z.array(ScaleStatusSchema) })),
  'scale.put': write('Sets a scale up or changes it.', z.object({ scale: ScaleSettingsSchema }), none),
  'scale.remove': write('Takes a scale away.', z.object({ scale: IdSchema }), none),
  'scale.tell': write('Sends a command to a scale; what comes of it shows in its readings.', z.object({ scale: IdSchema, command: z.enum(SCALE_COMMANDS) }), none),
  'scale.take': read('The weight to sell by, in grams, refused unless the scale is at rest and shows what the screen showed.', z.object({ scale: IdSchema, grams: MilliSchema }), z.object({ grams: MilliSchema, net: z.boolean(), tare: MilliSchema.nullable() })),
  'scanner.list': read('Scanners on serial lines and over USB, and whether they are there. Those that type need no setting up here.', none, z.object({ scanners: z.array(ScannerSettingsSchema), status: ScannersStatusSchema })),
  'scanner.put': write('Sets a scanner on a serial line up or changes it.', z.object({ scanner: ScannerSettingsSchema }), none),
  'scanner.remove': write('Takes a scanner away.', z.object({ scanner: IdSchema }), none),
  'scanner.usb': write('Whether scanners in HID POS mode are looked for.', z.object({ on: z.boolean() }), none),

  'sync.status': read('What is unsent, since when, and whether the cloud is there.', none, SyncStatusSchema),
  'sync.now': read('Tries the cloud at once; answers when this exchange is over.', none, SyncStatusSchema),
  'display.show': read('Shows the customer what is being rung up. Not recorded.', DisplaySchema, none),
  'display.now': read('What the customer display shows.', none, DisplaySchema),
  'ledger.balances': read('Sums of postings by account, in fen.', none, z.object({ balances: z.array(z.object({ account: z.string(), fen: FenSchema })), sales: z.int() })),
  'ledger.verify': read('Checks chain, postings and projections of this till\'s ledger.', none, VerifySchema),
} as const

export type Calls = typeof CALLS
export type CallName = keyof Calls
export type CallInput<Name extends CallName> = z.input<Calls[Name]['input']>
export type CallArgs<Name extends CallName> = z.output<Calls[Name]['input']>
export type CallResult<Name extends CallName> = z.output<Calls[Name]['output']>

/** What the till tells every screen. */
export const EMITS = {
  'good.changed': { about: 'A good is new or edited; open tickets follow.', payload: GoodViewSchema },
  'promotions.changed': { about: 'A promotion is new or edited: read them again.', payload: none },
  'goods.reloaded': { about: 'Many goods changed at once: read again what is shown.', payload: none },
  'snapshot.changed': { about: 'Who is signed in, the shift, the shop, or the credit code changed.', payload: SnapshotSchema },
  'sync.changed': { about: 'Connection or unsent count changed.', payload: SyncStatusSchema },
  'print.changed': { about: 'A printer\'s state changed.', payload: z.object({ printers: z.array(PrintStatusSchema) }) },
  'scale.changed': { about: 'A scale shows something else, came or went; at most ten times a second.', payload: z.object({ scales: z.array(ScaleStatusSchema) }) },
  'scanner.changed': { about: 'A scanner came or went.', payload: ScannersStatusSchema },
  'scan.read': { about: 'A scanner that does not type has read a code.', payload: z.object({ text: z.string() }) },
  'sale.completed': { about: 'A sale is in the journal.', payload: SaleViewSchema },
  'tickets.changed': { about: 'Tickets were set aside or taken up, here or at another till: read them again.', payload: none },
  'alerts.changed': { about: 'There is something to know, or it was read: read the alerts again.', payload: none },
  'members.changed': { about: 'Points or stored value moved, here or elsewhere: read again what is shown.', payload: none },
  'display.changed': { about: 'The customer display has something new.', payload: DisplaySchema },
} as const
export type EmitName = keyof typeof EMITS
export type EmitPayload<Name extends EmitName> = z.output<(typeof EMITS)[Name]['payload']>

/** Errors a handler can answer with. Each has a sentence and a next step in the screens' message files. */
export const ERROR_CODES = [
  'call.unknown', 'call.invalid', 'host.failed', 'host.gone', 'key.reused',
  'staff.none', 'staff.wrong_pin', 'staff.locked_out', 'staff.not_allowed', 'staff.approval_weak', 'staff.no_taken', 'staff.last_owner', 'till.not_empty',
  'shift.none', 'shift.open', 'shift.not_found',
  'good.not_found', 'good.off_sale', 'good.incomplete', 'good.code_taken',
  'sale.empty', 'sale.total_changed', 'sale.promotions_changed', 'sale.too_little_cash', 'sale.not_found', 'sale.discount_too_large', 'sale.returns_not_allowed', 'sale.too_large', 'sale.label_changed',
  'promotion.incomplete', 'promotion.rule_bad',
  'refund.empty', 'refund.total_changed', 'refund.line_unknown', 'refund.too_many', 'refund.beyond', 'refund.exempt', 'refund.late', 'refund.channel', 'refund.above_price', 'refund.over_cap',
  'ticket.gone',
  'report.range',
  'order.not_found', 'order.closed', 'count.open', 'count.none', 'paper.not_found', 'sale.expired',
  'sale.recalled', 'sale.recalled_whole', 'lot.not_found', 'lot.unnamed', 'lot.gone_already', 'lot.nothing_came', 'lot.no_codes', 'lot.codes_printed', 'lot.no_bad', 'lot.no_taken', 'lot.no_link', 'lot.no_certificate', 'lot.certificate_of_other', 'lot.other_good', 'lot.too_little', 'lot.not_even', 'lot.no_parts', 'lot.recalled', 'recall.not_found', 'recall.lifted',
  'member.phone_bad', 'member.birthday_bad', 'member.phone_taken', 'member.not_found', 'member.none', 'member.too_little', 'member.elsewhere', 'member.has_value', 'member.over_limit', 'member.over_unnamed', 'sale.paid_too_much', 'coupon.not_found', 'coupon.used', 'coupon.of_another', 'coupon.not_yet', 'coupon.expired', 'coupon.least', 'person.locked',
  'file.unreadable', 'file.too_large', 'file.no_header', 'import.no_name_or_price', 'import.row_not_found', 'import.not_found', 'import.too_old', 'import.columns_missing', 'import.history_again', 'import.nothing_new', 'import.broken_off', 'export.gone',
  'printer.not_found', 'printer.other_kind', 'label.not_printer', 'label.code_wrong', 'label.code_too_wide', 'pairing.code_wrong', 'pairing.too_many_tries', 'pairing.cloud_unreachable', 'pairing.already', 'pairing.refused', 'pairing.none', 'pairing.other_shop',
  'scale.not_found', 'scale.away', 'scale.unstable', 'scale.overload', 'scale.underload', 'scale.unit', 'scale.empty', 'scale.changed', 'scanner.not_found', 'port.taken',
  'till.catching_up', 'backup.failed', 'backup.damaged', 'backup.folder_missing', 'backup.disk_full', 'backup.no_passphrase', 'backup.passphrase_weak',
  'restore.not_empty', 'restore.not_sealed', 'restore.newer', 'restore.passphrase_needed', 'restore.passphrase_wrong', 'restore.damaged', 'restore.file_damaged', 'restore.cut_off', 'restore.out_of_step', 'restore.unreadable', 'database.newer',
  'ledger.disk_full', 'ledger.damaged', 'ledger.read_only', 'ledger.io',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]
