/** The demonstration shop: who it is and who works there. Everything is invented; street, numbers and codes belong to nobody. */
import type { z } from 'zod'
import { SHOP_DEFAULTS, type ShopFields } from '#shared/catalog/shop.ts'
import type { StaffFields } from '#shared/identity/staff.ts'
import { DEMO_GOODS, type DemoGood } from './goods.ts'
import { dot, line, picture, rect, shape } from './svg.ts'

export interface DemoStaff {
  readonly fields: z.input<typeof StaffFields>
  readonly pin: string
}
export interface DemoShop {
  /** `site` is left empty: the cloud sets it. */
  readonly fields: z.input<typeof ShopFields>
  readonly staff: readonly DemoStaff[]
  readonly goods: readonly DemoGood[]
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]

/** A shopfront by the lake: awning, door, water. */
const logo = picture('#dcebf5', dot(74, 20, 9, '#f6c25a'), shape('M0 74c16-6 32 6 48 0s32 6 48 0v22H0z', '#7fb6d6'), rect(18, 40, 60, 38, 2, '#fbf3e4'), rect(24, 52, 26, 18, 2, '#a7cfe6'),
  rect(56, 50, 16, 28, 2, '#b5532f'), dot(68, 64, 1.4, '#f6c25a'), shape('M14 28h68l4 14H10z', '#d9542f'),
  [10, 40, 70].map((x) => shape(`M${x + 2} 42h15c0 9-15 9-15 0z`, '#d9542f')).join('') + [25, 55].map((x) => shape(`M${x + 2} 42h15c0 9-15 9-15 0z`, '#fbe9d8')).join(''), line('M6 86c8-3 14 3 22 0M52 88c8-3 14 3 22 0', '#ffffff99', 2))

export const LAKESIDE: DemoShop = {
  fields: {
    ...SHOP_DEFAULTS,
    name: '湖畔小铺',
    kind: 'shop',
    address: '浙江省湖州市吴兴区示例街88号',
    phone: '0572-0000000',
    hours: EVERY_DAY.map((day) => ({ day, open: 6 * 60 + 30, close: 22 * 60 })),
    uscc: '92330500MA0000000X',
    promises: ['蔬菜当天进货，不新鲜包退', '明码标价，称足斤两', '临期商品单独摆放并打折', '七天内凭小票可退换'],
    about: '家门口的小铺：早上有现摘的菜，晚上有冰的水，常备药也在柜台里。（演示店铺，商品与价格均为虚构）',
    logo,
    footer: '谢谢光临，慢走。演示小票，不作凭证。',
  },
  staff: [
    { fields: { no: '01', name: '店主', role: 'owner', active: true }, pin: '1234' },
    { fields: { no: '02', name: '收银员', role: 'cashier', active: true }, pin: '2345' },
  ],
  goods: DEMO_GOODS,
}
