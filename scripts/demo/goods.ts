/**
 * The demonstration shop's goods: invented names and prices of a corner shop, a vegetable stall and a pharmacy's counter of
 * medicines sold without prescription. Pack codes are valid EAN-13 of a made-up company; what is weighed has in-store numbers.
 */
import type { z } from 'zod'
import { GOOD_DEFAULTS, type GoodFields } from '#shared/catalog/good.ts'
import { gtinCheckDigit } from '#shared/codes/gtin.ts'
import * as packs from './packs.ts'
import * as produce from './produce.ts'
import { dot, line, oval, rect, shape } from './svg.ts'

const { BLUE, CREAM, LILAC, MINT, PEACH, ROSE } = packs.GROUNDS

export interface DemoGood {
  readonly fields: z.input<typeof GoodFields>
  /** thousandths: 1000 a piece, or grams */
  readonly stock: number
}

/** name, unit, price and cost in fen per unit, pieces or kilograms in stock, place on the quick keys (0: none), picture, size */
type Row = readonly [name: string, unit: string, price: number, cost: number, stock: number, quick: number, picture: string, spec?: string]

const drinks: readonly Row[] = [
  ['竹海山泉水', '瓶', 200, 110, 120, 1, packs.bottle(BLUE, '#a9d3ea', '#3d7fb5', '#4d9bcf', '#e8f5fb'), '550ml'],
  ['冰爽可乐', '罐', 300, 190, 96, 2, packs.can(ROSE, '#c9362e', '#f3e9df', '#f6d7b0'), '330ml'],
  ['鲜橙汁', '盒', 980, 650, 24, 3, packs.carton(PEACH, '#f6a43c', '#5d9b4f', dot(48, 50, 9, '#fff3da') + dot(48, 50, 7.4, '#ef8b27')), '1L'],
  ['无糖乌龙茶', '瓶', 450, 280, 60, 4, packs.bottle(CREAM, '#b8803f', '#5b3f25', '#f1e3c2', '#7f9b4e'), '500ml'],
  ['桂花酸梅汤', '瓶', 500, 310, 48, 0, packs.bottle(ROSE, '#7e2f3c', '#e5b64c', '#f6d9a8', '#a4394b'), '480ml'],
  ['白桃苏打水', '罐', 400, 240, 48, 0, packs.can(ROSE, '#f6c5bb', '#fff6ee', '#ee8e7e'), '330ml'],
  ['湖畔清啤', '罐', 550, 350, 72, 5, packs.can(MINT, '#2f7d5b', '#e9c75a', '#f7efd2'), '500ml'],
  ['明前绿茶', '罐', 6800, 4600, 12, 0, packs.jar(MINT, '#d7dfc3', '#9db873', '#4c7a4a', '#f7f4e4'), '50g'],
]
const snacks: readonly Row[] = [
  ['原味薯片', '袋', 680, 430, 40, 6, packs.bag(CREAM, '#f4c542', '#d4572f', oval(48, 46, 11, 8, '#fae3a0') + line('M39 46c5-4 12-4 18 0', '#d9a93a', 1.6)), '75g'],
  ['手剥春笋', '袋', 850, 560, 30, 0, packs.bag(MINT, '#7fae5a', '#f0e6c4', shape('M48 30c8 8 11 20 8 32H40c-3-12 0-24 8-32z', '#f1e4b8') + line('M41 54c5-4 9-4 14 0M43 44c4-3 6-3 10 0', '#b49d5c', 1.8)), '180g'],
  ['五香瓜子', '袋', 990, 620, 36, 7, packs.bag(PEACH, '#b5532f', '#f1cf8b', packs.grains(48, 46, '#3d2a20')), '260g'],
  ['海盐苏打饼干', '盒', 1280, 820, 20, 0, packs.box(BLUE, '#5a8fbe', '#3f6f9c', rect(32, 40, 22, 22, 3, '#f0d6a0') + [37, 43, 49].map((x) => dot(x, 46, 1.2, '#b98c4a') + dot(x, 52, 1.2, '#b98c4a') + dot(x, 57, 1.2, '#b98c4a')).join('')), '300g'],
  ['榛果巧克力', '块', 1180, 760, 30, 0, packs.block(PEACH, '#7b3f5c', '#5b3625', '#e8b65c'), '80g'],
  ['湖州酥糖', '盒', 1680, 1050, 18, 8, packs.flatBox(ROSE, '#c4423a', '#e8705c', rect(28, 56, 40, 16, 2, '#f8dfae') + line('M34 64h28M48 58v12', '#c4423a', 2)), '240g'],
  ['九制话梅', '罐', 1380, 860, 22, 0, packs.jar(ROSE, '#f0d8ce', '#8c3a34', '#d97b52', '#fdf0dc'), '150g'],
  ['即食海苔', '袋', 790, 480, 26, 0, packs.bag(MINT, '#2f6b58', '#e8c36b', rect(38, 36, 20, 22, 2, '#1f4a3c') + line('M42 42h12M42 48h12M42 54h8', '#4f8f76', 1.4)), '15g'],
]
const staples: readonly Row[] = [
  ['软香大米', '袋', 3980, 3100, 20, 9, packs.sack(CREAM, '#e7cf9b', '#b5532f', packs.grains(48, 52, '#d8bd7c')), '5kg'],
  ['高筋面粉', '袋', 1280, 900, 24, 0, packs.sack(PEACH, '#f4ead6', '#c98a3a', line('M48 66V44M48 60l-7-5M48 60l7-5M48 53l-7-5M48 53l7-5M48 46l-4-5M48 46l4-5', '#c98a3a', 2.6)), '2.5kg'],
  ['鸡蛋挂面', '袋', 750, 520, 40, 10, packs.bag(CREAM, '#f3dfae', '#c5503a', line('M38 34v26M43 32v30M48 33v28M53 32v30M58 34v26', '#d9a93a', 2.4) + rect(36, 44, 24, 6, 2, '#c5503a')), '800g'],
  ['压榨菜籽油', '桶', 6990, 5600, 10, 0, packs.jug(CREAM, '#f0bb3b', '#c7402f', '#fff3cf', 'M45 51c6 3 8 8 0 15-8-7-6-12 0-15z'), '5L'],
  ['酿造酱油', '瓶', 1090, 720, 24, 11, packs.sauce(PEACH, '#4b2a20', '#b5332a', '#f1d9a4', '#b5332a'), '500ml'],
  ['古镇米醋', '瓶', 780, 490, 24, 0, packs.sauce(ROSE, '#8a4a34', '#2f4f46', '#f6ecd4', '#2f6b58'), '500ml'],
  ['糯米料酒', '瓶', 890, 560, 20, 0, packs.sauce(CREAM, '#c48a3c', '#6b3a24', '#fbf1d8', '#a7502f'), '500ml'],
  ['深井食盐', '袋', 250, 150, 60, 12, packs.bag(BLUE, '#f7fafc', '#3f7fb8', shape('M48 34l10 10-10 10-10-10z', '#bcd8ec') + shape('M48 34l10 10H38z', '#dcebf5')), '350g'],
  ['红烧牛肉面', '桶', 500, 330, 48, 13, packs.cup(PEACH, '#d9542f', '#f8ecd8', shape('M34 52h28c0 9-6 14-14 14s-14-5-14-14z', '#fbf1de') + line('M38 50c2-5 5 1 8-4s5 1 8-3 4 2 5 4', '#f3c24a', 2.6)), '105g'],
]
const household: readonly Row[] = [
  ['原木抽纸', '包', 450, 280, 80, 14, packs.flatBox(BLUE, '#7fb6d6', '#a7cfe6', oval(48, 44, 14, 4, '#4f8fb5') + shape('M38 44c0-14 6-10 8-20 4 6 14 8 14 20z', '#fff')), '120抽'],
  ['三层卷纸', '提', 1980, 1350, 16, 0, packs.roll(CREAM, '#f5efe4', '#c9a877'), '10卷'],
  ['薄荷牙膏', '支', 1290, 830, 24, 0, packs.tube(MINT, '#f4fbf7', '#3f9b7d', '#5fbf9a'), '120g'],
  ['软毛牙刷', '支', 690, 380, 30, 0, packs.brush(BLUE, '#e2705c', '#4d9bcf')],
  ['茉莉香皂', '块', 480, 290, 30, 0, packs.block(MINT, '#7fb58a', '#f7f3e3', '#fffdf2'), '115g'],
  ['深层洗衣液', '瓶', 2980, 1980, 14, 0, packs.jug(BLUE, '#4f86c6', '#f2b33d', '#eaf3fb', 'M45 50l3 6 7 1-5 5 1 7-6-4-6 4 1-7-5-5 7-1z'), '2kg'],
  ['柠檬洗洁精', '瓶', 990, 610, 18, 0, packs.bottle(CREAM, '#f4d74a', '#4f9a5a', '#fdf8d8', '#7fb83f'), '500g'],
  ['五号电池', '卡', 1080, 640, 25, 0, packs.batteries(CREAM, '#3c4a56', '#e0a03a'), '4节'],
  ['加厚垃圾袋', '卷', 690, 390, 36, 15, packs.bagRoll(MINT, '#58656e', '#f2c24f'), '30只'],
]
const dairy: readonly Row[] = [
  ['散养鲜鸡蛋', '斤', 680, 510, 40, 16, produce.eggs()],
  ['鲜牛奶', '盒', 850, 600, 30, 17, packs.carton(BLUE, '#fdfdfb', '#5fa3d0', shape('M38 42c6-4 8 4 14 1s8 6 2 9-10 1-14-1-6-7-2-9z', '#3e4650')), '950ml'],
  ['原味酸奶', '杯', 380, 240, 40, 18, packs.cup(ROSE, '#fbf6ee', '#e98a8f', dot(48, 54, 8, '#e4606d') + shape('M48 49l-5-3 4-1 1-3 1 3 4 1z', '#5d9b4f')), '150g'],
  ['老盐卤豆腐', '盒', 350, 210, 24, 19, produce.tofu(), '400g'],
  ['五香豆腐干', '袋', 500, 310, 24, 0, produce.driedTofu(), '200g'],
]
const vegetables: readonly Row[] = [
  ['小青菜', '斤', 298, 160, 30, 20, produce.leafGreens()],
  ['大白菜', '斤', 158, 80, 50, 21, produce.cabbage()],
  ['沙瓤西红柿', '斤', 450, 280, 25, 22, produce.tomato()],
  ['刺黄瓜', '斤', 380, 230, 20, 23, produce.cucumber()],
  ['黄心土豆', '斤', 220, 120, 60, 24, produce.potato()],
  ['水果胡萝卜', '斤', 260, 150, 30, 25, produce.carrot()],
  ['紫长茄', '斤', 420, 250, 18, 26, produce.eggplant()],
  ['薄皮青椒', '斤', 480, 300, 15, 27, produce.pepper()],
  ['雪藕', '斤', 550, 360, 20, 28, produce.lotusRoot()],
  ['鲜香菇', '斤', 880, 590, 12, 29, produce.mushroom()],
  ['糯玉米', '根', 300, 170, 60, 30, produce.corn()],
  ['带壳毛豆', '斤', 580, 350, 20, 0, produce.beans()],
  ['蜜薯', '斤', 350, 200, 40, 0, produce.spud()],
]
const fruit: readonly Row[] = [
  ['脆甜苹果', '斤', 680, 430, 40, 31, produce.apple()],
  ['香蕉', '斤', 390, 240, 35, 32, produce.banana()],
  ['夏黑葡萄', '斤', 1280, 850, 15, 33, produce.grapes()],
  ['沙瓤西瓜', '斤', 250, 140, 120, 34, produce.watermelon()],
  ['大个脐橙', '斤', 590, 380, 40, 35, produce.orange()],
  ['软蜜水蜜桃', '斤', 1580, 1050, 20, 36, produce.peach()],
]
const medicines: readonly Row[] = [
  ['维生素C片', '盒', 1280, 760, 20, 0, packs.medicine(PEACH, '#ee8b32', dot(60, 52, 10, '#f9b659') + line('M60 43v18M51 52h18', '#fff3da', 1.8)), '100片'],
  ['板蓝根颗粒', '盒', 1580, 980, 18, 0, packs.medicine(MINT, '#4b8f5a', packs.leafMark(58, 52, '#5fa869')), '20袋'],
  ['健胃消食片', '盒', 1890, 1200, 16, 0, packs.medicine(CREAM, '#b9812f', dot(53, 54, 6, '#d9a659') + dot(65, 48, 6, '#e6bd7c')), '36片'],
  ['布洛芬缓释胶囊', '盒', 2180, 1450, 14, 0, packs.medicine(ROSE, '#c8483f', packs.pillMark(60, 52, '#f6efe6', '#d9534a')), '20粒'],
  ['藿香正气口服液', '盒', 1680, 1080, 20, 0, packs.medicine(MINT, '#3f7f78', packs.drop(60, 52, '#5aa59c')), '10支'],
  ['莫匹罗星软膏', '支', 1960, 1300, 10, 0, packs.tube(LILAC, '#fbfaff', '#6f5fa8', '#a295d3'), '10g'],
]
const care: readonly Row[] = [
  ['透气创可贴', '盒', 690, 390, 30, 0, produce.plasters(), '20片'],
  ['医用外科口罩', '包', 990, 550, 40, 0, produce.mask(), '10只'],
  ['碘伏消毒液', '瓶', 580, 330, 24, 0, packs.bottle(PEACH, '#7a4326', '#f7f4ee', '#fdfaf2', '#c8483f'), '100ml'],
  ['电子体温计', '支', 2980, 1900, 8, 0, produce.thermometer()],
]

const SHELVES: readonly (readonly [category: string, rows: readonly Row[]])[] = [
  ['饮料', drinks], ['零食', snacks], ['粮油调味', staples], ['日用百货', household], ['蛋奶豆品', dairy],
  ['蔬菜', vegetables], ['水果', fruit], ['非处方药', medicines], ['健康护理', care],
]

function goodOf(category: string, row: Row, shelf: number, place: number): DemoGood {
  const [name, unit, price, cost, stock, quick, picture, spec = ''] = row
  const isWeighed = unit === '斤'
  const item = String((shelf + 1) * 100 + place + 1).padStart(5, '0')
  const body = isWeighed ? `20${item}00000` : `6990000${item}`
  return {
    fields: { ...GOOD_DEFAULTS, codes: [], name, code: `${body}${gtinCheckDigit(body)}`, category, unit, pricing: isWeighed ? 'weight' : 'piece', price, cost, spec, quick, picture },
    stock: stock * 1000,
  }
}

/** All goods, shelf by shelf. */
export const DEMO_GOODS: readonly DemoGood[] = SHELVES.flatMap(([category, rows], shelf) => rows.map((row, place) => goodOf(category, row, shelf, place)))
