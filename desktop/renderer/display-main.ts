/** The customer display: a second screen that only looks. */
import { startScreen } from './start.ts'
import Display from './screens/Display.vue'
import { useCustomer } from './stores/customer.ts'
import { useSession } from './stores/session.ts'

await startScreen(Display, async (client) => {
  useSession().follow(client)
  useCustomer().follow(client)
})
