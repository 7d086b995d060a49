/** What the cashier should know and nobody at this till decided; each stays until it was read. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { TillError } from '#shared/host/frames.ts'
import type { Alert } from '#shared/host/schemas.ts'
import { till, write } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { alertWords } from '../ticket/alert-words.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'

export const useAlerts = defineStore('alerts', () => {
  const alerts = shallowRef<readonly Alert[]>([])

  /** Asks the host, and says what is new. */
  async function refresh(): Promise<void> {
    try {
      const known = new Set(alerts.value.map(({ id }) => id))
      alerts.value = (await till().call('alert.list', {})).alerts
      const fresh = alerts.value.find(({ id }) => !known.has(id))
      if (fresh) useNotice().show({ tone: 'attention', ...alertWords(fresh), action: { label: t('alerts.look'), run: () => usePanels().open('alerts') } })
    } catch (error) {
      if (!(error instanceof TillError && error.code === 'host.gone')) console.error(error)
    }
  }
  async function dismiss(alert: Alert): Promise<void> {
    await useNotice().attempt(() => write('alert.dismiss', { alert: alert.id }))
  }
  return { alerts, refresh, dismiss }
})
