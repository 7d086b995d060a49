/** The way up: journal rows behind the last acknowledged one. */
import { PUSH_ROWS_MAX } from '#shared/sync/protocol.ts'
import { type CloudClient, Refused } from './cloud-client.ts'
import type { Exchange } from './exchange.ts'

/** A request is handed over in a few turns of the loop: whoever packs the next in between keeps it waiting, and could overtake it. */
const SEND_AHEAD_MS = 5
/** Two at once share the line. Where one alone takes longer than this, two could both come too late, again and again. */
const QUICK_MS = 10_000

/** A push on its way. */
interface Sent { readonly first: number; readonly last: number; readonly isAhead: boolean; readonly answer: ReturnType<CloudClient['push']> }

/**
 * Sends all that is not acknowledged, two pushes at once at most: while the cloud writes one, the next is packed, sent and
 * unpacked. `meet` compares where both sides stand, and moves what is acknowledged to there.
 */
export async function push(exchange: Exchange, meet: () => Promise<void>): Promise<void> {
  const { store, timer, clock, pace, log } = exchange
  let gap = 0
  let ahead: Sent | undefined
  try {
    for (;;) {
      const next = store.acknowledged() + 1
      // Sent behind one that did not arrive: it is refused, or repeated.
      if (ahead && ahead.first !== next) await ahead.answer.catch(() => undefined)
      const sent = ahead?.first === next ? ahead : send(exchange, next, false)
      if (!sent || !exchange.isCurrent()) return
      const { first, last } = sent
      const began = clock.now()
      ahead = undefined
      const cancel = timer.after(SEND_AHEAD_MS, () => {
        try {
          if (pace.isQuick && exchange.isCurrent()) ahead = send(exchange, last + 1, true)
        } catch {
          // A row that can't be read: its turn comes, and then it is said.
        }
      })
      try {
        const reply = await sent.answer
        pace.isQuick = clock.now() - began < QUICK_MS
        if (!exchange.isCurrent()) return
        // Without the reason: it may quote the row.
        for (const { seq, code } of reply.flags) log('sync.flagged', { seq, code })
        // It knows rows that were never sent from here: they must be ours, or this ledger exists twice.
        if (reply.ack > last) await meet()
        else store.acknowledge(reply.ack)
        if (reply.ack < last) throw new Error(`the cloud acknowledged ${reply.ack} of ${last}`)
      } catch (error) {
        // The next goes alone, until one has arrived.
        pace.isQuick = false
        if (!(error instanceof Refused) || error.code !== 'sync.gap') throw error
        // It overtook the one before it, which has arrived by now.
        if (sent.isAhead) continue
        // The cloud went back: meet it where it is. Once for each place, or two that disagree go round for ever.
        if (gap === first) throw error
        gap = first
        log('sync.gap', error.detail)
        await meet()
      } finally {
        cancel()
      }
      exchange.moved()
    }
  } finally {
    await ahead?.answer.catch(() => undefined)
  }
}

/** Packs and sends the rows from `first`; undefined when there is none. */
function send({ client, store }: Exchange, first: number, isAhead: boolean): Sent | undefined {
  const rows = store.rawRows(first - 1, PUSH_ROWS_MAX)
  if (rows.length === 0) return undefined
  const body = client.pack(rows)
  const answer = client.push(body)
  // Its failure is heard in its turn, which may come after it.
  answer.catch(() => undefined)
  return { first: body.first, last: body.last, isAhead, answer }
}
