/** Everything in one file. It is read in steps and written on a thread of its own, so that selling goes on. */
import type { ExportedMember, ExportPart } from '#shared/documents/export-book.ts'
import { EXPORT_WORDS } from '#shared/documents/export-words.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Id } from '#shared/identity/ids.ts'
import { maskName, maskPhone } from '#shared/identity/person.ts'
import { mainOf, timeOf } from '#shared/members/member.ts'
import { DataExported } from '#shared/sales/events.ts'
import { type Context, commit, isRepeat, requireRight, today } from '../context.ts'
import { exportOnThread } from './workbook.ts'

/** So much is read before the counter has its turn: a few milliseconds. */
const GOODS_A_STEP = 100
const ROWS_A_STEP = 300
const PEOPLE_A_STEP = 50

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

export function exportHandlers(context: Context): Pick<Handlers, 'export.all'> {
  const { store } = context
  return {
    async 'export.all'({ key, language, clear }) {
      requireRight(context, 'report.read')
      if (clear) requireRight(context, 'person.read')
      // Written down before anything leaves, with all that may be in it: whoever exports it has seen it.
      if (!isRepeat(context, key, DataExported.type, { clear })) {
        commit(context, [{ id: key, type: DataExported.type, v: 1, body: { members: countMembers(context), clear } }])
      }
      const staff = Object.fromEntries(store.listStaff().map(({ id, no }) => [id, no]))
      const thread = exportOnThread({ zone: store.shop().zone, language, staff })
      try {
        for (const part of partsOf(context, clear)) {
          thread.add(part)
          await turn()
        }
        return { name: `${EXPORT_WORDS[language].file}-${today(context)}.xlsx`, data: Buffer.from(await thread.end()).toString('base64') }
      } finally {
        thread.stop()
      }
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
  for (let after = 0; after < head;) {
    const rows = store.rows(after, Math.min(ROWS_A_STEP, head - after))
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
