/** What grows, and eggs and bean curd, drawn. Every thing in its own shape, so that it is found without reading. */
import { dot, LIGHT, line, moved, oval, picture, rect, SHADE, shadow, shape, turned } from './svg.ts'
import { GROUNDS } from './packs.ts'

const { BLUE, CREAM, LILAC, MINT, PEACH, ROSE } = GROUNDS
const LEAF = '#4e9a4a', LEAF_LIGHT = '#74b85f', LEAF_DARK = '#3a7a40', STALK = '#e9f2d4'

/** Pak choi: three leaves on white stalks. */
export function leafGreens(): string {
  const leaf = (fill: string): string => shape('M48 84c-9 0-10-22-5-38h10c5 16 4 38-5 38z', STALK) + shape('M48 52c-16-4-18-22-10-34 5-7 15-7 20 0 8 12 6 30-10 34z', fill) + line('M48 50V24M48 38l-7-6M48 38l7-6', '#ffffff66', 1.8)
  return picture(MINT, shadow(24), turned(-26, moved(2, 4, 0.96, leaf(LEAF_DARK))), turned(26, moved(2, 4, 0.96, leaf(LEAF_DARK))), moved(0, 2, 1, leaf(LEAF_LIGHT)))
}
export function cabbage(): string {
  return picture(MINT, shadow(24), shape('M48 14c22 2 30 26 22 52-3 10-10 16-22 16s-19-6-22-16c-8-26 0-50 22-52z', LEAF_LIGHT), shape('M48 20c14 4 20 24 15 44-2 10-6 18-15 18s-13-8-15-18c-5-20 1-40 15-44z', '#b9d98a'),
    shape('M48 34c8 6 11 20 8 34-1 8-4 14-8 14s-7-6-8-14c-3-14 0-28 8-34z', '#f4f5dc'), line('M48 44v34M40 30c-6 10-8 22-6 34M56 30c6 10 8 22 6 34', '#ffffffaa', 2))
}
export function tomato(): string {
  const one = (fill: string): string => shape('M48 34c14-6 28 4 28 21S64 82 48 82 20 72 20 55s14-27 28-21z', fill) + shape('M48 38l-13-5 9-1-2-9 6 7 6-8-1 9 10 1z', LEAF) + oval(33, 50, 4, 8, LIGHT)
  return picture(ROSE, shadow(32), moved(34, 18, 0.62, one('#c9402f')), moved(-2, 8, 0.88, one('#e2553f')))
}
export function cucumber(): string {
  const one = (fill: string): string => turned(-38, rect(8, 40, 80, 17, 8.5, fill), rect(13, 43, 66, 3, 1.5, LIGHT), ...[20, 34, 48, 62, 74].map((x, i) => dot(x, i % 2 ? 49 : 53, 1.1, '#ffffff88')), rect(84, 46, 6, 5, 2, LEAF_DARK))
  return picture(MINT, oval(50, 82, 30, 4, SHADE), moved(6, 6, 0.94, one(LEAF_DARK)), moved(-4, -6, 0.94, one(LEAF)))
}
export function potato(): string {
  const one = (fill: string): string => shape('M24 62c-6-18 8-34 26-33s30 12 27 30-20 23-32 21-18-8-21-18z', fill) + [[38, 46], [58, 42], [50, 60], [66, 58], [35, 62]].map(([x, y]) => oval(x!, y!, 2.4, 1.4, '#8d6636')).join('') + oval(36, 40, 7, 4, LIGHT)
  return picture(CREAM, shadow(34), moved(30, 26, 0.66, one('#c59a58')), moved(-6, 6, 0.86, one('#d9b271')))
}
export function carrot(): string {
  const one = shape('M34 36c0-8 28-8 28 0 0 14-8 36-14 48-6-12-14-34-14-48z', '#ee8a3c') + line('M38 44h8M50 52h8M42 60h6M48 70h4', '#c9692a', 2) + shape('M48 34C38 30 36 20 38 10c6 4 8 8 9 14 0-8 1-13 5-18 3 6 3 12 1 19 2-5 5-8 9-10 0 9-4 16-14 19z', LEAF)
  return picture(PEACH, shadow(26), turned(20, moved(8, 2, 0.92, one)), turned(-14, moved(-6, 0, 1, one)))
}
export function eggplant(): string {
  return picture(LILAC, oval(46, 82, 28, 4, SHADE), turned(28, shape('M42 26h13c4 12 14 20 13 38-1 13-10 20-20 20s-19-7-20-20c0-18 11-26 14-38z', '#6b4a8f'), shape('M39 22c5-4 14-4 19 0l4 14c-4-1-6-4-7-6-1 3-3 7-7 8-4-1-5-5-6-8-2 3-4 5-7 6z', LEAF), rect(46, 10, 6, 14, 3, LEAF_DARK), shape('M36 56c1-8 4-13 7-18h3c-3 8-6 12-6 20 0 7 2 12 4 16-6-3-9-10-8-18z', LIGHT)))
}
export function pepper(): string {
  return picture(MINT, shadow(24), shape('M48 32c8-8 26-5 26 14 0 17-8 36-15 36-5 0-7-3-11-3s-6 3-11 3c-7 0-15-19-15-36 0-19 18-22 26-14z', LEAF), shape('M48 34c5-3 9-2 11 2 4 12 2 34-5 46-2-1-4-3-6-3s-4 2-6 3c-7-12-9-34-5-46 2-4 6-5 11-2z', LEAF_LIGHT), line('M48 34c0-8 2-14 8-18', LEAF_DARK, 5), oval(31, 48, 3.5, 10, LIGHT))
}
/** Slices and a piece of lotus root. */
export function lotusRoot(): string {
  const slice = (x: number, y: number, r: number): string => dot(x, y, r, '#d9b99a') + dot(x, y, r - 2.5, '#f8ead8') + [0, 60, 120, 180, 240, 300].map((a) => dot(Math.round(x + r * 0.52 * Math.cos(a * Math.PI / 180)), Math.round(y + r * 0.52 * Math.sin(a * Math.PI / 180)), r * 0.16, '#b78f6a')).join('') + dot(x, y, r * 0.13, '#b78f6a')
  return picture(PEACH, shadow(34), turned(-16, rect(16, 20, 44, 26, 12, '#ead2b4'), rect(56, 22, 28, 22, 10, '#ead2b4'), rect(54, 28, 8, 10, 2, '#b78f6a'), rect(20, 24, 34, 4, 2, LIGHT)), slice(36, 62, 19), slice(66, 66, 15))
}
export function mushroom(): string {
  const one = (cap: string): string => shape('M40 52h16c-1 12 4 20 3 26-1 5-21 5-22 0-1-6 4-14 3-26z', '#f3e3cb') + shape('M16 54c0-20 14-32 32-32s32 12 32 32c-12 5-52 5-64 0z', cap) + line('M34 38l5-4M52 34l6 4M44 46l6-3M64 48l4-2M26 50l4-3', '#f0d9b8', 2.4)
  return picture(CREAM, shadow(30), moved(40, 30, 0.58, one('#7c5335')), moved(-4, 6, 0.86, one('#94643f')))
}
export function corn(): string {
  const kernels = [0, 1, 2, 3, 4, 5].map((row) => [0, 1, 2].map((column) => rect(38.5 + column * 6.6, 20 + row * 8.5, 5.6, 7.4, 2.4, column === 0 ? '#fbd869' : '#f4c53f')).join('')).join('')
  return picture(CREAM, shadow(24), turned(12, shape('M48 10c10 2 13 18 12 36-1 16-5 30-12 30s-11-14-12-30c-1-18 2-34 12-36z', '#e5ae2e'), kernels, shape('M48 86C32 84 26 62 32 40c10 10 16 26 16 46z', LEAF), shape('M48 86c16-2 22-24 16-46-10 10-16 26-16 46z', LEAF_LIGHT), line('M38 54c4 9 7 18 9 28M58 54c-4 9-7 18-9 28', '#ffffff55', 1.6)))
}
/** Young soya beans in their pods. */
export function beans(): string {
  const pod = (fill: string): string => shape('M12 52c10-16 58-20 72-6-8 18-60 24-72 6z', fill) + [30, 48, 66].map((x) => dot(x, 48.5, 7.4, '#a9d382') + dot(x - 2, 46.5, 2.4, LIGHT)).join('') + line('M84 46l6-4', LEAF_DARK, 3)
  return picture(MINT, oval(50, 80, 34, 4, SHADE), moved(4, -8, 0.9, turned(-18, pod(LEAF_DARK))), moved(2, 18, 0.92, turned(8, pod(LEAF))))
}
export function spud(): string {
  return picture(ROSE, oval(48, 80, 30, 4, SHADE), turned(-24, shape('M8 50c10-16 24-22 42-21s32 10 39 22c-9 14-24 21-41 20S16 64 8 50z', '#b4586b'), shape('M58 30c16 2 25 11 31 21-7 11-18 17-31 19-6-12-6-28 0-40z', '#f2b35c'), line('M22 48h8M34 58h6M38 42h6', '#8c3e51', 2.2)))
}

export function apple(): string {
  return picture(ROSE, shadow(26), shape('M48 36c10-9 29-4 29 17 0 16-10 30-20 30-4 0-6-2-9-2s-5 2-9 2c-10 0-20-14-20-30 0-21 19-26 29-17z', '#d9473b'), line('M48 36c0-8 2-13 6-18', '#7a4b2a', 4), shape('M52 28c3-9 12-12 20-10-2 9-11 13-20 10z', LEAF), oval(32, 50, 4.5, 9, LIGHT), oval(62, 66, 8, 10, '#f08a5a66'))
}
export function banana(): string {
  const one = (fill: string): string => shape('M20 22c2 30 18 50 52 54 5 0 6-4 3-6C56 62 40 46 32 20c-2-5-12-4-12 2z', fill)
  return picture(CREAM, oval(50, 80, 28, 4, SHADE), turned(-26, moved(6, 2, 0.96, one('#e2ab2c'))), turned(-4, one('#f3c63f')), turned(18, moved(0, -2, 0.98, one('#fbd966'))), rect(24, 10, 12, 14, 4, '#7d5a2a'))
}
export function grapes(): string {
  const at = [[30, 40], [44, 38], [58, 40], [68, 44], [36, 52], [50, 52], [63, 55], [42, 64], [56, 66], [49, 77]]
  return picture(LILAC, shadow(20, 86), line('M50 34c0-8 2-14 8-20', '#7d5a2a', 4), shape('M50 26c-6-12-20-14-30-8 4 12 18 16 30 8z', LEAF), at.map(([x, y]) => dot(x!, y!, 9.2, '#7f5aa6') + dot(x! - 3, y! - 3, 2.6, LIGHT)).join(''))
}
export function watermelon(): string {
  return picture(ROSE, oval(48, 80, 36, 4, SHADE), turned(-10, shape('M8 40a40 40 0 0 0 80 0z', '#3f8a47'), shape('M12 40a36 36 0 0 0 72 0z', '#dff0cf'), shape('M16 40a32 32 0 0 0 64 0z', '#ee5d55'), [[30, 48], [42, 54], [54, 54], [66, 48], [36, 62], [60, 62], [48, 66]].map(([x, y]) => oval(x!, y!, 1.8, 3, '#45302a')).join(''), rect(18, 41, 60, 3, 1.5, LIGHT)))
}
export function orange(): string {
  const spokes = [0, 60, 120].map((a) => { const c = Math.round(16 * Math.cos(a * Math.PI / 180)), s = Math.round(16 * Math.sin(a * Math.PI / 180)); return `M${62 - c} ${62 - s}L${62 + c} ${62 + s}` }).join('')
  return picture(PEACH, shadow(32), dot(40, 48, 26, '#f09a35'), oval(31, 39, 6, 8, LIGHT), shape('M40 24c4-9 12-11 20-9-3 9-11 12-20 9z', LEAF), dot(62, 62, 21, '#e88a24'), dot(62, 62, 18, '#fff1d6'), dot(62, 62, 16, '#f7ad4a'), line(spokes, '#fff1d6', 2))
}
export function peach(): string {
  return picture(ROSE, shadow(26), shape('M48 82C28 82 18 68 19 52c1-14 14-22 29-14 15-8 28 0 29 14 1 16-9 30-29 30z', '#f4a08c'), shape('M48 82C40 70 40 50 48 38c15-8 28 0 29 14 1 16-9 30-29 30z', '#f7b8a0'), oval(32, 54, 8, 11, '#e9746a88'), shape('M48 38c-14 2-24-4-28-14 12-4 24 2 28 14z', LEAF), shape('M48 38c8 0 16-4 20-12-9-2-17 3-20 12z', LEAF_LIGHT), line('M48 40c-3 10-3 22 0 38', '#d8756b66', 2))
}

export function eggs(): string {
  const one = (x: number, y: number, fill: string): string => shape(`M${x} ${y}c8 0 13 11 13 20s-6 14-13 14-13-5-13-14 5-20 13-20z`, fill) + oval(x - 5, y + 14, 3, 6, LIGHT)
  return picture(CREAM, shadow(34), one(30, 26, '#e8b98c'), one(66, 26, '#e3b184'), one(48, 20, '#f2cda6'), shape('M10 50c6 6 14 6 19 0 5 6 14 6 19 0 5 6 14 6 19 0 5 6 13 6 19 0l-6 28c-1 3-3 4-5 4H21c-2 0-4-1-5-4z', '#a9aeb0'), rect(18, 68, 60, 4, 2, '#ffffff44'))
}
export function tofu(): string {
  return picture(BLUE, shadow(34), shape('M12 54h72l-6 24c-1 3-3 4-5 4H23c-2 0-4-1-5-4z', '#7fb0cf'), shape('M20 40l12-12h46l-10 12z', '#fffdf6'), shape('M68 40l10-12v22l-10 12z', '#e9dfca'), rect(20, 40, 48, 22, 1, '#faf4e6'), shape('M12 54h72l-1 6H13z', '#93c1dc'), line('M36 28l-7 12v13M52 28l-6 12v13', '#e9dfca', 1.6))
}
/** Pressed bean curd: brown squares, piled. */
export function driedTofu(): string {
  const one = (x: number, y: number, fill: string): string => shape(`M${x} ${y}l26-9 26 9-26 9z`, fill) + shape(`M${x} ${y}l26 9v10l-26-9z`, '#8a5a34') + shape(`M${x + 52} ${y}l-26 9v10l26-9z`, '#a06c40') + line(`M${x + 14} ${y}l12-4 12 4-12 4z`, '#8a5a3488', 1.6)
  return picture(PEACH, shadow(34, 80), one(10, 62, '#bd8650'), one(34, 60, '#bd8650'), one(22, 46, '#c79059'), one(24, 31, '#d09c66'))
}
export function mask(): string {
  return picture(BLUE, oval(48, 80, 30, 4, SHADE), line('M20 42C6 36 4 62 22 62M76 42c14-6 16 20-2 20', '#fff', 3.4), shape('M20 36c18-10 38-10 56 0v26c-16 16-40 16-56 0z', '#8cc4de'), line('M22 46h52M22 54h52M26 62h44', '#ffffff88', 2), rect(36, 30, 24, 3, 1.5, '#dff0f7'))
}
export function plasters(): string {
  const one = rect(10, 38, 76, 22, 11, '#e9b48c') + rect(34, 38, 28, 22, 0, '#f4d3b5') + [40, 48, 56].map((x) => dot(x, 45, 1.4, '#c98f66') + dot(x, 53, 1.4, '#c98f66')).join('') + [18, 25, 71, 78].map((x) => dot(x, 49, 1.4, '#c98f66')).join('') + rect(15, 40, 66, 3, 1.5, LIGHT)
  return picture(PEACH, oval(48, 80, 30, 4, SHADE), turned(38, one), turned(-34, one))
}
export function thermometer(): string {
  return picture(BLUE, oval(48, 80, 28, 4, SHADE), turned(-40, rect(40, 8, 16, 60, 8, '#fff'), shape('M43 64h10l-2 20c0 3-6 3-6 0z', '#b9c3ca'), rect(43, 16, 10, 22, 2, '#cfe3cf'), line('M48 20v14', '#4f7a58', 3), dot(48, 50, 4.5, '#5b9fc4'), rect(41, 12, 2.6, 50, 1.3, SHADE)))
}
