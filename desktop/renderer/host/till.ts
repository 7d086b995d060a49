/** The screen's one line to the host. Writes get their key here; whoever needs to repeat one brings the key along. */
import { TillClient } from '#shared/host/client.ts'
import type { CallInput, CallName, CallResult } from '#shared/host/contract.ts'
import { TillError, type Transport } from '#shared/host/frames.ts'
import { type Id, uuidv7 } from '#shared/identity/ids.ts'

type WriteName = { [Name in CallName]: CallInput<Name> extends { key: string } ? Name : never }[CallName]
export type WriteInput<Name extends WriteName> = Omit<CallInput<Name>, 'key'>
export type { WriteName }

let client: TillClient | undefined

export function connectTill(transport: Transport): TillClient {
  client = new TillClient(transport)
  return client
}

export function till(): TillClient {
  if (!client) throw new Error('the till is used before it is connected')
  return client
}

export function newId(): Id {
  return uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}

const unanswered = new Map<string, Id>()

/**
 * A write with a key of its own. When the host went away before it answered, the same input sent again reuses the
 * key, so pressing the button once more can't do the thing twice.
 */
export async function write<Name extends WriteName>(name: Name, input: WriteInput<Name>): Promise<CallResult<Name>> {
  const what = `${name} ${JSON.stringify(input)}`
  const key = unanswered.get(what) ?? newId()
  try {
    const result = await till().call(name, { ...input, key } as unknown as CallInput<Name>)
    unanswered.delete(what)
    return result
  } catch (error) {
    if (error instanceof TillError && error.code === 'host.gone') unanswered.set(what, key)
    else unanswered.delete(what)
    throw error
  }
}
