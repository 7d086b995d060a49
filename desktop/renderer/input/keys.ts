/** The function keys and what they do, once for the keyboard, for the buttons they are written on and for the cheat sheet. */
export const FUNCTION_KEYS = [
  ['F1', 'help'], ['F2', 'members'], ['F3', 'search'], ['F4', 'hold'], ['F5', 'recall'], ['F6', 'adjust'], ['F7', 'return'], ['F8', 'drawer'], ['F9', 'reprint'], ['F10', 'shift'], ['F12', 'lock'],
] as const

export type KeyFunction = (typeof FUNCTION_KEYS)[number][1]

/** The key of a function; empty where it has none. */
export function keyOf(name: string): string {
  return FUNCTION_KEYS.find(([, each]) => each === name)?.[0] ?? ''
}
