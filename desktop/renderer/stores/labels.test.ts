/** Labels that are put together while others are on their way to the printer. */
import { createPinia, setActivePinia } from 'pinia'
import { expect, test } from 'vitest'
import type { GoodView } from '#shared/host/schemas.ts'
import { useLabels } from './labels.ts'

const good = (id: string): GoodView => ({ id, name: id } as GoodView)

test('what was printed goes, and what somebody added meanwhile stays', () => {
  setActivePinia(createPinia())
  const labels = useLabels()
  for (const id of ['a', 'b', 'b']) labels.add(good(id))
  const sent = labels.rows.map(({ good: { id }, copies }) => ({ good: id, copies }))
  labels.add(good('b'))
  labels.add(good('c'))
  labels.printed(sent)
  expect(labels.rows.map(({ good: { id }, copies }) => [id, copies])).toEqual([['c', 1], ['b', 1]])
  expect(labels.shown).toBe('c')
  labels.printed([{ good: 'c', copies: 1 }, { good: 'b', copies: 1 }])
  expect([labels.rows, labels.shown]).toEqual([[], null])
})
