/** What comes out of the printer at a key: receipts once more, and the drawer that hangs on it. Never says a thing is done that no printer can do. */
import { defineStore } from 'pinia'
import { write } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { useNotice } from './notice.ts'
import { usePanels } from './panels.ts'
import { useSession } from './session.ts'

/** Printers of labels print no receipts. */
const hasPrinter = (): boolean => useSession().printers.some(({ labels }) => !labels)

export const usePaper = defineStore('paper', () => {
  /** Where a printer is set up, or who may do it. */
  function setUp(): { next: string; action?: { label: string; run: () => void } } {
    if (!useSession().may('till.setup')) return { next: t('printer.noneOwner') }
    return { next: t('printer.noneNext'), action: { label: t('printer.add'), run: () => usePanels().openSettings('printer') } }
  }

  /** Whether a printer of receipts is set up; says so where none is. */
  function isThere(): boolean {
    if (hasPrinter()) return true
    useNotice().show({ tone: 'attention', message: t('printer.none'), ...setUp() })
    return false
  }

  async function reprint({ sale, no }: { sale: string; no: string }): Promise<void> {
    const notice = useNotice()
    if (!isThere()) return
    await notice.attempt(async () => {
      await write('sale.reprint', { sale })
      notice.show({ tone: 'good', message: t('receipts.printing', { no }) })
    })
  }
  async function printReport(range: { from: string; to: string }): Promise<void> {
    const notice = useNotice()
    if (!isThere()) return
    await notice.attempt(async () => {
      await write('report.print', { from: range.from, to: range.to })
      notice.show({ tone: 'good', message: t('report.printing') })
    })
  }
  /** The opening is on record either way: by key it is an opening too. */
  async function openDrawer(): Promise<void> {
    const notice = useNotice()
    await notice.attempt(async () => {
      await write('drawer.open', { reason: t('drawer.reason') })
      if (hasPrinter()) notice.show({ tone: 'good', message: t('drawer.opened') })
      else notice.show({ tone: 'attention', message: t('drawer.byKey'), ...setUp() })
    })
  }
  return { isThere, reprint, printReport, openDrawer }
})
