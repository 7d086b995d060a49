/** Tickets set aside and taken up again, at this till or another of the shop; and what the tills must tell one another's people. */
import { TillError } from '#shared/host/frames.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TicketHeld, TicketTaken } from '#shared/sales/held.ts'
import { type Context, commit, isRepeat } from './context.ts'
import { whoIs } from './members/member-views.ts'

type Calls = 'ticket.hold' | 'ticket.held' | 'ticket.take' | 'alert.list' | 'alert.dismiss'

export function ticketHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, ids, done } = context
  return {
    // Nobody need be signed in: what was set aside while the host was away comes when it is back, whoever is there then.
    'ticket.hold'({ key, ticket, heldAt }) {
      if (isRepeat(context, key, TicketHeld.type, { ticket, heldAt })) return {}
      commit(context, [{ id: key, type: TicketHeld.type, v: 1, body: { ticket, heldAt } }])
      context.emit('tickets.changed', {})
      return {}
    },

    'ticket.held': () => ({ held: store.heldTickets() }),

    'ticket.take'({ key, held, open }) {
      if (isRepeat(context, key, TicketTaken.type, { held })) return { ticket: TicketTaken.body.parse(store.event(key)!.body).ticket }
      const found = open ? store.ownHeld(held) : store.heldTicket(held)
      if (!found) throw new TillError('ticket.gone')
      // Only what the screen has already keeps its id: of a copied ledger both tills are "here", and each may take it and sell it.
      const ticket = open ? found.ticket : { ...found.ticket, id: ids.next() }
      commit(context, [{ id: key, type: TicketTaken.type, v: 1, body: { held, ticket } }])
      context.emit('tickets.changed', {})
      return { ticket }
    },

    'alert.list': () => ({ alerts: store.alerts().map((alert) => ('member' in alert.what ? { ...alert, what: { ...alert.what, who: whoIs(context, alert.what.member) } } : alert)) }),
    'alert.dismiss'({ key, alert }) {
      done.once(key, 'alert.dismiss', () => store.seeAlert(alert))
      context.emit('alerts.changed', {})
      return {}
    },
  }
}
