/** Who the shop is, as its page and its receipts say it. Fields merge one by one. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { StaffFields } from '../identity/staff.ts'
import { defineEvent } from '../identity/event.ts'
import { PictureSchema, WidePictureSchema } from './good.ts'
import { ScalePatternSchema } from '../codes/scale-label.ts'
import { HlcSchema } from './hlc.ts'
import { LOYALTY_DEFAULTS, LoyaltySchema, VALUE_LIMITS, ValueLimitsSchema } from './loyalty.ts'
import { PAPER_DEFAULTS, PaperSchema } from './paper.ts'
import { RoundingSchema } from './promotion.ts'
import { fen, PriceSchema } from '../money/money.ts'

/** They travel with the shop's own words, so there are few. */
export const ADVERTS_MAX = 3

/** One stretch of opening on one weekday: 0 is Sunday; minutes from midnight of the shop's zone, close may pass 1440. */
export const HoursSchema = z.object({ day: z.int().min(0).max(6), open: z.int().min(0).max(1439), close: z.int().min(1).max(2880) })

/** A code of the shop's own that customers pay by (收款码): what it is called, and what it says. */
export const PayCodeSchema = z.object({ name: z.string().trim().min(1).max(10), text: z.string().trim().min(1).max(300) })
export type PayCode = z.output<typeof PayCodeSchema>
export const PAY_CODES_MAX = 3

export const ShopFields = z.object({
  name: z.string().trim().min(1).max(60),
  kind: z.enum(['shop', 'stall', 'pharmacy']),
  address: z.string().trim().max(120),
  phone: z.string().trim().max(30),
  hours: z.array(HoursSchema).max(28),
  /** Unified social credit code, GB 32100; may fail its check character. */
  uscc: z.string().trim().max(18),
  /** What the shop promises its customers, one sentence each. */
  promises: z.array(z.string().trim().min(1).max(60)).max(10),
  about: z.string().trim().max(300),
  logo: PictureSchema,
  /** Pictures that the customer display shows in turn while nobody buys. */
  adverts: z.array(WidePictureSchema).max(ADVERTS_MAX),
  /** IANA time zone; business dates are computed in it. */
  zone: z.string().max(40),
  /** Days before a lot's last that it is shown as near. */
  nearExpiryDays: z.int().min(0).max(3650),
  /** Categories of which nothing is sold that should be of an expired lot; of the others the cashier is warned. */
  expiredStops: z.array(z.string().trim().min(1).max(40)).max(50),
  /** The foot of every receipt. */
  footer: z.string().trim().max(120),
  /** What else its customers' papers show and leave out. */
  paper: PaperSchema,
  /** The shop's own codes that customers pay by. */
  payCodes: z.array(PayCodeSchema).max(PAY_CODES_MAX),
  /** What members get. */
  loyalty: LoyaltySchema,
  /** The most stored value that one member may have. */
  valueLimits: ValueLimitsSchema,
  /** How the shop's scales print their labels. */
  labels: z.array(ScalePatternSchema).max(12),
  /** Containers whose weight is taken off, in grams. */
  tares: z.array(z.object({ name: z.string().trim().min(1).max(10), grams: z.int().min(1).max(9999) })).max(6),
  /** Prices of weighed goods are shown for this unit; empty: for the one each good is priced by. */
  weighIn: z.enum(['', '斤', '公斤']),
  /** Names of the pages of quick keys, in their order; none: one page, by categories. */
  quickPages: z.array(z.string().trim().min(1).max(12)).max(12),
  /** Where the cloud serves the public pages, e.g. https://example.cn; set by the cloud. */
  site: z.string().max(200),
  /** How totals are rounded down (抹零). */
  rounding: RoundingSchema,
  /** Per cent that a cashier may take off by hand, of a line and of a ticket; beyond it a manager's PIN is asked for. */
  handLimit: z.int().min(0).max(100),
  /** Days after a sale in which goods come back. */
  returnDays: z.int().min(0).max(365),
  /** Words in the names of categories whose goods don't come back without a reason. */
  returnExempt: z.array(z.string().trim().min(1).max(20)).max(50),
  /** fen that may be paid back at once without a receipt */
  returnCap: PriceSchema,
})
export const ShopSchema = ShopFields.extend({ id: IdSchema })
export type Shop = z.output<typeof ShopSchema>

export const SHOP_DEFAULTS = {
  name: '小铺', kind: 'shop', address: '', phone: '', hours: [], uscc: '', promises: [], about: '', logo: '', adverts: [], zone: 'Asia/Shanghai', nearExpiryDays: 30, expiredStops: [], footer: '', labels: [], tares: [], weighIn: '', quickPages: [], payCodes: [], loyalty: LOYALTY_DEFAULTS, valueLimits: VALUE_LIMITS, paper: PAPER_DEFAULTS, site: '', rounding: 'none', handLimit: 0,
  // Seven days, and what the rule itself leaves out: made to order, fresh and perishable, opened media and downloads, periodicals; and what hygiene or the law keeps from a second buyer.
  returnDays: 7, returnCap: fen(50_000),
  returnExempt: [
    '定制', '生鲜', '蔬菜', '水果', '鲜花', '肉', '水产', '海鲜', '熟食', '冷冻', '冷藏', '蛋奶', '面包', '糕点', '音像', '软件', '充值', '下载', '期刊', '报纸', '书报', '药', '内衣', '贴身', '彩票',
  ],
} as const satisfies z.input<typeof ShopFields>

export const ShopChanged = defineEvent('shop.changed', 1, z.object({ shop: IdSchema, set: ShopFields.partial(), hlc: HlcSchema }))
export const StaffChanged = defineEvent('staff.changed', 1, z.object({ staff: IdSchema, set: StaffFields.partial(), hlc: HlcSchema }))
