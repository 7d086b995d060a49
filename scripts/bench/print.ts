/**
 * `print.first.byte`: from a sale of sixty lines committed to the first byte of its receipt at the printer, over a real socket,
 * against 15 ms; `print.render`: our layout and bytes of that receipt against receiptline's own for the same markup.
 * `labels.500`: five hundred different traceability labels drawn and written as TSPL, against a second; `labels.500.zpl` the same in ZPL.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import { transform } from 'receiptline'
import { saleReceipt } from '#shared/documents/receipt.ts'
import { traceLabel } from '#shared/documents/label.ts'
import { drawLabel } from '#printers/labels/label.ts'
import { toTspl } from '#printers/labels/tspl.ts'
import { toZpl } from '#printers/labels/zpl.ts'
import { toMarkup } from '#printers/markup.ts'
import { PROFILES } from '#printers/profiles.ts'
import { toEscpos } from '#printers/receipt.ts'
import { SAMPLE_SHOP, SAMPLE_TIME, SAMPLE_URL, sampleLine, sampleSale } from '#printers/testing/sample-receipts.ts'
import { ROOT } from '../run-command.ts'
import { id, openCounter, saleOf } from './counter.ts'
import { type Figure, limitFigure, p95Figure } from './figures.ts'

const SALES = 300
const LINES = 60
const FIRST_BYTE_MS_MAX = 15
const BETWEEN_MS = 30
const LABELS = 500
const LABEL_RUNS = 10
const LABELS_MS_MAX = 1000

export async function printFirstByte(): Promise<Figure[]> {
  const folder = mkdtempSync(join(ROOT, '.bench-'))
  let heard = (_at: number): void => undefined
  let over = (): void => undefined
  const printer = createServer((socket: Socket) => {
    socket.once('data', () => heard(performance.now())).once('close', () => over())
    socket.on('error', () => undefined).on('end', () => socket.end()).resume()
  })
  try {
    await new Promise<void>((resolve) => { printer.listen(0, '127.0.0.1', resolve) })
    const { till, goods } = await openCounter(join(folder, 'till'))
    const address = `tcp://127.0.0.1:${(printer.address() as AddressInfo).port}`
    await till.dispatcher.run('printer.put', { key: id(), printer: { id: id(), name: 'p', profile: 'generic-80', address, receipts: true, drawer: false } })
    const waited: number[] = []
    for (let i = 0; i < SALES; i++) {
      const arrived = new Promise<number>((resolve) => { heard = resolve })
      const closed = new Promise<void>((resolve) => { over = resolve })
      await till.dispatcher.run('sale.complete', saleOf(goods, i, LINES))
      const committed = performance.now()
      waited.push(await arrived - committed)
      // The next customer's paper does not come while this one's does.
      await closed
      await new Promise((resolve) => { setTimeout(resolve, BETWEEN_MS) })
    }
    await till.close()
    return [limitFigure('print.first.byte', 'ms', waited, FIRST_BYTE_MS_MAX), render()]
  } finally {
    printer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function render(): Figure {
  const profile = PROFILES['generic-80']
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let i = 0; i < SALES; i++) {
    const lines = Array.from({ length: LINES }, (_, line) => sampleLine(`商品${line} 550ml`, 1000, 100 + line + i))
    const doc = saleReceipt({ shop: SAMPLE_SHOP, sale: sampleSale(lines, 1_000_000), at: SAMPLE_TIME, till: '1', staffNo: '01', copy: false, receiptUrl: `${SAMPLE_URL}${i}`, credit: null })
    const markup = toMarkup(doc, profile)
    const a = performance.now()
    toEscpos(doc, profile)
    const b = performance.now()
    transform(markup, { cpl: profile.columns, encoding: 'gb18030', spacing: true, command: 'generic' })
    ours.push(b - a)
    theirs.push(performance.now() - b)
  }
  return p95Figure('print.render', 'ms', ours, theirs)
}

export function labels500(): Figure[] {
  const size = { width: 60, height: 40 }
  const [tspl, zpl]: [number[], number[]] = [[], []]
  for (let run = 0; run < LABEL_RUNS; run++) {
    const labels = Array.from({ length: LABELS }, (_, i) => traceLabel({
      good: '本地青菜', lot: '20261128-A1', origin: '浙江省湖州市长兴县虹星桥镇', producer: '', issued: '2026-11-28', tested: '农药残留 合格', expires: '2026-12-03', quantity: '12.5 公斤',
      link: `https://shop.example.cn/01/06901234567892/10/20261128-A1/21/${run}${i}`,
    }))
    for (const [times, write] of [[tspl, (dots) => toTspl(dots, { size, gap: 2, speed: 0, darkness: -1 })], [zpl, (dots) => toZpl(dots)]] as [number[], (dots: Parameters<typeof toZpl>[0]) => Uint8Array][]) {
      const began = performance.now()
      for (const label of labels) {
        const drawn = drawLabel(label, size, 8)
        if ('fault' in drawn) throw new Error(drawn.fault)
        write(drawn.dots)
      }
      times.push(performance.now() - began)
    }
  }
  return [limitFigure('labels.500', 'ms', tspl, LABELS_MS_MAX), limitFigure('labels.500.zpl', 'ms', zpl, LABELS_MS_MAX)]
}
