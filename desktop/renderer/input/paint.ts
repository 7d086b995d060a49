/** When what a key asked for was on the screen, for the benches. */
import { nextTick } from 'vue'

const MEASURES_KEPT = 500

/**
 * Leaves a performance measure `name` from `since` (a time of this page's clock, in ms) until what was just changed is
 * painted. The frame after the DOM changed begins with requestAnimationFrame; a message posted from there arrives when
 * that frame was painted.
 */
export async function measurePaint(name: string, since: number, detail: object = {}): Promise<void> {
  await nextTick()
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.addEventListener('message', () => {
      performance.measure(name, { start: since, end: performance.now(), detail })
      channel.port1.close()
      if (performance.getEntriesByName(name).length > MEASURES_KEPT) performance.clearMeasures(name)
    }, { once: true })
    channel.port1.start()
    channel.port2.postMessage(0)
  })
}
