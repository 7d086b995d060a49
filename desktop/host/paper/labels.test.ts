/** Labels and slips through the whole till: what is queued, as it was asked for, and on which printer. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { type TestTill, openTill, ticketOf, totalOf } from '#desktop/testing/till.ts'
import { decodeEscpos } from '#printers/testing/decode-escpos.ts'
import { readCodes } from '#scripts/testing/codes.ts'

let till: TestTill
let printer: PrinterSimulator
const [labelPrinter, receiptPrinter, kitchen] = [randomUUID(), randomUUID(), randomUUID()]
const media = { language: 'zpl', density: 8, size: { width: 60, height: 40 }, gap: 2, speed: 0, darkness: -1 } as const
const base = { profile: 'generic-58', receipts: false, drawer: false }
beforeEach(async () => {
  printer = await startPrinterSimulator()
  onTestFinished(() => printer.close())
  till = openTill()
  await till.setUp()
  await till.run('shift.open', { float: 0 })
  await till.run('printer.put', { printer: { ...base, id: labelPrinter, name: '标签机', address: printer.address, label: media } })
})
const jobs = async () => (await till.run('print.jobs', {})).jobs.toReversed().map(({ kind, state, printer: on }) => ({ kind, state, printer: on }))

describe('labels', () => {
  test('a sheet of sixty goods is three jobs in their order, each label as it was when it was asked for', { timeout: 20_000 }, async () => {
    await printer.switchOff()
    const goods = []
    for (let i = 0; i < 60; i++) goods.push(await till.addGood({ name: `货${i}`, price: 100 + i }))
    const key = randomUUID()
    for (let again = 0; again < 2; again++) expect(await till.run('label.print', { key, kind: 'price', printer: labelPrinter, goods: goods.map(({ id }, i) => ({ good: id, copies: i === 0 ? 5 : 1 })) })).toEqual({ labels: 64, cut: [] })
    expect(await jobs()).toHaveLength(3)
    const { png } = await till.run('label.preview', { kind: 'price', good: goods[0]!.id, printer: labelPrinter })
    await till.run('goods.put', { good: goods[0]!.id, set: { price: 999 } })
    expect((await till.run('label.preview', { kind: 'price', good: goods[0]!.id, printer: labelPrinter })).png).not.toBe(png)
    await till.close()
    await printer.switchOn()
    till = openTill({ folder: till.folder })
    await printer.over(3)
    const text = Buffer.concat(printer.received).toString('latin1')
    expect(text.match(/\^PQ\d+/g)).toEqual(['^PQ5', ...Array.from({ length: 59 }, () => '^PQ1')])
    expect(text.match(/\^XA/g)).toHaveLength(60)
  })

  test('a test page is a label too, a printer of labels stands in for no other, and asks no questions in another language', async () => {
    await till.run('printer.test', { printer: labelPrinter })
    await printer.over(1)
    expect(Buffer.concat(printer.received).toString('latin1')).toMatch(/^\^XA\n\^PW480\n\^LL320/)
    await till.run('printer.put', { printer: { ...base, id: receiptPrinter, name: '小票机', address: printer.address } })
    for (const [from, to] of [[labelPrinter, receiptPrinter], [receiptPrinter, labelPrinter]] as const) expect(await till.refusal('print.takeOver', { printer: from, to })).toMatchObject({ code: 'printer.other_kind' })
  })

  test('the picture is what is scanned; a member\'s price is on the shelf label where there is one', async () => {
    const good = await till.addGood({ name: '可乐', code: '6901234567892', price: 350, category: '饮料', spec: '330ml' })
    const shelf = async (): Promise<string> => (await till.run('label.preview', { kind: 'shelf', good: good.id, printer: labelPrinter })).png
    const before = await shelf()
    expect(await readCodes(Buffer.from(before.split(',')[1]!, 'base64'))).toEqual(['6901234567892'])
    await till.run('promotion.put', { promotion: randomUUID(), set: { name: '会员价', rule: { kind: 'price', price: 300 }, goods: [good.id], members: true } })
    expect(await shelf()).not.toBe(before)
  })

  test('a shop that leaves the odd fen off has no member\'s price for it', async () => {
    const good = await till.addGood({ name: '可乐', code: '6901234567892', price: 355 })
    const shelf = async (): Promise<string> => (await till.run('label.preview', { kind: 'shelf', good: good.id, printer: labelPrinter })).png
    const before = await shelf()
    await till.run('shop.put', { set: { rounding: 'jiao' } })
    expect(await shelf()).toBe(before)
  })

  test('says of which goods not everything found room, though one alone is looked at', async () => {
    const [short, long] = [await till.addGood({ name: '可乐' }), await till.addGood({ name: '特级初榨橄榄油礼盒装'.repeat(12) })]
    const goods = [short, long].map(({ id }) => ({ good: id, copies: 2 }))
    await till.run('printer.put', { printer: { ...base, id: labelPrinter, name: '标签机', address: printer.address, label: { ...media, size: { width: 40, height: 30 } } } })
    expect(await till.run('label.print', { kind: 'price', printer: labelPrinter, goods })).toEqual({ labels: 4, cut: [long.name] })
  })

  test('of a thousand goods are looked at with the counter going on in between', { timeout: 60_000 }, async () => {
    await printer.switchOff()
    const goods = []
    for (let i = 0; i < 300; i++) goods.push(await till.addGood({ name: `特级初榨橄榄油礼盒${String.fromCharCode(0x4e00 + i * 7)}${i}`, code: `WX-${i}`, spec: '两瓶装' }))
    let [turns, isOver] = [0, false]
    const asked = till.run('label.print', { kind: 'shelf', printer: labelPrinter, goods: goods.map(({ id }) => ({ good: id, copies: 1 })) }).finally(() => { isOver = true })
    for (; !isOver; turns++) await new Promise((resolve) => { setImmediate(resolve) })
    expect(await asked).toMatchObject({ labels: 300 })
    expect(turns).toBeGreaterThan(100)
    expect(await jobs()).toHaveLength(12)
  })

  test('is refused as a whole where a code can\'t be printed, and where the printer is none of labels', async () => {
    const [good, long] = [await till.addGood(), await till.addGood({ code: 'A'.repeat(48) })]
    const goods = [{ good: good.id, copies: 1 }, { good: long.id, copies: 1 }]
    expect(await till.refusal('label.print', { kind: 'price', printer: labelPrinter, goods })).toMatchObject({ code: 'label.code_too_wide', detail: { name: long.name } })
    expect(await till.refusal('label.print', { kind: 'price', printer: labelPrinter, goods: [{ good: randomUUID(), copies: 1 }] })).toMatchObject({ code: 'good.not_found' })
    await till.run('printer.put', { printer: { ...base, id: receiptPrinter, name: '小票机', address: printer.address } })
    expect(await till.refusal('label.print', { kind: 'price', printer: receiptPrinter, goods: goods.slice(0, 1) })).toMatchObject({ code: 'label.not_printer' })
    expect(await till.refusal('label.preview', { kind: 'price', printer: randomUUID(), good: good.id })).toMatchObject({ code: 'printer.not_found' })
    expect(await jobs()).toEqual([])
  })
})

describe('slips of what is to be prepared', () => {
  beforeEach(() => till.run('printer.put', { printer: { ...base, id: kitchen, name: '厨房', address: printer.address, picks: ['面点', '热菜'] } }))

  test('a kitchen gets its categories of a sale, and nothing where there is none of them', { timeout: 20_000 }, async () => {
    const other = await startPrinterSimulator()
    onTestFinished(() => other.close())
    const [noodles, cola] = [await till.addGood({ name: '雪菜面', category: '面点' }), await till.addGood({ name: '可乐', category: '饮料' })]
    await till.sell([{ good: cola }])
    expect(await jobs()).toEqual([])
    await till.sell([{ good: cola }, { good: noodles, quantity: 2000 }])
    await printer.over(1)
    expect(await jobs()).toMatchObject([{ kind: 'pick', printer: kitchen }])
    const { lines, faults } = await decodeEscpos(Buffer.concat(printer.received), 32)
    expect(faults).toEqual([])
    const text = lines.map((line) => line.text).join('\n')
    expect(text).toMatch(/雪菜面\s+2/)
    expect(text).toContain('配货单')
    expect(text).not.toMatch(/可乐|￥|3\.50/)

    // Another printer prints it in its place, with the same lines.
    await printer.switchOff()
    await till.run('printer.put', { printer: { ...base, id: receiptPrinter, name: '小票机', address: other.address } })
    await till.sell([{ good: cola }, { good: noodles }])
    await till.run('print.takeOver', { printer: kitchen, to: receiptPrinter })
    await other.over(1)
    const taken = await decodeEscpos(Buffer.concat(other.received), 32)
    expect(taken.lines.some((line) => line.text.includes('雪菜面'))).toBe(true)
    expect(taken.lines.some((line) => line.text.includes('可乐'))).toBe(false)
  })

  test('a slip calls somebody to it once it is whole; receipts only where that is asked for, and one printed again calls nobody', { timeout: 20_000 }, async () => {
    const set = { ...base, profile: 'beeper-58', id: kitchen, name: '厨房', address: printer.address, picks: ['面点'], receipts: true }
    const beepsOf = async (papers: number): Promise<number[]> => {
      await printer.over(papers)
      return Promise.all(printer.received.slice(-papers).map(async (bytes) => {
        const { beeps, commands, faults } = await decodeEscpos(bytes, 32)
        expect(faults).toEqual([])
        if (beeps.length > 0) expect(commands.at(-1)).toBe('ESC B')
        return beeps.length
      }))
    }
    const noodles = await till.addGood({ name: '雪菜面', category: '面点' })
    await till.run('printer.put', { printer: set })
    const { sale } = await till.sell([{ good: noodles }])
    expect(await beepsOf(2)).toEqual([0, 1])
    await till.run('printer.put', { printer: { ...set, beeps: ['receipt'] } })
    await till.sell([{ good: noodles }])
    expect(await beepsOf(4)).toEqual([0, 1, 1, 0])
    await till.run('sale.reprint', { sale })
    expect(await beepsOf(5)).toEqual([0, 1, 1, 0, 0])
    await till.run('printer.test', { printer: kitchen })
    expect(await beepsOf(6)).toEqual([0, 1, 1, 0, 0, 1])
    await till.run('printer.put', { printer: { ...set, beeps: [] } })
    await till.sell([{ good: noodles }])
    await till.run('printer.test', { printer: kitchen })
    expect((await beepsOf(9)).slice(6)).toEqual([0, 0, 0])

    // A crash in the middle: nobody was called yet.
    await till.run('printer.put', { printer: set })
    await printer.switchOff()
    await till.sell([{ good: noodles }])
    const { id } = till.store.next(kitchen)!
    till.store.mark(id, 'sending', null)
    await till.close()
    await printer.switchOn()
    till = openTill({ folder: till.folder })
    expect((await beepsOf(11)).slice(9)).toEqual([0, 1])
  })

  test('what is taken in exchange is prepared like anything that is sold', async () => {
    const [noodles, cola] = [await till.addGood({ name: '雪菜面', category: '面点' }), await till.addGood({ name: '可乐', category: '饮料' })]
    const sold = await till.sell([{ good: cola }])
    const ticket = ticketOf([{ good: noodles }])
    await till.run('sale.refund', { sale: sold.sale, reason: 'quality', total: 350, lines: [{ line: 0, good: cola.id, quantity: 1000, stock: 'back' }], exchange: { ticket, total: totalOf(ticket), given: 0 } })
    expect(await jobs()).toMatchObject([{ kind: 'pick', printer: kitchen }])
  })
})
