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
    const tender = pay.sale.tenders[0]
    const change = tender ? fen(tender.amount < 0 ? -tender.amount : tender.change) : null
    return { mode: 'done', lines: [], offs: [], saved: fen(Math.max(0, pay.sale.discount)), total: pay.sale.total, given: tender?.given ?? null, change, url: pay.sale.url }
  }
  const lines = ticket.lines.map((line, index) => ({
    name: line.name, quantity: line.pricing === 'weight' ? `${quantityText(line)} ${line.unit}` : quantityText(line),
    price: line.price, amount: fen(ownNet(priced.lines[index]!)), offs: priced.lines[index]!.offs.filter((off) => !isTicketWide(off) && off.fen > 0),
  }))
  return { mode: empty ? 'idle' : paying ? 'paying' : 'ticket', lines, offs: sumOffs(priced.lines).filter(isTicketWide), saved: fen(Math.max(0, saved)), total: priced.total, given: null, change: null, url: null }
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
  watch(() => [useTicket().ticket, useTicket().priced, usePay().phase, usePay().sale, usePanels().current, session.up], tell, { immediate: true })
}
