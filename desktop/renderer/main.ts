/** The cashier's screen. */
import { watch } from 'vue'
import App from './App.vue'
import { showCustomer } from './host/display.ts'
import { startScreen } from './start.ts'
import { useGoods } from './stores/goods.ts'
import { useHeld } from './stores/held.ts'
import { usePanels } from './stores/panels.ts'
import { usePay } from './stores/pay.ts'
import { useScans } from './stores/scans.ts'
import { useSeat } from './stores/seat.ts'
import { useSession } from './stores/session.ts'
import { useTicket } from './stores/ticket.ts'

await startScreen(App, async (client) => {
  const session = useSession()
  const ticket = useTicket()
  const goods = useGoods()
  await useSeat().sit()
  if (useSeat().state !== 'here') return
  await Promise.all([ticket.restore(), useHeld().reload(), useScans().restore()])
  // Browsers may throw storage away when a disk fills; a till asks to be spared.
  void navigator.storage?.persist?.()

  client.on('good.changed', (good) => {
    ticket.follow(good)
    goods.follow(good)
  })
  client.on('goods.reloaded', () => {
    void goods.reloadQuick()
    void goods.search()
    void ticket.refreshAll().catch(console.error)
  })
  // A completion without an answer is sent again as soon as there is somebody to answer and to answer for it.
  session.onFresh(() => {
    void goods.reloadQuick()
    void usePay().send()
  })
  watch(() => session.staff?.id, (staff, before) => {
    if (staff && before === undefined) void usePay().send()
    if (!staff) usePanels().home()
  })
  session.follow(client)
  showCustomer()
})
