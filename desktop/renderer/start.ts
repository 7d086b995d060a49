/** What both screens do first: their settings, their words, and the way to the host. */
import { createPinia } from 'pinia'
import { type Component, createApp, type Directive } from 'vue'
import { z } from 'zod'
import type { TillClient } from '#shared/host/client.ts'
import { takeToken } from './host/token.ts'
import { connectTill } from './host/till.ts'
import { ipcTransport, webSocketTransport, webSocketUrl } from './host/transport.ts'
import { i18n } from './i18n/index.ts'
import Elsewhere from './screens/Elsewhere.vue'
import { useScreen } from './stores/screen.ts'
import { useSession } from './stores/session.ts'
import './styles/tokens.css'
import './styles/base.css'

// The pages' CSP forbids code made from text, which is how zod makes itself faster.
z.config({ jitless: true })

/** Puts the cursor where the next key should go. */
const focus: Directive<HTMLElement> = { mounted: (element) => element.focus() }

/** `ready` is called with the client before the screen is drawn; without a token the page only says what to do. */
export async function startScreen(root: Component, ready: (client: TillClient) => Promise<void>): Promise<void> {
  const pinia = createPinia()
  const token = takeToken()
  const lost = !window.xiaopu && token === undefined
  const app = createApp(lost ? Elsewhere : root, lost ? { why: 'token' } : {})
  app.use(pinia).use(i18n).directive('focus', focus)
  const screen = useScreen(pinia)
  await screen.restore()
  screen.apply()
  if (!lost) {
    const session = useSession(pinia)
    const transport = window.xiaopu
      ? ipcTransport(window.xiaopu)
      : webSocketTransport(webSocketUrl(location, token ?? ''), (refused) => { session.refused = refused })
    const client = connectTill(transport)
    await ready(client)
  }
  app.mount('#app')
}
