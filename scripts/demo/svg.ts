/** A little vocabulary for drawing flat pictures of 96 × 96 units, small enough to travel inside a good as a data URL. */

export const rect = (x: number, y: number, w: number, h: number, r: number, fill: string): string => `<rect x='${x}' y='${y}' width='${w}' height='${h}' rx='${r}' fill='${fill}'/>`
export const oval = (x: number, y: number, rx: number, ry: number, fill: string): string => `<ellipse cx='${x}' cy='${y}' rx='${rx}' ry='${ry}' fill='${fill}'/>`
export const dot = (x: number, y: number, r: number, fill: string): string => `<circle cx='${x}' cy='${y}' r='${r}' fill='${fill}'/>`
export const shape = (d: string, fill: string): string => `<path d='${d}' fill='${fill}'/>`
export const line = (d: string, stroke: string, width: number): string => `<path d='${d}' fill='none' stroke='${stroke}' stroke-width='${width}' stroke-linecap='round' stroke-linejoin='round'/>`
export const turned = (degrees: number, ...parts: string[]): string => `<g transform='rotate(${degrees} 48 48)'>${parts.join('')}</g>`
export const moved = (x: number, y: number, scale: number, ...parts: string[]): string => `<g transform='translate(${x} ${y}) scale(${scale})'>${parts.join('')}</g>`
/** A light from the left, and a shade: the same on every thing, so that they belong together. */
export const LIGHT = '#ffffff55'
export const SHADE = '#3a241a22'

/** The finished picture on its tinted ground, as a data URL for <img>. */
export function picture(ground: string, ...parts: string[]): string {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 96'>${rect(0, 0, 96, 96, 0, ground)}${parts.join('')}</svg>`
  return `data:image/svg+xml,${svg.replace(/[%#<>]/g, (char) => encodeURIComponent(char))}`
}

/** The shadow a thing of half-width `rx` throws on the ground it stands on. */
export const shadow = (rx: number, y = 82, x = 48): string => oval(x, y, rx, 4, SHADE)
