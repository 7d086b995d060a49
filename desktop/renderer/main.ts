/** The cashier's screen. */
import { watch } from 'vue'
import type { TillClient } from '#shared/host/client.ts'
import App from './App.vue'
import { showCustomer } from './host/display.ts'
import { openAudioEarly } from './sound.ts'
import { startScreen } from './start.ts'
import { useAlerts } from './stores/alerts.ts'
import { useDevices } from './stores/devices.ts'
import { useGoods } from './stores/goods.ts'
import { useHeld } from './stores/held.ts'
import { useNotice } from './stores/notice.ts'
import { usePanels } from './stores/panels.ts'
import { usePay } from './stores/pay.ts'
import { usePromotions } from './stores/promotions.ts'
import { useScans } from './stores/scans.ts'
import { useSeat } from './stores/seat.ts'
import { useSession } from './stores/session.ts'
import { useMember } from './stores/member.ts'
import { useTicket } from './stores/ticket.ts'

async function restore(): Promise<boolean> {
  const seat = useSeat()
  await seat.sit()
  if (seat.state !== 'here') return false
  await Promise.all([useTicket().restore(), useHeld().reload(), useScans().restore()])
  // Browsers may throw storage away when a disk fills; a till asks to be spared.
  void navigator.storage?.persist?.()
  return true
}

function follow(client: TillClient): void {
  useMember().follow(client)
  const session = useSession()
  const ticket = useTicket()
  const goods = useGoods()
  client.on('good.changed', (good) => {
    ticket.follow(good)
    goods.follow(good)
  })
  client.on('goods.reloaded', () => {
    void goods.reloadQuick()
    void goods.search()
    void ticket.refreshAll().catch(console.error)
  })
  usePromotions().follow(client)
  const held = useHeld()
  client.on('tickets.changed', () => void held.refresh())
  client.on('alerts.changed', () => void useAlerts().refresh())
  const devices = useDevices()
  devices.follow(client)
  // A completion without an answer is sent again as soon as there is somebody to answer, and to answer for it.
  session.onFresh(() => {
    void goods.reloadQuick()
    void held.catchUp().catch(console.error)
    void useAlerts().refresh()
    void devices.refresh().catch(console.error)
    if (session.staff) void usePay().send()
  })
  watch(() => session.staff?.id, (staff) => {
    // What was said was said to the one who was here.
    useNotice().clear()
    if (staff) void usePay().send()
    else usePanels().home()
  })
  // Another window took over: what the host says from now on is not for this one.
  watch(() => useSeat().state, () => client.close())
  showCustomer()
}

openAudioEarly()
await startScreen(App, { restore, follow })
