/** The way down: changes behind the last number seen. */
import type { Pulled } from '#shared/host/store.ts'
import { soundChange } from '#shared/sync/changes.ts'
import type { Change } from '#shared/sync/protocol.ts'
import type { Exchange } from './exchange.ts'

/** Changes a transaction: some tens of milliseconds of a slow till, and less than those for the disk. */
const APPLIED_AT_ONCE = 500

/** Takes in all there is; `pulled` hears of each page. */
export async function pull(exchange: Exchange, pulled: (what: Pulled) => void): Promise<void> {
  const { client, store } = exchange
  let coming = client.changes(store.rev())
  for (;;) {
    const page = await coming
    if (!exchange.isCurrent()) return
    // The cloud looks for the next page while this one is taken in.
    if (page.more) coming = client.changes(page.rev)
    coming.catch(() => undefined)
    if (page.changes.length > 0 || page.rev !== store.rev()) {
      const taken = await apply(exchange, page)
      if (taken.goods.length > 0 || taken.tickets || taken.purses.length > 0 || taken.promotions || taken.other) pulled(taken)
    }
    if (!exchange.isCurrent()) return
    if (!page.more) break
  }
  exchange.moved()
}

/** Takes a page in piece by piece, each with the number it reaches: a sale that comes meanwhile waits for one piece at most. */
async function apply(exchange: Exchange, { changes, rev }: { readonly changes: readonly Change[]; readonly rev: number }): Promise<Pulled> {
  const pulled: Pulled = { goods: [], tickets: false, purses: [], promotions: false, other: false }
  for (let from = 0, end = 0; from === 0 || from < changes.length; from = end) {
    // Whatever waits for this process goes first.
    await new Promise<void>((resolve) => { exchange.timer.after(0, resolve) })
    if (!exchange.isCurrent()) break
    end = from + APPLIED_AT_ONCE
    // What comes under one number comes in one piece: a till that stops between the two would never ask for the second.
    while (end < changes.length && changes[end]!.rev === changes[end - 1]!.rev) end += 1
    const piece = changes.slice(from, end).map((each) => {
      // Its fields are checked, record by record, where they are sealed.
      if (each.kind === 'person') return each
      const { change, left } = soundChange(each)
      if (left.length > 0) exchange.log('sync.change_malformed', { kind: change.kind, id: change.id, rev: change.rev, left })
      return change
    })
    const isLast = end >= changes.length
    const applied = exchange.store.applyChanges(piece, isLast ? rev : piece.at(-1)!.rev)
    pulled.goods.push(...applied.goods)
    pulled.tickets ||= applied.tickets
    pulled.purses.push(...applied.purses)
    pulled.promotions ||= applied.promotions
    pulled.other ||= applied.other
  }
  return pulled
}
