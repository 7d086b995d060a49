/** Who works at the till. The PIN's verifier never joins the journal: see desktop/storage. */
import { z } from 'zod'
import { IdSchema } from './ids.ts'

export const RoleSchema = z.enum(['owner', 'manager', 'cashier'])
export type Role = z.output<typeof RoleSchema>

/** Receiving goods, counting them, writing them off, sending them to another shop and taking them in. */
const STOCK_RIGHTS = ['stock.receive', 'stock.count', 'stock.waste', 'stock.transfer'] as const

/** What a role may do beyond ringing up sales. */
export const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  owner: [
    'price.override', 'line.discount', 'return.without_receipt', 'return.against_rules', 'goods.edit', 'stock.edit', ...STOCK_RIGHTS, 'staff.edit', 'till.setup', 'drawer.open', 'drawer.expected', 'cash.move', 'audit.read', 'report.read',
    'member.edit', 'member.adjust', 'person.read', 'person.erase',
  ],
  manager: ['price.override', 'line.discount', 'return.without_receipt', 'return.against_rules', 'goods.edit', 'stock.edit', ...STOCK_RIGHTS, 'drawer.open', 'drawer.expected', 'cash.move', 'audit.read', 'report.read', 'member.edit', 'member.adjust', 'person.read'],
  cashier: ['drawer.open', 'member.edit'],
}
/** What somebody with the right may allow another for one thing, by their PIN: what can't wait for them to sign in. */
export const APPROVABLE = ['price.override', 'line.discount', 'return.without_receipt', 'return.against_rules', 'drawer.open', 'cash.move', 'member.adjust', ...STOCK_RIGHTS, 'goods.edit'] as const
export type Right =
  | (typeof APPROVABLE)[number] | 'stock.edit' | 'staff.edit' | 'till.setup'
  /** Sees what should be in the drawer before it has been counted, and reports of other shifts. */
  | 'drawer.expected'
  /** Searches the journal. */
  | 'audit.read'
  /** Sees what was sold, by day, good and cashier, and what it earned. */
  | 'report.read'
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
