/**
 * Scans in their order. Each waits until the one before it is on the ticket; while the host is away, while a payment
 * waits for its answer or before somebody has signed in they stay in line, visible, and survive a reload.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Ask } from '#shared/codes/recognise.ts'
import type { CallResult } from '#shared/host/contract.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { milli } from '#shared/quantity/quantity.ts'
import { db, type WaitingScan } from '../db.ts'
import { newId, till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { measurePaint } from '../input/paint.ts'
import { useCarried } from './carried.ts'
import { useCounter } from './counter.ts'
import { asking, follow, unknownWords, warn } from './meanings.ts'
import { useNotice } from './notice.ts'
import { useSession } from './session.ts'
import { useTicket } from './ticket.ts'

export const useScans = defineStore('scans', () => {
  const queue = shallowRef<readonly WaitingScan[]>([])
  const times = new Map<string, { since: number; typed: number }>()
  /** Scans written down because they had to wait. The others never were, and need no striking out. */
  const kept = new Set<Id>()
  let running = false

  const session = useSession()
  const ticket = useTicket()
  const ready = computed(() => session.up && session.staff !== null && ticket.completing === null)

  async function restore(): Promise<void> {
    queue.value = await db.scans.orderBy('id').toArray().catch(() => [])
    for (const { id } of queue.value) kept.add(id)
  }
  async function keep(): Promise<void> {
    for (const { id } of queue.value) kept.add(id)
    await db.scans.bulkPut([...queue.value])
  }

  /** `since` and `until` are the times of the scan's first and last key, where a wedge typed it. */
  function push(text: string, keys?: { since: number; until: number }): void {
    const scan: WaitingScan = { id: newId(), text, quantity: useCounter().takeQuantity() }
    if (keys) times.set(scan.id, { since: keys.since, typed: keys.until - keys.since })
    queue.value = [...queue.value, scan]
    if (!ready.value) void keep()
    void run()
  }

  async function run(): Promise<void> {
    if (running) return
    running = true
    try {
      for (let scan = queue.value[0]; scan && ready.value; scan = queue.value[0]) {
        const ask = asking()
        const answer = await till().call('code.read', { text: scan.text, ask })
        if (!ready.value) {
          // Money is being taken, or somebody has signed out, since the question was asked: it waits like any other.
          void keep()
          break
        }
        take(scan, answer, ask)
        drop(scan)
      }
    } catch (error) {
      const gone = error instanceof TillError && error.code === 'host.gone'
      const first = queue.value[0]
      if (gone) await keep()
      else {
        useNotice().refuse(error)
        if (first) drop(first)
      }
    } finally {
      running = false
    }
    if (queue.value.length && ready.value) void run()
  }

  function drop(scan: WaitingScan): void {
    queue.value = queue.value.filter((each) => each.id !== scan.id)
    times.delete(scan.id)
    if (kept.delete(scan.id)) void db.scans.delete(scan.id)
  }

  function take(scan: WaitingScan, answer: CallResult<'code.read'>, ask: Ask): void {
    if (answer.kind === 'unknown') return refuse(scan, answer)
    if (answer.kind !== 'good') {
      keepQuantity(scan)
      return follow(answer, ask)
    }
    const keys = times.get(scan.id)
    const isOnTicket = useCounter().ring(answer.good, scan.quantity === null ? null : milli(scan.quantity), answer.label)
    if (isOnTicket || answer.label?.expired) warn(answer, isOnTicket)
    if (keys) void measurePaint('xiaopu:scan-paint', keys.since, { typed: keys.typed })
  }

  /** The number said before a scan that was no good is for the next. */
  function keepQuantity(scan: WaitingScan): void {
    const counter = useCounter()
    if (scan.quantity) counter.setBuffer({ ...counter.buffer, quantity: milli(scan.quantity) })
  }

  function refuse(scan: WaitingScan, answer: Extract<CallResult<'code.read'>, { kind: 'unknown' }>): void {
    keepQuantity(scan)
    const code = answer.add
    useNotice().show({
      tone: 'refuse', ...unknownWords(answer, code !== null),
      ...(code === null ? {} : { action: { label: t('read.add'), run: () => useCarried().add({ code, scan: scan.text }) } }),
    })
  }

  return { queue, ready, restore, push, run }
})
