/**
 * `sync.pull.100k`: a new till joins a shop of 100,000 goods; seconds until it can sell the last of them, against ten.
 * `…sale`: meanwhile it sells; the longest that a sale took, in milliseconds, against what a cashier would feel.
 */
import { makeShop, operate } from '../demo/seed.ts'
import { type CloudStage, openCloudStage, startTill } from './cloud-stage.ts'
import { id, saleOf } from './counter.ts'
import { type Figure, maxFigure } from './figures.ts'
import { type Good, GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import { setTimeout as pause } from 'node:timers/promises'

const GOODS = 100_000
const RUNS = 3
const SECONDS_MAX = 10
/** An answer within a tenth of a second feels like none was waited for. */
const SALE_MS_MAX = 100
/** A quick counter: a sale, and on to the next. */
const BETWEEN_SALES_MS = 50

const WORDS = ['青岛', '雪花', '康师傅', '农夫山泉', '伊利', '蒙牛', '旺旺', '洽洽', '海天', '老干妈']
const KINDS = ['啤酒', '纯净水', '方便面', '酸奶', '酱油', '瓜子', '饼干', '薯片', '绿茶', '洗衣粉']

export async function syncPull(): Promise<Figure[]> {
  const stage = await openCloudStage()
  try {
    const { shop, code } = await makeShop(stage, { name: '十万小铺', kind: 'shop' })
    const last = await offer(stage, shop)
    const seconds: number[] = []
    const sales: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const fresh = run === 0 ? code : (await operate<{ code: string }>(stage, 'POST', `/api/shops/${shop}/pairing-codes`)).code
      const pulled = await pullRun(stage, fresh, last)
      seconds.push(pulled.seconds)
      sales.push(...pulled.sales)
    }
    return [maxFigure('sync.pull.100k', 's', seconds, SECONDS_MAX), maxFigure('sync.pull.100k.sale', 'ms', sales, SALE_MS_MAX)]
  } finally {
    await stage.close()
  }
}

/** Fills the shop through its owner's API, a thousand goods a call; gives the last good's id. */
async function offer(stage: CloudStage, shop: string): Promise<string> {
  let last = ''
  for (let from = 0; from < GOODS; from += 1000) {
    const goods = Array.from({ length: 1000 }, (_, i) => {
      const n = from + i
      return { name: `${WORDS[n % 10]}${KINDS[Math.floor(n / 10) % 10]}${n}号`, code: `69${String(n).padStart(11, '0')}`, price: 100 + n % 9900, category: KINDS[Math.floor(n / 10) % 10], unit: '个' }
    })
    last = (await operate<{ goods: { id: string }[] }>(stage, 'POST', `/api/shops/${shop}/goods`, { goods })).goods.at(-1)!.id
  }
  return last
}

async function pullRun(stage: CloudStage, code: string, last: string): Promise<{ seconds: number; sales: number[] }> {
  const till = await startTill(stage)
  const { client } = till
  try {
    const own = { ...GOOD_DEFAULTS, codes: [], id: id(), name: '自带商品', price: 350 } as unknown as Good
    await client.call('till.setup', { key: id(), shop: {}, owner: { no: '01', name: '店主' }, pin: '1234' })
    await client.call('shift.open', { key: id(), float: 0 })
    const { id: good, ...set } = own
    await client.call('goods.put', { key: id(), good, set })
    const began = performance.now()
    let done = false
    const pulled = client.call('till.pair', { key: id(), cloud: stage.url, code }).then(() => { done = true })
    const sales: number[] = []
    for (let i = 0; !done; i++) {
      const sale = saleOf([own], i, 3)
      const asked = performance.now()
      await client.call('sale.complete', sale)
      sales.push(performance.now() - asked)
      await pause(BETWEEN_SALES_MS)
    }
    await pulled
    const seconds = (performance.now() - began) / 1000
    const sold = await client.call('goods.get', { good: last })
    await client.call('sale.complete', saleOf([sold as Good], 0, 1))
    return { seconds, sales }
  } finally {
    await till.close()
  }
}
