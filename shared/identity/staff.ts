/** Who works at the till. The PIN's verifier never joins the journal: see desktop/storage. */
import { z } from 'zod'
import { IdSchema } from './ids.ts'

export const RoleSchema = z.enum(['owner', 'manager', 'cashier'])
export type Role = z.output<typeof RoleSchema>

/** What a role may do beyond ringing up sales. */
export const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  owner: [
    'price.override', 'line.discount', 'return.without_receipt', 'goods.edit', 'stock.edit', 'staff.edit', 'till.setup', 'drawer.open', 'drawer.expected', 'cash.move', 'audit.read',
    'member.edit', 'person.read', 'person.erase',
  ],
  manager: ['price.override', 'line.discount', 'return.without_receipt', 'goods.edit', 'stock.edit', 'drawer.open', 'drawer.expected', 'cash.move', 'audit.read', 'member.edit', 'person.read'],
  cashier: ['drawer.open', 'member.edit'],
}
/** What somebody with the right may allow another for one thing, by their PIN: what is done in front of a customer. */
export const APPROVABLE = ['price.override', 'line.discount', 'return.without_receipt', 'drawer.open', 'cash.move', 'goods.edit'] as const
export type Right =
  | (typeof APPROVABLE)[number] | 'stock.edit' | 'staff.edit' | 'till.setup'
  /** Sees what should be in the drawer before it has been counted, and reports of other shifts. */
  | 'drawer.expected'
  /** Searches the journal. */
  | 'audit.read'
  /** Lets people join, finds them masked, changes them. */
  | 'member.edit'
  /** Reads or exports all that is known of a person; each time is in the journal. */
  | 'person.read'
  | 'person.erase'

/** The fields of a staff member that tills of a shop share; each merges on its own. */
export const StaffFields = z.object({
  no: z.string().regex(/^[0-9]{2,6}$/),
  name: z.string().trim().min(1).max(40),
  role: RoleSchema,
  active: z.boolean(),
})
export const StaffSchema = StaffFields.extend({ id: IdSchema })
export type Staff = z.output<typeof StaffSchema>
export const PinSchema = z.string().regex(/^[0-9]{4,8}$/)
