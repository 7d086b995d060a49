/** Reads the codes in a picture with zxing: what a customer's phone would see. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

let prepared: Promise<unknown> | undefined

/** The texts of all codes in a PNG. */
export async function readCodes(png: Uint8Array): Promise<string[]> {
  prepared ??= prepareZXingModule({
    overrides: { wasmBinary: readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')).buffer as ArrayBuffer },
    fireImmediately: true,
  })
  await prepared
  const found = await readBarcodes(png, { tryHarder: true, maxNumberOfSymbols: 10 })
  return found.filter(({ isValid }) => isValid).map(({ text }) => text)
}
