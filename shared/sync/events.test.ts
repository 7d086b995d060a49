/**
 * Pins what is written for ever. A journal row of today is read by every later version, here and in the cloud: when this
 * fails, either undo the change of a schema, or make it a new version of its event, choose PROTOCOL_VERSION, and pin anew.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { EVENTS, readEvent } from './events.ts'
import { PROTOCOL_VERSION } from './protocol.ts'

const PINNED = { protocol: 1, schemas: '023dcd890e81620ca4c6b6384cde8c4ab2dceb84cccdd04f84338a74630ab26e' }

test('no event has changed since the protocol\'s version was chosen', () => {
  const schemas = EVENTS.map(({ type, v, body }) => ({ type, v, body: z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) }))
  const hash = createHash('sha256').update(JSON.stringify(schemas)).digest('hex')
  expect({ protocol: PROTOCOL_VERSION, schemas: hash }).toEqual(PINNED)
})
test('no two events share a name and a version', () => {
  expect(new Set(EVENTS.map(({ type, v }) => `${type}@${v}`)).size).toBe(EVENTS.length)
})

const id = '0190a5b0-0000-7000-8000-000000000001'
const envelope = { shop: id, device: id, seq: 1, id, type: 'staff.signed_in', v: 1, at: 1, actor: null, body: { staff: id } as Record<string, unknown>, prev: '0'.repeat(64) }
test('a known event is read; an unknown or malformed one gives the reason, to be flagged and kept', () => {
  expect(readEvent(envelope)).toMatchObject({ event: { type: 'staff.signed_in', body: { staff: id } } })
  expect(readEvent({ ...envelope, body: { staff: id, later: 'a field of a later version' } })).toMatchObject({ event: { body: { staff: id } } })
  expect(readEvent({ ...envelope, v: 2 })).toEqual({ fault: { code: 'event.unknown', reason: 'staff.signed_in version 2' } })
  expect(readEvent({ ...envelope, type: 'toString' })).toMatchObject({ fault: { code: 'event.unknown' } })
  expect(readEvent({ ...envelope, body: { staff: 'nobody' } })).toMatchObject({ fault: { code: 'event.malformed' } })
})
