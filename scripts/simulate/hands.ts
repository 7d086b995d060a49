/** What those who do a part of a cashier's work share: their till, their luck, and the way to do one thing and insist on it. */
import type { CallInput, CallName, CallResult } from '#shared/host/contract.ts'
import type { Id } from '#shared/identity/ids.ts'
import type { Effect } from './auditor.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'

/** The cashier's way to do one thing and insist on it. */
export interface Hands {
  readonly machine: Machine
  readonly chance: Chance
  id(): Id
  act<Name extends CallName>(name: Name, input: CallInput<Name> & { key: Id }, effect: Effect, heard?: (result: CallResult<Name>) => void, mayGiveUp?: boolean): Promise<void>
}

/** Refusals that mean a bug, whoever asked. */
export const BUGS = new Set(['host.failed', 'call.invalid', 'call.unknown', 'key.reused'])
