/** Things in packs, drawn: bottles, cans, cartons, bags, boxes, tubes. Colours in, data URL out. */
import { dot, LIGHT, line, moved, oval, picture, rect, SHADE, shadow, shape, turned } from './svg.ts'

const BLUE = '#dcebf5', PEACH = '#fdebdc', CREAM = '#fbf3dd', MINT = '#e2f2e5', ROSE = '#fbe4e2', LILAC = '#ece6f5'
export const GROUNDS = { BLUE, PEACH, CREAM, MINT, ROSE, LILAC } as const

/** A drink's bottle: what it is made of, its cap, its label and the label's mark. */
export function bottle(ground: string, body: string, cap: string, label: string, mark: string): string {
  return picture(ground, shadow(17), rect(42, 10, 12, 9, 2, cap), rect(43, 17, 10, 6, 0, body),
    shape('M43 22h10c0 8 10 9 10 20v34c0 4-2 6-6 6H39c-4 0-6-2-6-6V42c0-11 10-12 10-20z', body),
    rect(33, 46, 30, 20, 0, label), dot(48, 56, 6, mark), shape('M37 40c0-6 5-8 7-14h3c0 8-5 9-5 16v38h-3c-1 0-2-1-2-3z', LIGHT))
}
/** A tall square-shouldered bottle of the kitchen: soy sauce, vinegar, wine. */
export function sauce(ground: string, body: string, cap: string, label: string, mark: string): string {
  return picture(ground, shadow(16), rect(42, 8, 12, 12, 2, cap), rect(43.5, 18, 9, 10, 0, body), shape('M43 26h10c1 5 9 6 9 13v39c0 2-2 4-4 4H38c-2 0-4-2-4-4V39c0-7 8-8 9-13z', body),
    rect(34, 44, 28, 28, 0, label), rect(39, 48, 18, 3, 1, mark), rect(43, 54, 10, 13, 2, mark), rect(37, 38, 3, 42, 1.5, LIGHT))
}
export function can(ground: string, body: string, band: string, mark: string): string {
  return picture(ground, shadow(18), shape('M34 18h28l3 7v50l-4 7H35l-4-7V25z', body), oval(48, 18, 14, 3.5, '#d9dde0'), oval(48, 18, 8, 1.8, '#aab2b8'),
    shape('M31 58c10-14 24-2 34-16v20c-10 12-24 0-34 12z', band), dot(48, 40, 6, mark), rect(35, 26, 4, 50, 2, LIGHT), shape('M33 77h30l-2 5H35z', '#b9c0c5'))
}
/** A gabled carton of milk or juice. */
export function carton(ground: string, body: string, band: string, motif: string): string {
  return picture(ground, shadow(19), rect(36, 10, 24, 6, 1, band), shape('M36 15h24l6 17H30z', body), shape('M36 15h24l6 17H30z', SHADE), rect(30, 32, 36, 50, 2, body),
    shape('M30 58c12-7 24 7 36 0v22c0 1-1 2-2 2H32c-1 0-2-1-2-2z', band), motif, rect(33, 34, 4, 46, 2, LIGHT), rect(56, 18, 7, 6, 2, band))
}
/** A pillow bag with crimped ends. */
export function bag(ground: string, body: string, band: string, motif: string): string {
  const zig = (y: number, up: number): string => `M28 ${y}` + 'l2.5 -3 2.5 3'.replaceAll('3', String(up)).concat(' ').repeat(8) + `V${y + (up > 0 ? 7 : -7)}H28z`
  return picture(ground, shadow(22), shape(zig(16, 3), band), shape('M28 20c2 0 38 0 40 0c-3 14 3 42 2 58H26c-1-16 5-44 2-58z', body), shape(zig(80, -3), band),
    shape('M27 62c10-6 32 6 42 0l1 16H26z', band), motif, shape('M31 23h5c-3 16 1 36-1 53h-5c-1-18 4-38 1-53z', LIGHT))
}
/** A standing sack of rice, flour or sugar, tied at its top. */
export function sack(ground: string, body: string, band: string, motif: string): string {
  return picture(ground, shadow(24), shape('M34 12c4 3 24 3 28 0l3 8c-4 4-30 4-34 0z', body), rect(32, 20, 32, 4, 2, band), shape('M32 24h32c7 10 9 40 7 54-1 4-4 4-6 4H31c-2 0-5 0-6-4-2-14 0-44 7-54z', body),
    dot(48, 52, 16, '#fffaf0'), motif, shape('M31 30c2-4 4-4 5-4-4 14-5 36-4 54-2-1-3-2-3-3-1-14-1-36 2-47z', LIGHT))
}
/** An upright folding box seen a little from the side. */
export function box(ground: string, body: string, side: string, motif: string): string {
  return picture(ground, shadow(25), shape('M62 22l12-6v58l-12 8z', side), shape('M24 22l14-6h36l-12 6z', LIGHT), shape('M24 22l14-6h36l-12 6z', body), rect(24, 22, 38, 60, 1, body), motif, rect(26, 24, 3, 56, 1.5, LIGHT))
}
/** A flat box lying down: sweets, tissues. */
export function flatBox(ground: string, body: string, top: string, motif: string): string {
  return picture(ground, shadow(34), shape('M14 46l14-16h42l12 16z', top), rect(14, 46, 68, 34, 3, body), motif, rect(17, 49, 62, 3, 1.5, LIGHT))
}
export function jar(ground: string, glass: string, fill: string, lid: string, label: string): string {
  return picture(ground, shadow(21), rect(32, 16, 32, 10, 3, lid), rect(34, 25, 28, 5, 0, glass), rect(28, 29, 40, 53, 9, glass), shape('M31 44h34v29c0 4-3 6-6 6H37c-3 0-6-2-6-6z', fill), rect(28, 50, 40, 18, 0, label),
    dot(48, 59, 5.5, lid), rect(32, 33, 4, 42, 2, LIGHT))
}
/** A cup with a lid: noodles, yoghurt. */
export function cup(ground: string, body: string, lid: string, motif: string): string {
  return picture(ground, shadow(20), shape('M26 26h44l-6 53c0 2-2 3-4 3H36c-2 0-4-1-4-3z', body), oval(48, 26, 24, 6, lid), oval(48, 25, 20, 4, LIGHT), motif, shape('M31 34h5l4 46h-4z', LIGHT))
}
/** A jug with a handle: oil, detergent. */
export function jug(ground: string, body: string, cap: string, label: string, mark: string): string {
  return picture(ground, shadow(23), rect(34, 9, 14, 11, 2, cap), line('M54 28c13-3 17 5 16 22', body, 7), shape('M35 19h12c1 5 17 8 17 20v38c0 3-2 5-5 5H31c-3 0-5-2-5-5V40c0-12 8-14 9-21z', body),
    rect(26, 46, 38, 25, 0, label), shape(mark, cap), shape('M30 42c0-8 5-11 8-16h3c-3 9-7 10-7 18v36h-2c-1 0-2-1-2-3z', LIGHT))
}
export function tube(ground: string, body: string, cap: string, stripe: string): string {
  return picture(ground, oval(50, 78, 32, 4, SHADE), turned(-28, shape('M12 34l58 6v18l-58 6z', body), rect(8, 33, 6, 32, 1, stripe), shape('M14 44c20 8 36-6 56 2v6c-20-6-36 8-56 2z', stripe), rect(70, 41, 14, 16, 3, cap), shape('M16 37l52 5v3l-52-4z', LIGHT)))
}
/** A block in its paper: soap, chocolate. */
export function block(ground: string, paper: string, bare: string, mark: string): string {
  return picture(ground, oval(48, 76, 34, 4, SHADE), turned(-12, rect(14, 34, 68, 34, 6, bare), shape('M14 40c0-4 2-6 6-6h34l-6 8 6 9-6 8 6 9H20c-4 0-6-2-6-6z', paper), dot(31, 51, 8, mark), rect(18, 37, 60, 4, 2, LIGHT)))
}
export function roll(ground: string, paper: string, core: string): string {
  const one = (x: number, y: number): string => rect(x, y, 34, 26, 0, paper) + oval(x + 17, y + 26, 17, 6, paper) + oval(x + 17, y + 26, 17, 6, SHADE) + rect(x, y, 34, 26, 0, paper) + oval(x + 17, y, 17, 6, '#fff') + oval(x + 17, y, 6, 2.2, core)
  return picture(ground, shadow(36), one(30, 22), one(13, 49), one(49, 49), rect(16, 54, 3, 22, 1.5, SHADE), rect(52, 54, 3, 22, 1.5, SHADE), rect(33, 27, 3, 20, 1.5, SHADE))
}
/** Dustbin bags, rolled up, one end loose. */
export function bagRoll(ground: string, body: string, band: string): string {
  return picture(ground, oval(50, 78, 32, 4, SHADE), shape('M20 40h50v34c-6 4-12-2-18 2s-12-2-18 2-10 0-14-2z', body), rect(16, 26, 62, 24, 12, body), oval(68, 38, 10, 12, SHADE), oval(68, 38, 4, 5, '#fff8'), rect(34, 26, 16, 24, 0, band), rect(20, 29, 46, 4, 2, LIGHT))
}
export function brush(ground: string, first: string, second: string): string {
  const one = (colour: string): string => rect(44, 34, 8, 48, 4, colour) + rect(45, 14, 6, 24, 3, colour) + rect(51, 15, 7, 17, 1, '#fff') + rect(51, 20, 7, 3, 0, colour) + rect(51, 26, 7, 3, 0, colour) + rect(46, 38, 2, 40, 1, LIGHT)
  return picture(ground, oval(48, 82, 24, 3.5, SHADE), turned(14, moved(-8, 0, 1, one(first))), turned(-14, moved(8, 0, 1, one(second))))
}
export function batteries(ground: string, body: string, top: string): string {
  const one = (x: number, y: number): string => rect(x + 6, y - 4, 8, 5, 1.5, '#c7ccd1') + rect(x, y, 20, 50, 3, body) + rect(x, y, 20, 14, 3, top) + shape(`M${x + 12} ${y + 20}l-7 12h5l-2 10 8-13h-5z`, '#fff') + rect(x + 2, y + 2, 3, 46, 1.5, LIGHT)
  return picture(ground, shadow(28), one(26, 30), one(51, 30))
}
/** A medicine's box: a white front, a band and what is inside. */
export function medicine(ground: string, colour: string, motif: string): string {
  return picture(ground, shadow(34), shape('M14 36l10-8h62l-10 8z', '#fff'), shape('M14 36l10-8h62l-10 8z', SHADE), shape('M76 36l10-8v42l-10 10z', colour), shape('M76 36l10-8v42l-10 10z', SHADE), rect(14, 36, 62, 44, 1, '#fffdf8'),
    rect(14, 66, 62, 14, 1, colour), rect(20, 42, 24, 4, 2, colour), rect(20, 49, 16, 3, 1.5, '#d8d2c8'), rect(20, 55, 19, 3, 1.5, '#d8d2c8'), motif)
}
export const cross = (x: number, y: number, colour: string): string => rect(x - 2.5, y - 8, 5, 16, 1, colour) + rect(x - 8, y - 2.5, 16, 5, 1, colour)
export const leafMark = (x: number, y: number, colour: string): string => shape(`M${x - 9} ${y + 7}c-1-11 7-17 19-16 1 12-6 19-16 17z`, colour) + line(`M${x - 10} ${y + 10}c4-6 8-10 14-14`, '#ffffff99', 1.6)
export const pillMark = (x: number, y: number, first: string, second: string): string =>
  `<g transform='rotate(-35 ${x} ${y})'>${rect(x - 12, y - 5.5, 24, 11, 5.5, first)}${shape(`M${x} ${y - 5.5}h6.5a5.5 5.5 0 0 1 0 11H${x}z`, second)}${rect(x - 8, y - 3.5, 15, 2.4, 1.2, LIGHT)}</g>`
export const grains = (x: number, y: number, colour: string): string =>
  [[-7, -4, 20], [0, -7, -30], [7, -3, 60], [-4, 4, -50], [4, 5, 15]].map(([dx, dy, turn]) => `<ellipse cx='${x + dx!}' cy='${y + dy!}' rx='4.4' ry='2' transform='rotate(${turn} ${x + dx!} ${y + dy!})' fill='${colour}'/>`).join('')
export const drop = (x: number, y: number, colour: string): string => shape(`M${x} ${y - 11}c5 7 8 10 8 14a8 8 0 0 1-16 0c0-4 3-7 8-14z`, colour) + dot(x - 3, y + 3, 2, LIGHT)
export const star = (x: number, y: number, colour: string): string => shape(`M${x} ${y - 9}l2.6 5.6 6.1.7-4.5 4.2 1.2 6-5.4-3-5.4 3 1.2-6-4.5-4.2 6.1-.7z`, colour)
