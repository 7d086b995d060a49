/** How the printers do, in words: one for the line at the top, and one for each. And their papers, that another may take over. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { blocking } from '#shared/devices/printing.ts'
import type { PrintStatus } from '#shared/host/schemas.ts'
import { write } from '../host/till.ts'
import { reasonText, t } from '../i18n/index.ts'
import { useNotice } from './notice.ts'
import { useSession } from './session.ts'

export interface PrinterWords { readonly tone: 'soft' | 'green' | 'amber'; readonly text: string }

/** What is wrong with it now, before what went wrong with a paper before. */
export function wordsOf({ state, troubles, error, waiting, failed }: PrintStatus): PrinterWords {
  const trouble = blocking(troubles)
  if (trouble) return { tone: 'amber', text: t(`trouble.${trouble}`) }
  // What kept the paper in front back is mended; it is on its way.
  const isPast = state === 'known' && waiting > 0 && error !== 'printer.cut_off'
  if (error !== null && !isPast && (waiting > 0 || failed > 0 || state !== 'known')) return { tone: 'amber', text: reasonText('print', error) }
  if (state === 'away') return { tone: 'amber', text: t('trouble.away') }
  if (troubles.includes('paper_low')) return { tone: 'amber', text: t('trouble.paper_low') }
  return state === 'known' ? { tone: 'green', text: t('printer.fine') } : { tone: 'green', text: t('printer.silent') }
}

export const usePrinters = defineStore('printers', () => {
  const all = computed(() => useSession().printers)
  /** The line at the top: the worst of all printers, in a few words, with how many papers wait for it. */
  const line = computed(() => {
    if (!all.value.length) return { tone: 'soft', icon: 'printer', text: t('state.printerNone'), trouble: '' } as const
    const stuck = all.value.find(({ troubles }) => blocking(troubles))
    if (stuck) {
      const trouble = blocking(stuck.troubles)!
      return { tone: 'amber', icon: 'alert', text: said(t(`state.${trouble}`), stuck), trouble } as const
    }
    const away = all.value.find(({ state }) => state === 'away')
    if (away) return { tone: 'amber', icon: 'alert', text: said(t('state.printerAway'), away), trouble: 'away' } as const
    const bad = all.value.find((each) => each.state !== 'known' ? each.error !== null || each.failed > 0 : each.failed > 0)
    if (bad) return { tone: 'amber', icon: 'alert', text: bad.waiting > 0 ? t('state.printerWaits', { n: bad.waiting + bad.failed }) : t('state.printerLook'), trouble: 'paper' } as const
    if (all.value.some(({ troubles }) => troubles.includes('paper_low'))) return { tone: 'amber', icon: 'printer', text: t('state.paper_low'), trouble: 'paper_low' } as const
    return { tone: 'green', icon: 'printer', text: t('state.printerReady'), trouble: '' } as const
  })
  const said = (text: string, { waiting }: PrintStatus): string => (waiting > 0 ? t('state.andWaiting', { text, n: waiting }) : text)
  /** Printers that could take over what waits for one. */
  const others = (printer: string): PrintStatus[] => all.value.filter((each) => each.printer !== printer && each.labels === all.value.find((one) => one.printer === printer)?.labels && each.state !== 'away' && !blocking(each.troubles))

  async function takeOver(from: PrintStatus, to: PrintStatus): Promise<void> {
    const notice = useNotice()
    await notice.attempt(async () => {
      const { papers } = await write('print.takeOver', { printer: from.printer, to: to.printer })
      notice.show({ tone: 'good', message: t('printer.tookOver', { n: papers, name: to.name }) })
    })
  }
  async function retry(printer: string): Promise<void> {
    await useNotice().attempt(() => write('print.retry', { printer }))
  }
  return { all, line, others, takeOver, retry }
})
