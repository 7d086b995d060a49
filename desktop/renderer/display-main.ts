/** The customer display: a second screen that only looks. */
import { startScreen } from './start.ts'
import Display from './screens/Display.vue'
import { useCustomer } from './stores/customer.ts'

await startScreen(Display, { restore: () => Promise.resolve(true), follow: (client) => useCustomer().follow(client) })
