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

export interface ScreenStart {
  /** Brings back what this screen kept. False when it may not be the till, and should not talk to the host. */
  restore(): Promise<boolean>
  /** Called in the same breath in which the connection is begun, so that nothing of it is missed. */
  follow(client: TillClient): void
}

/** Starts a screen. Without a token the page only says what to do. */
export async function startScreen(root: Component, { restore, follow }: ScreenStart): Promise<void> {
  const pinia = createPinia()
  const token = takeToken()
  const lost = !window.xiaopu && token === undefined
  const app = createApp(lost ? Elsewhere : root, lost ? { why: 'token' } : {})
  app.use(pinia).use(i18n).directive('focus', focus)
  const screen = useScreen(pinia)
  await screen.restore()
  screen.apply()
  if (!lost && await restore()) {
    const session = useSession()
    const transport = window.xiaopu
      ? ipcTransport(window.xiaopu)
      : webSocketTransport(webSocketUrl(location, token ?? ''), (refused) => { session.refused = refused })
    const client = connectTill(transport)
    follow(client)
    session.follow(client)
  }
  app.mount('#app')
}
