/**
 * Tickets set aside at one till of a shop and taken up again at that or another. A holding is one setting aside: its id is
 * its event's, and the same ticket set aside once more is another holding. Who takes a ticket that was held elsewhere gets it
 * under a new id, so that two tills that take it while they can't hear one another ring up two sales and lose neither.
 */
import { z } from 'zod'
import { TicketLineSchema, TicketSchema } from '../cart/ticket.ts'
import { defineEvent } from '../identity/event.ts'
import { IdSchema } from '../identity/ids.ts'

const LineSchema = TicketLineSchema.extend({ code: z.string().max(48), name: z.string().max(120), unit: z.string().max(10) })
export const HeldTicketSchema = TicketSchema.extend({ lines: z.array(LineSchema).min(1).max(500) })
export type HeldTicket = z.output<typeof HeldTicketSchema>

/** `heldAt`: when the cashier did it, UTC ms; the host may have heard of it later. */
export const TicketHeld = defineEvent('ticket.held', 1, z.object({ ticket: HeldTicketSchema, heldAt: z.int() }))
/** `held` is the holding; `ticket` is what goes on being rung up, under the id its sale will have. */
export const TicketTaken = defineEvent('ticket.taken', 1, z.object({ held: IdSchema, ticket: HeldTicketSchema }))

const PlaceSchema = z.object({ device: IdSchema, till: z.string().max(10) })
/**
 * A holding as the cloud tells it to the shop's tills. Once it was taken there is no ticket in it any more; `again` are those
 * that took it although another had been first.
 */
export const HoldingFields = z.object({
  held: PlaceSchema, heldAt: z.int(), by: IdSchema.nullable(), ticket: HeldTicketSchema.nullable(),
  taken: PlaceSchema, again: z.array(PlaceSchema),
})
export type Holding = Partial<z.output<typeof HoldingFields>>
