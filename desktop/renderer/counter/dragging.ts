/** Dragging by pointer events: by mouse, finger or pen alike. It says what is dragged, where it is, and upon what it was dropped. */
import { shallowRef } from 'vue'

export interface Drag<Thing> { readonly thing: Thing; readonly x: number; readonly y: number }
interface Start<Thing> { readonly thing: Thing; readonly x: number; readonly y: number; readonly pointer: number }

/** Nearer than this it is still a touch, px. */
const TOUCH_PX = 8

/** `over` is told of every element the pointer is over, `drop` of the last, null for none. */
export function useDragging<Thing>(on: { over: (element: Element | null) => void; drop: (thing: Thing, element: Element | null) => void }) {
  const drag = shallowRef<Drag<Thing> | null>(null)
  let start: Start<Thing> | null = null

  function down(event: PointerEvent, thing: Thing): void {
    if (!event.isPrimary || event.button !== 0) return
    start = { thing, x: event.clientX, y: event.clientY, pointer: event.pointerId }
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
  }
  function moved(event: PointerEvent): void {
    if (start?.pointer !== event.pointerId) return
    if (!drag.value && Math.hypot(event.clientX - start.x, event.clientY - start.y) < TOUCH_PX) return
    drag.value = { thing: start.thing, x: event.clientX, y: event.clientY }
    on.over(document.elementFromPoint(event.clientX, event.clientY))
  }
  /** True when something was dropped, so that what follows is no touch. */
  function up(event: PointerEvent): boolean {
    const dropped = drag.value
    const own = start?.pointer === event.pointerId
    cancel()
    if (!own || !dropped) return false
    on.drop(dropped.thing, document.elementFromPoint(event.clientX, event.clientY))
    return true
  }
  function cancel(): void {
    start = null
    drag.value = null
  }
  return { drag, down, moved, up, cancel }
}
