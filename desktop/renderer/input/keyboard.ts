/**
 * The keyboard of the whole window, before anything else sees it. Scans are taken out wherever the focus is and leave
 * nothing behind in a field; what is left goes to fields as usual, or to the counter's own keys.
 */
import { GS } from '#shared/codes/gs1.ts'
import { charOf, SCAN_GAP_MS_MAX, type Stroke, type Verdict, Wedge } from './wedge.ts'
import type { WedgeSettings } from './wedge-settings.ts'

export interface CounterKeys {
  /** A code; `keys` are the times of its first and last key, where it was typed. */
  scan(text: string, keys?: { since: number; until: number }): void
  /** A character typed while no field has the focus. */
  char(char: string): void
  /** F1 … F12, Enter, Escape, Delete, Backspace, ArrowUp, ArrowDown. True when it was for the counter. */
  command(name: string): boolean
  /** A letter is about to be typed and no field has the focus: gives it a field to go to, if there is one. */
  fieldForLetters(): HTMLInputElement | null
}
type TextField = HTMLInputElement | HTMLTextAreaElement
interface Before {
  readonly field: TextField
  readonly value: string
}

/** Characters outside fields wait this long for a burst to show itself: short for people, long for a scanner. */
const HOLD_MS = 60
/** What comes late from the keyboard, on a machine that is busy, is waited for as much longer, and no longer than this. */
const LAG_MAX_MS = 600
/** An input method's last word on a scan comes within this. */
const LATE_MS = 150
const COMMANDS = new Set(['Enter', 'Escape', 'Delete', 'Backspace', 'ArrowUp', 'ArrowDown'])
const TEXT_TYPES = new Set(['text', 'search', 'tel', 'url', 'password', 'number', 'email'])

function textField(element: Element | null): TextField | null {
  if (element instanceof HTMLTextAreaElement) return element
  return element instanceof HTMLInputElement && TEXT_TYPES.has(element.type) ? element : null
}

/** One for all screens, as there is one scanner: a scan begun on one screen ends well on the next. */
const wedge = new Wedge()
let wedgeEnd: WedgeSettings['end'] = 'key'
/** Screens that listen, the latest last: it has the scans. */
const listening: CounterKeys[] = []

export function setWedge(settings: WedgeSettings): void {
  wedge.set(settings)
  wedgeEnd = settings.end
}

/** A code from a scanner that doesn't type: as if it had. */
export function scanned(text: string): void {
  listening.at(-1)?.scan(text)
}

/** Listens until the returned function is called. */
export function listenKeys(keys: CounterKeys): () => void {
  let before: Before | null = null
  let pending = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    clearTimeout(timer)
    const verdict = wedge.rest()
    if (verdict.type === 'scan') return take(verdict, performance.now())
    const text = pending
    pending = ''
    for (const char of text) keys.char(char)
  }

  /** Puts a field back to what it held before the scanner typed into it, ending a composition first. */
  const undoTyping = (): void => {
    const kept = before
    before = null
    if (!kept) return
    const restore = (): void => {
      kept.field.value = kept.value
      kept.field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    // Some input methods give what they had begun only after they were told to stop.
    kept.field.addEventListener('compositionend', restore, { once: true })
    setTimeout(() => kept.field.removeEventListener('compositionend', restore), LATE_MS)
    if (document.activeElement === kept.field) {
      kept.field.blur()
      restore()
      if (kept.field !== keys.fieldForLetters()) kept.field.focus()
    } else restore()
  }

  const take = (scan: Extract<Verdict, { type: 'scan' }>, until: number): void => {
    clearTimeout(timer)
    pending = ''
    undoTyping()
    keys.scan(scan.text, { since: scan.since, until })
  }

  /** After a pause behind this key. A key that came late says that the next may be on its way just as long. */
  const flushAfter = ({ timeStamp }: KeyboardEvent, ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(flush, ms + Math.min(LAG_MAX_MS, Math.max(0, 2 * (performance.now() - timeStamp))))
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    // Scanners type GS1's separator as Ctrl and a bracket, in the midst of a burst.
    const isSeparator = event.ctrlKey && !event.altKey && !event.metaKey && event.code === 'BracketRight'
    const stroke: Stroke = isSeparator ? { code: '', key: GS, time: event.timeStamp } : { code: event.code, key: event.key, time: event.timeStamp, shift: event.shiftKey }
    if (isSeparator) {
      wedge.feed(stroke)
      event.preventDefault()
      return
    }
    if (event.key === 'Control') return
    const chord = event.ctrlKey || event.altKey || event.metaKey
    if (chord) {
      wedge.reset()
      return
    }
    const verdict = wedge.feed(stroke)
    if (verdict.type === 'scan') {
      event.preventDefault()
      event.stopImmediatePropagation()
      take(verdict, stroke.time)
      return
    }
    let field = textField(document.activeElement)
    const char = charOf(stroke)
    if (!field && char !== undefined && /[a-z]/i.test(char) && pending === '') {
      const offered = keys.fieldForLetters()
      offered?.focus()
      field = offered
    }
    if (field && verdict.length === 1) before = { field, value: field.value }
    if (!field && verdict.length === 1) before = null
    handle(event, field, char)
    if (wedgeEnd === 'pause' && verdict.length > 0) flushAfter(event, SCAN_GAP_MS_MAX)
  }

  const handle = (event: KeyboardEvent, field: TextField | null, char: string | undefined): void => {
    const name = event.key === 'Process' ? event.code : event.key
    if (event.isComposing) return
    if (/^F([1-9]|10|12)$/.test(name)) {
      event.preventDefault()
      flush()
      keys.command(name)
      return
    }
    if (name === 'Escape' || (!field && COMMANDS.has(name))) {
      flush()
      if (name === 'Enter' && document.activeElement instanceof HTMLElement && document.activeElement.matches('button, a, select, summary, input')) return
      if (document.activeElement instanceof HTMLSelectElement && name !== 'Escape') return
      if (keys.command(name)) event.preventDefault()
      return
    }
    if (field || char === undefined || document.activeElement instanceof HTMLSelectElement) return
    if (char === ' ' && document.activeElement instanceof HTMLButtonElement) return
    event.preventDefault()
    pending += char
    flushAfter(event, HOLD_MS)
  }

  /** A touched button does its work and doesn't keep the focus: Enter after it must take money, not press it again. */
  const onMouseDown = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (!button) return
    event.preventDefault()
    if (!button.closest('[data-keep-focus]') && document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }

  listening.push(keys)
  window.addEventListener('keydown', onKeyDown, { capture: true })
  window.addEventListener('mousedown', onMouseDown, { capture: true })
  return () => {
    flush()
    listening.splice(listening.indexOf(keys), 1)
    window.removeEventListener('keydown', onKeyDown, { capture: true })
    window.removeEventListener('mousedown', onMouseDown, { capture: true })
  }
}
