/**
 * The first scan of the day, rehearsed while nobody waits: a ticket that is nobody's is priced, drawn out of sight and
 * taken away, and the ways to the disk, to the host and to the ear are walked once. What runs for the first time is several
 * times slower, and a cashier would feel it. Never touches the open ticket, and leaves nothing behind.
 */
import { h, render } from 'vue'
import { addGood, emptyTicket } from '#shared/cart/ticket.ts'
import { type Good, GOOD_DEFAULTS } from '#shared/catalog/good.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { PIECE } from '#shared/quantity/quantity.ts'
import { newId, till } from '../host/till.ts'
import { useTicket } from '../stores/ticket.ts'
import TicketLines from './TicketLines.vue'

/** As many as it takes until another line costs what every other costs. */
const LINES = 8
/** Long enough to be nobody's code. */
const NO_CODE = '0'.repeat(100)

let rehearsed = false

/** `name` is written as a good's name would be: with the glyphs of this shop. Once in the life of a page. */
export function rehearseWhenIdle(name: string): void {
  if (rehearsed || !('requestIdleCallback' in globalThis)) return
  rehearsed = true
  const steps = [() => drawTicket(name), () => void useTicket().save(), () => void till().call('code.read', { text: NO_CODE }).catch(() => {})]
  const next = (): void => {
    steps.shift()?.()
    if (steps.length) requestIdleCallback(next)
  }
  requestIdleCallback(next)
}

function drawTicket(name: string): void {
  const stage = document.createElement('div')
  stage.className = 'rehearsal'
  stage.ariaHidden = 'true'
  document.body.append(stage)
  let ticket = emptyTicket(newId(), 0)
  for (let i = 0; i < LINES; i++) {
    const good: Good = { ...GOOD_DEFAULTS, codes: [], id: newId(), name, price: fen(i + 1) }
    ticket = addGood(ticket, newId(), good, PIECE)
    render(h(TicketLines, { lines: ticket.lines, priced: priceTicket(ticket.lines).lines, selected: ticket.lines.at(-1)!.id }), stage)
    // Asking for a size makes the browser choose fonts and lay the lines out, as a picture of them would.
    stage.getBoundingClientRect()
  }
  render(null, stage)
  stage.remove()
}
