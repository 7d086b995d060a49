/** Goods by the hundred thousand in the shapes of a real shop's: a made-up brand, what it is, a size; some weighed, some with a code of the shop's own, a few whose cost nobody wrote down. The same at every run. */
import { GOOD_DEFAULTS, type Good, GoodSchema } from '#shared/catalog/good.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import { uuidv7 } from '#shared/identity/ids.ts'
import type { Chance } from '../simulate/chance.ts'

const FIRST = ['竹', '湖', '松', '云', '江', '桂', '青', '金', '春', '福', '雪', '和', '泰', '嘉', '海', '明']
const SECOND = ['海', '泉', '山', '源', '味', '香', '禾', '田', '园', '乐', '家', '康', '丰', '坊', '林', '安']
/** category, what there is, units, sizes, the least and the most a piece costs in fen */
const SHELVES: readonly (readonly [string, readonly string[], readonly string[], readonly string[], number, number])[] = [
  ['饮料', ['纯净水', '可乐', '绿茶', '乌龙茶', '橙汁', '酸梅汤', '苏打水', '豆奶', '椰汁', '咖啡'], ['瓶', '罐', '盒'], ['250ml', '330ml', '500ml', '550ml', '1L', '1.5L'], 100, 1200],
  ['休闲食品', ['薯片', '饼干', '瓜子', '花生', '果冻', '话梅', '海苔', '牛肉干', '锅巴', '巧克力'], ['袋', '包', '盒'], ['45g', '70g', '108g', '200g', '500g'], 150, 4500],
  ['粮油调味', ['大米', '面粉', '酱油', '陈醋', '料酒', '菜籽油', '豆瓣酱', '白糖', '细盐', '挂面'], ['袋', '瓶', '桶'], ['400g', '500ml', '1kg', '5kg', '5L'], 200, 9900],
  ['日用百货', ['牙膏', '洗衣液', '抽纸', '香皂', '洗发水', '垃圾袋', '保鲜膜', '毛巾', '衣架', '电池'], ['支', '瓶', '提', '个', '包'], ['小号', '中号', '大号', '家庭装'], 200, 6800],
  ['乳品冷藏', ['鲜牛奶', '酸奶', '奶酪', '豆腐', '火腿肠', '水饺', '汤圆', '冰淇淋'], ['盒', '袋', '杯'], ['100g', '180g', '250ml', '450g', '950ml'], 150, 3900],
  ['酒', ['啤酒', '黄酒', '米酒', '白酒', '葡萄酒'], ['瓶', '罐', '坛'], ['330ml', '500ml', '750ml'], 300, 29_900],
  ['文具玩具', ['铅笔', '作业本', '橡皮', '胶带', '积木', '水彩笔'], ['支', '本', '盒', '个'], ['A5', '12色', '24色', '3只装'], 50, 5900],
]
const WEIGHED: readonly (readonly [string, readonly string[]])[] = [
  ['蔬菜', ['青菜', '番茄', '土豆', '茄子', '黄瓜', '豇豆', '藕', '白萝卜', '菠菜', '香菇']], ['水果', ['苹果', '香梨', '蜜橘', '葡萄', '桃子', '西瓜', '香蕉', '枇杷']], ['鲜肉水产', ['猪腿肉', '排骨', '鲫鱼', '河虾', '鸡翅']],
]
/** Of a hundred goods so many are weighed, and so many have a known cost. */
const [WEIGHED_PART, COSTED_PART] = [0.06, 0.94]

export function manyGoods(count: number, chance: Chance, at: number): Good[] {
  return Array.from({ length: count }, (_, n) => {
    const brand = FIRST[n % FIRST.length]! + SECOND[Math.floor(n / FIRST.length) % SECOND.length]!
    const id = uuidv7(at + n, chance.bytes(10))
    const isWeighed = chance.odds(WEIGHED_PART)
    const [category, kinds, units, sizes, low, high] = isWeighed ? [...chance.pick(WEIGHED), ['斤', '公斤'], ['散装', '精选', '有机'], 150, 4800] as const : chance.pick(SHELVES)
    // Squared: most goods are cheap ones.
    const price = Math.max(10, Math.round((low + (high - low) * chance.next() ** 2) / 10) * 10)
    const spec = chance.pick(sizes)
    const body = isWeighed ? `20${String(n % 100_000).padStart(5, '0')}00000` : `6909${String(n).padStart(8, '0')}`
    return GoodSchema.parse({
      ...GOOD_DEFAULTS, codes: [], id, name: `${brand}${chance.pick(kinds)}${spec}`, code: `${body}${gtinCheckDigit(body)}`, category, unit: chance.pick(units), spec,
      pricing: isWeighed ? 'weight' : 'piece', price, cost: chance.odds(COSTED_PART) ? Math.round(price * (0.55 + chance.next() * 0.3)) : null,
    })
  })
}
