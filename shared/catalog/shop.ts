/** Who the shop is, as its page and its receipts say it. Fields merge one by one. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { StaffFields } from '../identity/staff.ts'
import { defineEvent } from '../identity/event.ts'
import { PictureSchema } from './good.ts'
import { ScalePatternSchema } from '../codes/scale-label.ts'
import { HlcSchema } from './hlc.ts'

/** One stretch of opening on one weekday: 0 is Sunday; minutes from midnight of the shop's zone, close may pass 1440. */
export const HoursSchema = z.object({ day: z.int().min(0).max(6), open: z.int().min(0).max(1439), close: z.int().min(1).max(2880) })

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
  /** IANA time zone; business dates are computed in it. */
  zone: z.string().max(40),
  /** The foot of every receipt. */
  footer: z.string().trim().max(120),
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
})
export const ShopSchema = ShopFields.extend({ id: IdSchema })
export type Shop = z.output<typeof ShopSchema>

export const SHOP_DEFAULTS = {
  name: '小铺', kind: 'shop', address: '', phone: '', hours: [], uscc: '', promises: [], about: '', logo: '', zone: 'Asia/Shanghai', footer: '', labels: [], tares: [], weighIn: '', quickPages: [], site: '',
} as const satisfies z.input<typeof ShopFields>

export const ShopChanged = defineEvent('shop.changed', 1, z.object({ shop: IdSchema, set: ShopFields.partial(), hlc: HlcSchema }))
export const StaffChanged = defineEvent('staff.changed', 1, z.object({ staff: IdSchema, set: StaffFields.partial(), hlc: HlcSchema }))
