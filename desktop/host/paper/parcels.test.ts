/** Labels of parcels through the whole till: they wait as any paper does, under seal, and nothing of whom they are for is left when they are out. */
import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { loadImage, createCanvas } from '@napi-rs/canvas'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type PrinterSimulator, startPrinterSimulator } from '#desktop/devices/testing/printer-simulator.ts'
import { PEOPLE_KEYS_FILE } from '#desktop/storage/people/key-file.ts'
import { type TestTill, openTill } from '#desktop/testing/till.ts'
import { type TsplLabel, readTspl } from '#printers/testing/read-tspl.ts'
import { readCodes } from '#scripts/testing/codes.ts'

let till: TestTill
let printer: PrinterSimulator
const labelPrinter = randomUUID()
const SECRETS = ['收件甲', '13812345678', '138****5678', '红旗路', '放门口']
const parcel = { no: '20261128-01-0042', to: '收件甲', phone: '138 1234 5678', address: '湖州市吴兴区红旗路 88 号', note: '放门口', fullPhone: false, parcels: 3 }
const media = { language: 'tspl', density: 8, size: { width: 100, height: 100 }, gap: 2, speed: 0, darkness: -1 } as const
const settings = (id: string, { address }: { readonly address: string }) => ({ id, name: '标签机', profile: 'generic-58', address, receipts: false, drawer: false, label: media })
beforeEach(async () => {
  printer = await startPrinterSimulator()
  onTestFinished(() => printer.close())
  till = openTill()
  await till.setUp()
  await till.run('printer.put', { printer: settings(labelPrinter, printer) })
})
const jobs = async () => (await till.run('print.jobs', {})).jobs.toReversed()
const batches = () => [...new Set(till.store.printJobs(100).filter(({ kind }) => kind === 'labels').map(({ ref }) => ref))].filter((ref) => till.store.labels(ref) !== undefined)
const labels = (papers = printer.received): TsplLabel[] => readTspl(Buffer.concat(papers), 8)

/** Every file of the till, as bytes: nothing of the secrets may be found in any, in whatever part of whatever page. */
function found(): string[] {
  const files = readdirSync(till.folder, { recursive: true, encoding: 'utf8' }).map((name) => join(till.folder, name)).filter((name) => statSync(name).isFile())
  expect(files.some((file) => file.endsWith('.db'))).toBe(true)
  return files.flatMap((file) => SECRETS.filter((secret) => readFileSync(file).includes(Buffer.from(secret))).map((secret) => `${secret} in ${file}`))
}
async function dotsOf(png: string): Promise<number[]> {
  const image = await loadImage(Buffer.from(png.split(',')[1]!, 'base64'))
  const pen = createCanvas(image.width, image.height).getContext('2d')
  pen.drawImage(image, 0, 0)
  const { data } = pen.getImageData(0, 0, image.width, image.height)
  return Array.from({ length: image.width * image.height }, (_, i) => (data[i * 4]! < 128 ? 1 : 0))
}

test('what comes out is the picture, one for each part, with the receipt\'s number to scan; the telephone number is masked unless asked for', async () => {
  const { png, width, height, leftOut } = await till.run('parcel.preview', { parcel, printer: labelPrinter })
  expect({ width, height, leftOut }).toEqual({ width: 100, height: 100, leftOut: [] })
  expect(await till.run('parcel.print', { parcel, printer: labelPrinter })).toEqual({ leftOut: [] })
  await printer.over(1)
  const printed = labels()
  expect(printed.map(({ copies }) => copies)).toEqual([1, 1, 1])
  expect([...printed[0]!.dots]).toEqual(await dotsOf(png))
  expect(await readCodes(Buffer.from(png.split(',')[1]!, 'base64'))).toEqual([parcel.no])
  expect(printed[1]!.dots).not.toEqual(printed[0]!.dots)
  const picture = async (set: Partial<typeof parcel>): Promise<string> => (await till.run('parcel.preview', { parcel: { ...parcel, ...set }, printer: labelPrinter })).png
  const masked = await picture({})
  expect(await picture({ phone: '13800005678' })).toBe(masked)
  expect(await picture({ fullPhone: true })).not.toBe(await picture({ fullPhone: true, phone: '13800005678' }))
})

test('while the printer is away it waits sealed, over a restart; printed, there is nothing of it', { timeout: 20_000 }, async () => {
  await printer.switchOff()
  const key = randomUUID()
  for (let again = 0; again < 2; again++) await till.run('parcel.print', { key, parcel, printer: labelPrinter })
  expect(await jobs()).toHaveLength(1)
  expect(found()).toEqual([])
  const { data } = await till.run('till.diagnostics', {})
  const told = gunzipSync(Buffer.from(data, 'base64')).toString('utf8')
  for (const secret of SECRETS) expect(told).not.toContain(secret)
  till = await till.restart()
  expect(batches()).toHaveLength(1)
  // Its seal is renewed with all others, and so is that of the shop it joins.
  await till.run('person.renewKeys', {})
  till.store.pair({ cloud: 'https://example.cn', token: 't' }, randomUUID(), '03', { events: [], prints: [] }, till.clock.now(), null)
  await printer.switchOn()
  await printer.over(1)
  expect(labels()).toHaveLength(3)
  await expect.poll(async () => (await jobs()).map(({ state }) => state)).toEqual(['done'])
  expect(batches()).toEqual([])
  expect(found()).toEqual([])
  expect(till.logged).toEqual([])
})

test('without its keys it is said to be unprintable, and holds nothing up', { timeout: 20_000 }, async () => {
  await printer.switchOff()
  await till.run('parcel.print', { parcel, printer: labelPrinter })
  await till.close()
  renameSync(join(till.folder, PEOPLE_KEYS_FILE), join(till.folder, 'elsewhere'))
  await printer.switchOn()
  till = openTill({ folder: till.folder })
  await expect.poll(async () => (await jobs()).map(({ state, error }) => [state, error])).toEqual([['failed', 'print.unrenderable']])
  expect(printer.received).toEqual([])
})

test('what failed is kept for two days to be printed again, and no longer than its printer or a person who is erased', { timeout: 20_000 }, async () => {
  await printer.switchOff()
  const fail = async (): Promise<void> => {
    await till.run('parcel.print', { parcel, printer: labelPrinter })
    // Not while it is being tried: what the pump finds out is written over this.
    await expect.poll(() => till.store.next(labelPrinter)?.error).toBe('printer.refused')
    till.store.mark(till.store.printJobs(1)[0]!.id, 'failed', 'printer.cut_off')
    expect(batches()).toHaveLength(1)
  }
  const good = await till.addGood()
  await till.run('shift.open', { float: 0 })
  await fail()
  till.clock.pass(47 * 3_600_000)
  await till.sell([{ good }])
  await till.run('printer.test', { printer: labelPrinter })
  expect(batches()).toHaveLength(1)
  till.clock.pass(2 * 3_600_000)
  await till.run('printer.test', { printer: labelPrinter })
  expect(batches()).toEqual([])

  await fail()
  const { member } = await till.run('member.join', { set: { phone: '13900001111', name: '会员乙' } })
  await till.run('person.erase', { person: member })
  expect(batches()).toEqual([])

  await fail()
  await till.run('printer.remove', { printer: labelPrinter })
  expect(batches()).toEqual([])
  expect(found()).toEqual([])
})

test('a label printer is what prints it, for somebody, by somebody', async () => {
  const other = randomUUID()
  await till.run('printer.put', { printer: { ...settings(other, printer), label: null } })
  expect(await till.refusal('parcel.print', { parcel, printer: other })).toMatchObject({ code: 'label.not_printer' })
  expect(await till.refusal('parcel.print', { parcel: { ...parcel, to: ' ' }, printer: labelPrinter })).toMatchObject({ code: 'call.invalid' })
  await till.run('staff.signOut', {})
  for (const call of ['parcel.print', 'parcel.preview'] as const) expect(await till.refusal(call, { parcel, printer: labelPrinter })).toMatchObject({ code: 'staff.none' })
  expect(await jobs()).toEqual([])
})
