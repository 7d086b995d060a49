/** Goods as the right half shows them: quick keys and search results. The host knows them all; the screen keeps what it draws. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { GoodView } from '#shared/host/schemas.ts'
import { TillError } from '#shared/host/frames.ts'
import { till } from '../host/till.ts'
import { measurePaint } from '../input/paint.ts'

const RESULTS_MAX = 60

export const useGoods = defineStore('goods', () => {
  const quick = shallowRef<readonly GoodView[]>([])
  const text = ref('')
  const results = shallowRef<readonly GoodView[]>([])
  const chosen = ref(0)
  /** Goods that can be scanned already and not yet be found. */
  const coming = ref(0)
  /** The text the results belong to; differs from `text` while an answer is under way. */
  const answered = ref('')
  let asked = 0

  async function reloadQuick(): Promise<void> {
    try {
      quick.value = (await till().call('goods.quick', {})).goods
    } catch (error) {
      if (!(error instanceof TillError && error.code === 'host.gone')) throw error
    }
  }

  /** Searches for what the box holds; a late answer to an older text is dropped. `since`: when its last key was pressed, for `xiaopu:search-paint`. */
  async function search(since?: number): Promise<void> {
    const wanted = text.value.trim()
    const turn = ++asked
    if (!wanted) {
      results.value = []
      answered.value = ''
      coming.value = 0
      return
    }
    try {
      const found = await till().call('goods.search', { text: wanted, limit: RESULTS_MAX })
      if (turn !== asked) return
      results.value = found.goods
      coming.value = found.coming
      answered.value = wanted
      chosen.value = 0
      if (since !== undefined) void measurePaint('xiaopu:search-paint', since)
    } catch (error) {
      if (!(error instanceof TillError && error.code === 'host.gone')) throw error
    }
  }
  function clearSearch(): void {
    asked += 1
    text.value = ''
    results.value = []
    answered.value = ''
    coming.value = 0
    chosen.value = 0
  }
  function choose(by: 1 | -1): void {
    chosen.value = Math.min(results.value.length - 1, Math.max(0, chosen.value + by))
  }

  /** An edited good shows its new self at once wherever it is drawn. */
  function follow(good: GoodView): void {
    results.value = results.value.map((each) => (each.id === good.id ? good : each))
    const before = quick.value.find((each) => each.id === good.id)
    if ((before?.quick ?? 0) !== good.quick || (before && before.on !== good.on)) void reloadQuick()
    else if (before) quick.value = quick.value.map((each) => (each.id === good.id ? good : each))
  }

  return { quick, text, results, chosen, coming, answered, reloadQuick, search, clearSearch, choose, follow }
})
