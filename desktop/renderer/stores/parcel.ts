/** A parcel whose label is being put together. It stays while the cashier sells in between, in memory alone, and goes with whoever is signed in. */
import { defineStore } from 'pinia'
import { reactive, ref, toRaw, watch } from 'vue'
import { type Parcel, PARCELS_MAX } from '#shared/documents/label.ts'
import { readRecipient } from '#shared/documents/recipient.ts'
import type { Id } from '#shared/identity/ids.ts'
import { till, write } from '../host/till.ts'
import { useLabels } from './labels.ts'
import { usePanels } from './panels.ts'
import { useSession } from './session.ts'

const empty = (): Parcel => ({ no: '', to: '', phone: '', address: '', note: '', fullPhone: false, parcels: 1 })

export const useParcel = defineStore('parcel', () => {
  const parcel = reactive(empty())
  /** It is a member's, whose name and number only a manager may see. */
  const isHidden = ref(false)
  const session = useSession()

  function clear(): void {
    Object.assign(parcel, empty())
    isHidden.value = false
  }
  watch(() => session.staff?.id, clear)

  /** What somebody pasted, taken apart; a field about which it says nothing stays as it is. */
  function read(text: string): void {
    for (const [field, said] of Object.entries(readRecipient(text))) if (said !== '') Object.assign(parcel, { [field]: said })
  }
  /** A sale's number, and its member's name and number where whoever is signed in may read them: that is put into the journal. */
  async function ofSale(sale: Id): Promise<void> {
    const { no, member } = await till().call('sale.get', { sale })
    clear()
    parcel.no = no
    useLabels().kind = 'parcel'
    usePanels().open('labels')
    if (!member) return
    isHidden.value = !session.may('person.read')
    if (isHidden.value) return
    const { name = '', phone = '' } = await write('member.get', { member: member.member })
    // They may have begun to type meanwhile.
    if (parcel.no === no) Object.assign(parcel, { to: parcel.to || name, phone: parcel.phone || phone })
  }
  function more(by: number): void {
    parcel.parcels = Math.min(PARCELS_MAX, Math.max(1, parcel.parcels + by))
  }
  const said = (): Parcel => ({ ...toRaw(parcel) })
  return { parcel, isHidden, clear, read, ofSale, more, said }
})
