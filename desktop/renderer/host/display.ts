/** Tells the customer display what is being rung up. A few changes at once, and never in the way of the till. */
import { watch } from 'vue'
import { TillError } from '#shared/host/frames.ts'
import type { Display } from '#shared/host/schemas.ts'
import { fen } from '#shared/money/money.ts'
import { usePanels } from '../stores/panels.ts'
import { usePay } from '../stores/pay.ts'
import { useSession } from '../stores/session.ts'
import { useTicket } from '../stores/ticket.ts'
import { sumOffs, isTicketWide } from '#shared/pricing/offs.ts'
import { ownNet } from '../ticket/off-words.ts'
import { quantityText } from '../ticket/edits.ts'
import { till } from './till.ts'

/** Changes within this time are told together; a timer and not a frame, since the cashier's window may be covered. */
const GATHER_MS = 30

function shown(): Display {
  const { ticket, priced, saved, empty } = useTicket()
  const pay = usePay()
  const paying = usePanels().current === 'pay'
  if (empty && paying && pay.phase === 'done' && pay.sale) {
    const { tenders, discount, total, url } = pay.sale
    const cash = tenders.find(({ channel }) => channel === 'cash')
    const given = tenders.reduce((sum, tender) => sum + (tender.channel === 'cash' ? tender.given : tender.amount), 0)
    const change = cash === undefined ? 0 : cash.amount < 0 ? -cash.amount : cash.change
    return { mode: 'done', lines: [], offs: [], saved: fen(Math.max(0, discount)), total, given: fen(given), change: fen(change), url, code: null }
  }
  const lines = ticket.lines.map((line, index) => ({
    name: line.name, quantity: line.pricing === 'weight' ? `${quantityText(line)} ${line.unit}` : quantityText(line),
    price: line.price, amount: fen(ownNet(priced.lines[index]!)), offs: priced.lines[index]!.offs.filter((off) => !isTicketWide(off) && off.fen > 0),
  }))
  const { asked } = pay
  return { mode: empty ? 'idle' : paying ? 'paying' : 'ticket', lines, offs: sumOffs(priced.lines).filter(isTicketWide), saved: fen(Math.max(0, saved)), total: priced.total, given: null, change: null, url: null, code: paying && asked ? { name: asked.name, text: asked.text, fen: fen(asked.fen) } : null }
}

export function showCustomer(): void {
  const session = useSession()
  let due = false
  const tell = (): void => {
    if (due || !session.up) return
    due = true
    setTimeout(() => {
      due = false
      till().call('display.show', shown()).catch((error: unknown) => {
        if (!(error instanceof TillError)) throw error
      })
    }, GATHER_MS)
  }
  watch(() => [useTicket().ticket, useTicket().priced, usePay().phase, usePay().sale, usePay().asked, usePanels().current, session.up], tell, { immediate: true })
}
