/** Everything in one file. It is read in steps, written on a thread of its own, and handed over in pieces, so that selling goes on and nothing is ever held whole but the packed file. */
import type { ExportedMember, ExportPart } from '#shared/documents/export-book.ts'
import { EXPORT_WORDS } from '#shared/documents/export-words.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { maskName, maskPhone } from '#shared/identity/person.ts'
import { mainOf, timeOf } from '#shared/members/member.ts'
import { DataExported } from '#shared/sales/events.ts'
import { type Context, commit, isRepeat, requireRight, signedIn, today, turn } from '../context.ts'
import { exportOnThread } from './workbook.ts'

/** So much is read before the counter has its turn: a few milliseconds. */
const GOODS_A_STEP = 100
const ROWS_A_STEP = 300
/** A row of imported history has hundreds of lines. */
const CHARS_A_STEP = 500_000
const PEOPLE_A_STEP = 50

/** Bytes that one answer hands over; a multiple of three, so that base64 needs no filling in between. */
const PIECE_BYTES = 1_572_864
/** A file that nobody fetched: it holds the shop's books, and not for long. */
const HELD_MS = 600_000

interface Held { readonly staff: Id; readonly bytes: Buffer; readonly until: number }

export function exportHandlers(context: Context): Pick<Handlers, 'export.all' | 'export.piece'> {
  const { store, clock } = context
  /** The last one that was made, in memory alone, until all of it was fetched. */
  let held: (Held & { readonly key: Id }) | undefined
  return {
    async 'export.all'({ key, language, clear }) {
      requireRight(context, 'report.read')
      if (clear) requireRight(context, 'person.read')
      // Written down before anything leaves, with all that may be in it: whoever exports it has seen it.
      if (!isRepeat(context, key, DataExported.type, { clear })) {
        commit(context, [{ id: key, type: DataExported.type, v: 1, body: { members: countMembers(context), clear } }])
      }
      const staff = Object.fromEntries(store.listStaff().map(({ id, no }) => [id, no]))
      const thread = exportOnThread({ zone: store.shop().zone, language, staff, batches: store.history.batches() })
      try {
        for (const part of partsOf(context, clear)) {
          await thread.add(part)
          await turn()
        }
        const { buffer } = await thread.end()
        const bytes = Buffer.from(buffer)
        held = { key, staff: signedIn(context).id, bytes, until: clock.now() + HELD_MS }
        return { export: key, name: `${EXPORT_WORDS[language].file}-${today(context)}.xlsx`, bytes: bytes.length, pieces: Math.ceil(bytes.length / PIECE_BYTES) }
      } finally {
        thread.stop()
      }
    },

    'export.piece'({ export: id, piece }) {
      if (held && clock.now() > held.until) held = undefined
      // For whoever made it: somebody else may not be allowed to see what is in it.
      if (held?.key !== id || held.staff !== signedIn(context).id) throw new TillError('export.gone')
      const { bytes } = held
      const from = piece * PIECE_BYTES
      if (from >= bytes.length) throw new TillError('export.gone')
      if (from + PIECE_BYTES >= bytes.length) held = undefined
      return { data: bytes.toString('base64', from, from + PIECE_BYTES) }
    },
  }
}

/** The till's parts as they are when each is read; of the journal, what stood in it when this began. */
function* partsOf({ store }: Context, clear: boolean): Generator<ExportPart> {
  const { seq: head } = store.head()
  for (let goods = store.listGoods(undefined, GOODS_A_STEP); goods.length > 0; goods = store.listGoods(goods.at(-1)!.id, GOODS_A_STEP)) {
    yield { kind: 'goods', goods: goods.map((good) => ({ ...good, picture: '', lots: store.stock.lots(good.id).left })) }
  }
  for (const members of idsOf(store)) yield { kind: 'members', members: members.map((id) => memberOf(store, id, clear)) }
  yield { kind: 'promotions', promotions: store.promotions() }
  for (let rows = store.earlierUpTo(Number.MIN_SAFE_INTEGER, ROWS_A_STEP, CHARS_A_STEP); rows.length > 0; rows = store.earlierUpTo(rows.at(-1)!.seq, ROWS_A_STEP, CHARS_A_STEP)) {
    yield { kind: 'journal', rows: rows.map(({ text }) => text) }
  }
  for (let after = 0; after < head;) {
    const rows = store.rowsUpTo(after, Math.min(ROWS_A_STEP, head - after), CHARS_A_STEP)
    if (rows.length === 0) return
    yield { kind: 'journal', rows: rows.map(({ text }) => text) }
    after = rows.at(-1)!.seq
  }
}

/** Members as people count them: neither merged into another nor erased. */
function* idsOf(store: Context['store']): Generator<Id[]> {
  const { people } = store
  for (let ids = people.list(undefined, PEOPLE_A_STEP); ids.length > 0; ids = people.list(ids.at(-1), PEOPLE_A_STEP)) {
    yield ids.filter((id) => {
      const member = people.member(id)
      return member?.joined !== undefined && member.erased !== true && mainOf(people.member, id) === id
    })
  }
}
function countMembers({ store }: Context): number {
  let members = 0
  for (const ids of idsOf(store)) members += ids.length
  return members
}

function memberOf({ people }: Context['store'], id: Id, clear: boolean): ExportedMember {
  const { name = '', phone = '', birthday = '', note = '' } = people.fields(id) ?? {}
  const joined = timeOf(people.member(id)?.joined ?? '0')
  return clear ? { name, phone, birthday, note, joined } : { name: maskName(name), phone: maskPhone(phone), birthday: '', note: '', joined }
}
