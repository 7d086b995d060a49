/**
 * What the screen's V8 is started with, in Electron as in a browser's window. With a young generation of 16 MB a ticket's
 * garbage is gone before it grows old: else a full collection of some 15 ms falls into one scan of a few hundred.
 */
export const SCREEN_JS_FLAGS = '--min-semi-space-size=16'
