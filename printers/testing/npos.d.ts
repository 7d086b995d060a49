/** The parts of npos (an ESC/POS parser that is not ours, and has no types) which the decoder uses. */
declare module 'npos' {
  interface Node {
    /** `ESC`, `GS`, `FS`, or `STX` for text */
    ascii: string
    /** The command's letters; empty for text. */
    fn?: string
    offset: number
    length: number
  }
  interface Bitmap {
    readonly width: number
    readonly height: number
    /** 0 is dark */
    getPixel(x: number, y: number): number
  }
  type Rules = Record<number, Record<string, unknown>>
  const npos: {
    parser(rules?: Rules): { analyze(raw: Uint8Array): { tree: Node[] | null; error?: Error } }
    rules: Rules
    symbols: Record<string, number>
    codecs: { raster: { decode(raw: Uint8Array, nodes: { offset: number }[]): Bitmap } }
  }
  export default npos
}
