/**
 * `till.search.paint.100k`: from a key in the search box to what it finds painted, over 100,000 goods in a real browser,
 * against 30 ms; `till.search.work.100k`: processor time of the page's main thread for it. `till.search.100k`: the till's search alone against MiniSearch over the same goods, cut into the same
 * pairs, in this process; neither paints.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import MiniSearch from 'minisearch'
import type { Page } from '@playwright/test'
import { composeTill } from '#desktop/loopback/compose.ts'
import type { Good } from '#shared/catalog/good.ts'
import { pairs, plain, searchText } from '#shared/catalog/search-text.ts'
import type { TillStore } from '#shared/host/store.ts'
import { buildRenderer } from '../build.ts'
import { ROOT } from '../run-command.ts'
import { startStack } from '../stack.ts'
import { TILL_SIZE, at, openBrowser, openPage } from '../testing/screen.ts'
import { type Figure, limitFigure, p95Figure } from './figures.ts'
import { taskTime } from './scan-paint.ts'
import { openedTwoYears } from './two-years.ts'

const MS_MAX = 30
const SHOWN = 60
const GOODS_LOOKED_FOR = 25
const GOODS_A_PAGE = 1000

/** As a cashier types: initials letter by letter, and words as an input method gives them. */
function typedFor(goods: readonly Good[]): string[][] {
  return goods.flatMap(({ name }) => {
    const initials = [...searchText(name).initials.replace(/\d.*$/, '')].slice(0, 4)
    const words = /\p{Script=Han}+/u.exec(name)![0].match(/..?/gu)!
    return [initials, words.slice(0, 3)]
  })
}
const growing = (parts: readonly string[]): string[] => parts.map((_, i) => parts.slice(0, i + 1).join(''))

export async function searchPaint(): Promise<Figure[]> {
  await buildRenderer({ quiet: true })
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  try {
    const goods = await openedTwoYears(folder)
    const typed = typedFor(Array.from({ length: GOODS_LOOKED_FOR }, (_, i) => goods[i * 37 % goods.length]!))
    const { painted, worked } = await paint(folder, typed)
    const till = composeTill({ folder: join(folder, 'till'), version: 'bench', log: () => undefined })
    try {
      const { ours, theirs } = compare(till.store, typed.flatMap(growing))
      return [limitFigure('till.search.paint.100k', 'ms', painted, MS_MAX), limitFigure('till.search.work.100k', 'ms', worked, MS_MAX), p95Figure('till.search.100k', 'ms', ours, theirs)]
    } finally {
      await till.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function paint(folder: string, typed: readonly (readonly string[])[]): Promise<{ painted: number[]; worked: number[] }> {
  const stack = await startStack({ data: folder, cloud: false })
  const browser = await openBrowser()
  try {
    const { page } = await openPage(await browser.newContext({ viewport: TILL_SIZE, locale: 'zh-CN' }), stack.tillUrl)
    await at(page, 'total').waitFor()
    const work = await taskTime(page, 'threadTicks')
    const painted: number[] = []
    const worked: number[] = []
    for (const [i, parts] of typed.entries()) {
      await at(page, 'search').focus()
      for (const part of parts) {
        const before = await work()
        const ms = await type(page, part)
        const cpu = await work() - before
        // The first word loads what the others find loaded, as the first of a day does.
        if (i === 0) continue
        painted.push(ms)
        worked.push(cpu)
      }
      await at(page, 'search').fill('')
      await page.locator('[data-panel="quick"]').waitFor()
    }
    return { painted, worked }
  } finally {
    await browser.close()
    await stack.stop()
  }
}

async function type(page: Page, text: string): Promise<number> {
  // Listens rather than polls, and asks for the answer before it types.
  await page.evaluate(() => {
    const heard = new Promise((resolve) => {
      new PerformanceObserver((list, observer) => {
        const last = list.getEntriesByName('xiaopu:search-paint').at(-1)
        if (!last) return
        observer.disconnect()
        resolve(last.duration)
      }).observe({ type: 'measure' })
    })
    Object.assign(window, { heard })
  })
  const answer = page.evaluate(() => (window as unknown as { heard: Promise<number> }).heard)
  await page.keyboard.insertText(text)
  return answer
}

function compare(store: TillStore, queries: readonly string[]): { ours: number[]; theirs: number[] } {
  const all: Good[] = []
  for (let page = store.listGoods(undefined, GOODS_A_PAGE); page.length > 0; page = store.listGoods(page.at(-1)!.id, GOODS_A_PAGE)) all.push(...page)
  const mini = new MiniSearch<{ id: string; text: string }>({ fields: ['text'], tokenize: (text) => text.split(' '), processTerm: (term) => term || null })
  mini.addAll(all.map(({ id, name, code }) => {
    const text = searchText(name)
    return { id, text: [text.name, text.pinyin, text.initials, plain(code)].map(pairs).join(' ') }
  }))
  const ours: number[] = []
  const theirs: number[] = []
  for (const query of queries) {
    const text = plain(query)
    const terms = [...text].length === 1 ? text : pairs(text).split(' ').slice(0, -1).join(' ')
    const began = performance.now()
    store.searchGoods(query, SHOWN)
    const between = performance.now()
    mini.search(terms, { combineWith: 'AND', prefix: [...text].length === 1 }).slice(0, SHOWN)
    theirs.push(performance.now() - between)
    ours.push(between - began)
  }
  return { ours, theirs }
}
