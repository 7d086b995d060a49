/** Where things are on the till's screen, judged inside the page. */

/**
 * What of the cashier's screen can't be seen or pressed, in words. Buttons and fields of the open panel may be scrolled to; those of
 * the ticket, of the state line and of the function bar must be in sight as they are. Runs in the page: it may use nothing from outside.
 */
export function misplaced(): string[] {
  const found: string[] = []
  const place = document.querySelector<HTMLElement>('.panel-place')!
  const nameOf = (element: Element): string => `${element.getAttribute('data-testid') ?? ''} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 30)}"`
  const inside = (inner: DOMRect, outer: { left: number; top: number; right: number; bottom: number }): boolean =>
    inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && (inner.height > outer.bottom - outer.top || (inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1))
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
  const judge = (element: HTMLElement, bounds: () => typeof screen): void => {
    const box = element.getBoundingClientRect()
    if (box.width < 40 || box.height < 36) found.push(`${nameOf(element)} is ${Math.round(box.width)}×${Math.round(box.height)}`)
    if (!inside(box, bounds())) found.push(`${nameOf(element)} is out of sight at ${Math.round(box.left)},${Math.round(box.top)}`)
    if (element instanceof HTMLButtonElement && element.scrollWidth > element.clientWidth + 1) found.push(`${nameOf(element)} is cut off: ${element.scrollWidth} in ${element.clientWidth}`)
    const hit = document.elementFromPoint(box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1))
    if (hit && !element.contains(hit) && !hit.contains(element)) found.push(`${nameOf(element)} is covered by ${hit.tagName} ${hit.className}`)
  }
  const pressable = 'button:not(:disabled), input:not(:disabled), select, textarea, label.btn'
  for (const element of document.querySelectorAll<HTMLElement>('.state button, .ticket .tools button, .acts button, [data-testid="total"], nav button')) judge(element, () => screen)
  for (const element of place.querySelectorAll<HTMLElement>(pressable)) {
    if (element.closest('[inert]') || element.matches('.hidden-label') || !element.checkVisibility()) continue
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    judge(element, () => place.getBoundingClientRect())
  }
  const pen = document.createElement('canvas').getContext('2d')!
  for (const element of place.querySelectorAll('select')) {
    if (!element.checkVisibility()) continue
    const style = getComputedStyle(element)
    // The shorthand is empty where something of it has no place in one, such as figures of one width.
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    // The arrow takes about as much as a letter is high.
    const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - parseFloat(style.fontSize)
    const said = element.selectedOptions[0]?.text ?? ''
    if (pen.measureText(said).width > room + 1) found.push(`${nameOf(element)} cuts off what is chosen: ${said}`)
  }
  for (const element of place.querySelectorAll<HTMLElement>('h2, h3')) if (element.checkVisibility() && element.scrollWidth > element.clientWidth + 1) found.push(`the heading ${nameOf(element)} is cut off`)
  if (place.scrollWidth > place.clientWidth + 1) found.push(`the panel is ${place.scrollWidth} wide in ${place.clientWidth}`)
  if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) found.push('the page itself scrolls')
  place.scrollTo({ top: 0 })
  return found
}
