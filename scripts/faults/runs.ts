/** The fault runs between real processes. Each gives what it did and what, if anything, did not agree in the end. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { MORNING, manualClock } from '#shared/testing/clock-and-ids.ts'
import type { Till } from '#desktop/loopback/compose.ts'
import { makeShop, operate } from '../demo/seed.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { beginTill, disagreements, inFolder, openCloud, openTill, saleOf, until } from './shop.ts'

export interface FaultRun { readonly name: string; readonly faults: readonly string[]; readonly [figure: string]: unknown }

const IN_STEP_MS = 300_000
const DAY_MS = 86_400_000

const isSent = ({ store }: Till): boolean => store.acknowledged() === store.head().seq
const joinShop = (till: Till, cloud: string, code: string): Promise<unknown> => till.dispatcher.run('till.pair', { key: randomUUID(), cloud, code })

/** A till sells and the cloud edits over a line that cuts, falls silent, trickles and repeats; twice the cloud is killed. */
export function badLine({ seed, sales }: { seed: number; sales: number }): Promise<FaultRun> {
  return inFolder(async (folder) => {
    const cloud = await openCloud(folder)
    const proxy = await startFaultProxy(() => cloud.url, seed, 0.35)
    const till = openTill(join(folder, 'till'))
    try {
      const { shop, code } = await makeShop(cloud, { name: '断线小铺', kind: 'shop' })
      const goods = await beginTill(till, '01', 6)
      // Joined at the cloud's own address and moved to the bad line: a lost answer would cost the code.
      await joinShop(till, cloud.url, code)
      const { token } = till.store.pairing()!
      await till.close()
      const bad = openTill(join(folder, 'till'))
      bad.store.pair({ cloud: proxy.url, token }, bad.store.identity().shop, bad.store.identity().till, { events: [], prints: [] }, Date.now(), null)
      await bad.close()
      const weathered = openTill(join(folder, 'till'))
      try {
        for (let n = 0; n < sales; n++) {
          await weathered.dispatcher.run('sale.complete', saleOf(goods, n))
          // Each exchange that fails is tried again by the till itself; this is a shop that keeps asking.
          if (n % 5 === 0) void weathered.dispatcher.run('sync.now', {}).catch(() => undefined)
          await until('a line between two sales', IN_STEP_MS, () => weathered.store.head().seq - weathered.store.acknowledged() < 20)
          if (n === Math.floor(sales / 3) || n === Math.floor(sales * 2 / 3)) {
            await cloud.kill()
            await cloud.start()
          }
        }
        const last = { good: goods[0]!.id, price: 4_321 }
        await operate(cloud, 'PATCH', `/api/shops/${shop}/goods/${last.good}`, { price: last.price })
        proxy.clear()
        await until('everything sent, and the price here', IN_STEP_MS, () => isSent(weathered) && weathered.store.good(last.good)?.price === last.price)
        return { name: 'bad line', seed, sales, ...proxy.counts, faults: await disagreements(cloud, shop, [weathered]) }
      } finally {
        await weathered.close()
      }
    } finally {
      await proxy.close()
      await cloud.stop()
    }
  })
}

/** Many tills of one shop sell at once and all send at once, again and again. */
export function manyTills({ tills: count, sales }: { tills: number; sales: number }): Promise<FaultRun> {
  return inFolder(async (folder) => {
    const cloud = await openCloud(folder)
    const tills: Till[] = []
    try {
      const { shop } = await makeShop(cloud, { name: '五十台收银机', kind: 'shop' })
      const counters = []
      for (let i = 0; i < count; i++) {
        const till = openTill(join(folder, `till-${i}`))
        tills.push(till)
        const goods = await beginTill(till, String(10 + i), 3)
        counters.push({ till, goods })
      }
      const codes = await Promise.all(tills.map(() => operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)))
      await Promise.all(tills.map((till, i) => joinShop(till, cloud.url, codes[i]!.code)))
      const began = performance.now()
      for (let n = 0; n < sales; n++) await Promise.all(counters.map(({ till, goods }, i) => till.dispatcher.run('sale.complete', saleOf(goods, n + i))))
      await until('all tills in step', IN_STEP_MS, () => tills.every(isSent))
      const seconds = (performance.now() - began) / 1000
      // What one till made is at every other.
      await until('every good at every till', IN_STEP_MS, () => tills.every(({ store }) => store.countGoods() === count * 3))
      return { name: 'many tills', tills: count, sales: count * sales, seconds: Number(seconds.toFixed(1)), faults: await disagreements(cloud, shop, tills) }
    } finally {
      await Promise.all(tills.map((till) => till.close()))
      await cloud.stop()
    }
  })
}

/** A shop that sells for weeks with no network, closes its shift every day, and is then joined over a bad line. */
export function monthAway({ seed, days, salesADay }: { seed: number; days: number; salesADay: number }): Promise<FaultRun> {
  return inFolder(async (folder) => {
    const clock = manualClock(MORNING - days * DAY_MS)
    const away = openTill(join(folder, 'till'), clock)
    const goods = await beginTill(away, '01', 12)
    for (let day = 0; day < days; day++) {
      for (let n = 0; n < salesADay; n++) {
        await away.dispatcher.run('sale.complete', saleOf(goods, day * salesADay + n))
        clock.pass(30_000)
      }
      const drawer = away.store.balances(away.store.openShift()!.shift).get('drawer') ?? 0
      await away.dispatcher.run('shift.close', { key: randomUUID(), counted: drawer })
      clock.set(MORNING - (days - day - 1) * DAY_MS)
      await away.dispatcher.run('shift.open', { key: randomUUID(), float: 10_000 })
    }
    const unsent = away.store.head().seq
    await away.close()

    const cloud = await openCloud(folder)
    const proxy = await startFaultProxy(() => cloud.url, seed, 0.2)
    const till = openTill(join(folder, 'till'))
    try {
      const { shop, code } = await makeShop(cloud, { name: '离线一个月', kind: 'shop' })
      let joining = code
      // A code whose answer was lost is used up: the shopkeeper asks for another.
      while (!till.store.pairing()) {
        await joinShop(till, proxy.url, joining).catch(() => undefined)
        if (!till.store.pairing()) joining = (await operate<{ code: string }>(cloud, 'POST', `/api/shops/${shop}/pairing-codes`)).code
      }
      await until('the first rows sent', IN_STEP_MS, () => till.store.acknowledged() > 0)
      proxy.clear()
      await until('a month sent', IN_STEP_MS, () => isSent(till))
      return { name: 'month away', seed, days, sales: days * salesADay, rows: unsent, ...proxy.counts, faults: await disagreements(cloud, shop, [till]) }
    } finally {
      await till.close()
      await proxy.close()
      await cloud.stop()
    }
  })
}
