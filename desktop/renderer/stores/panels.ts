/** Which panel the right half shows. One at a time, always in the same place, never over the ticket. */
import { defineStore } from 'pinia'
import { onBeforeUnmount, ref } from 'vue'

export type Panel =
  | 'quick' | 'search' | 'pay' | 'weigh' | 'quantity' | 'adjust' | 'held' | 'members' | 'receipts' | 'shift'
  | 'more' | 'goods' | 'import' | 'settings' | 'sync' | 'help' | 'alerts' | 'printers'
  | 'promotions'
  | 'refund' | 'add' | 'arrange' | 'approve' | 'cash' | 'shifts' | 'audit' | 'report' | 'stock' | 'labels'

export type SettingsPage = 'members' | 'screen' | 'prices' | 'pay' | 'printer' | 'paper' | 'device' | 'staff' | 'returns' | 'labels' | 'backup'

export interface PanelKeys {
  readonly enter?: () => void
  /** What is typed while no field has the focus. */
  readonly char?: (char: string) => void
  /** What is scanned while the panel is open, where it does not go onto the ticket. */
  readonly scan?: (text: string) => void
  readonly up?: () => void
  readonly down?: () => void
}

/** Where one step back leads; everything else goes back to the quick keys. */
const PARENTS: Partial<Record<Panel, Panel>> = { import: 'more', settings: 'more', sync: 'more', audit: 'more', promotions: 'more', report: 'more', stock: 'more', labels: 'more', cash: 'shift', shifts: 'shift' }

export const usePanels = defineStore('panels', () => {
  const current = ref<Panel>('quick')
  const settingsPage = ref<SettingsPage>('screen')
  /** A panel's own step back: true when it took one. */
  let inner: (() => boolean) | null = null

  function open(panel: Panel): void {
    current.value = panel
  }
  /** Settings at one of their pages; the panel itself shows only those the cashier may see. */
  function openSettings(page: SettingsPage): void {
    settingsPage.value = page
    open('settings')
  }
  function home(): void {
    current.value = 'quick'
  }
  /** Home from this panel, and only from it: what finishes late must not take away what was opened meanwhile. */
  function leave(panel: Panel): void {
    if (current.value === panel) home()
  }
  /** One step back, never two. */
  function back(): boolean {
    if (inner?.()) return true
    if (current.value === 'quick') return false
    current.value = PARENTS[current.value] ?? 'quick'
    return true
  }
  /** What Enter, the arrows and characters mean to the open panel, where they mean something of its own. */
  let keys: PanelKeys = {}
  function setKeys(own: PanelKeys): void {
    keys = own
  }
  function key(name: 'enter' | 'up' | 'down'): boolean {
    keys[name]?.()
    return keys[name] !== undefined
  }
  /** Says whether the panel took it. */
  function type(char: string): boolean {
    keys.char?.(char)
    return keys.char !== undefined
  }
  /** Says whether the panel took it. */
  function scan(text: string): boolean {
    if (taker?.(text)) return true
    keys.scan?.(text)
    return keys.scan !== undefined
  }
  /** A panel that may want a scan for itself: true when it took it. */
  let taker: ((text: string) => boolean) | null = null
  function setTaker(take: ((text: string) => boolean) | null): void {
    taker = take
  }
  function setInner(step: (() => boolean) | null): void {
    inner = step
  }
  function dropInner(step: () => boolean): void {
    if (inner === step) inner = null
  }
  return { current, settingsPage, open, openSettings, home, leave, back, key, type, scan, setKeys, setInner, dropInner, setTaker }
})

/** For a panel with steps inside: `step` goes one back and says whether there was one. */
export function useInnerBack(step: () => boolean): void {
  const panels = usePanels()
  panels.setInner(step)
  onBeforeUnmount(() => panels.dropInner(step))
}

/** For a panel that wants some scans for itself; the others go where scans go. */
export function useScanTaker(take: (text: string) => boolean): void {
  const panels = usePanels()
  panels.setTaker(take)
  onBeforeUnmount(() => panels.setTaker(null))
}

/** For a panel with a meaning of its own for Enter or the arrows. */
export function usePanelKeys(keys: PanelKeys): void {
  const panels = usePanels()
  panels.setKeys(keys)
  onBeforeUnmount(() => panels.setKeys({}))
}
