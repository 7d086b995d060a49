import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { columnsOf } from './text.ts'
import { PROFILES, type PrinterProfile, profileNamed, profileOfColumns } from './profiles.ts'
import { drawerKick, toEscpos, toSvg } from './receipt.ts'
import { SAMPLES, SAMPLE_CREDIT_URL, SAMPLE_URL } from './testing/sample-receipts.ts'
import { decodeEscpos, paperColumns } from './testing/decode-escpos.ts'

const ON_PAPER: [string, keyof typeof PROFILES][] = [
  ['sale', 'generic-58'], ['sale', 'generic-80'], ['sale', 'native-qr-80'], ['arranged', 'generic-58'], ['arranged', 'generic-80'], ['promoted', 'generic-58'], ['promoted', 'generic-80'], ['refund', 'generic-58'], ['refund', 'generic-80'],
  ['return', 'generic-58'], ['return', 'generic-80'], ['exchange', 'generic-58'], ['exchange', 'generic-80'],
  ['pick', 'generic-58'], ['pick', 'generic-80'], ['english', 'generic-58'], ['english', 'generic-80'], ['shift', 'generic-58'], ['shift', 'generic-80'], ['report', 'generic-58'], ['report', 'generic-80'], ['certificate', 'generic-58'], ['certificate', 'generic-80'], ['cash', 'generic-58'], ['cash', 'generic-80'], ['received', 'generic-58'], ['received', 'generic-80'], ['transfer', 'generic-58'], ['transfer', 'generic-80'], ['counted', 'generic-80'], ['test', 'generic-58'], ['test', 'generic-80'],
]
const paperOf = (sample: string, profile: PrinterProfile): ReturnType<typeof decodeEscpos> =>
  decodeEscpos(toEscpos(SAMPLES[sample]!, profile), profile.columns)

/** What is written in golden/ was looked at, printed from, and decoded; UPDATE_GOLDEN=1 writes it anew, to be looked at again. */
describe('golden', () => {
  const folder = new URL('./golden/', import.meta.url)
  test.each(ON_PAPER)('%s on %s', (sample, name) => {
    const made = { escpos: Buffer.from(toEscpos(SAMPLES[sample]!, PROFILES[name])), svg: Buffer.from(toSvg(SAMPLES[sample]!, PROFILES[name])) }
    for (const [kind, bytes] of Object.entries(made)) {
      const file = new URL(`${sample}-${name}.${kind}`, folder)
      if (process.env.UPDATE_GOLDEN === '1') {
        mkdirSync(folder, { recursive: true })
        writeFileSync(file, bytes)
      }
      expect(readFileSync(file).equals(bytes), `${sample}-${name}.${kind} is not what it was`).toBe(true)
    }
  })
})

describe('read back by a decoder that is not ours', () => {
  test.each(['generic-58', 'generic-80'] as const)('an arranged paper on %s: logo first, the shop\'s words, large goods, and nothing that was left out', async (name) => {
    const { lines, codes, images, faults } = await paperOf('arranged', PROFILES[name])
    expect(faults).toEqual([])
    expect([images[0]!.width, images[0]!.height]).toEqual([64, 40])
    expect(codes).toEqual(['260301-0042', SAMPLE_URL])
    const text = lines.map((line) => line.text.trim())
    expect(text[1]).toBe('西湖边上的老邻居')
    for (const gone of ['0571', '机号', '件数']) expect(text.some((line) => line.includes(gone))).toBe(false)
    for (const kept of ['杭州市西湖区', '收银员', '260301-0042']) expect(text.some((line) => line.includes(kept))).toBe(true)
  })

  test('a sale on 58 mm paper', async () => {
    const { lines, codes, faults } = await paperOf('sale', PROFILES['generic-58'])
    expect(faults).toEqual([])
    expect(codes).toEqual([SAMPLE_URL, SAMPLE_CREDIT_URL])
    expect(lines.map((line) => line.text)).toMatchInlineSnapshot(`
      [
        "      湖畔便利店",
        "    杭州市西湖区湖畔路 18 号",
        "         0571-8888 0000",
        "",
        "            销售小票",
        "────────────────",
        "单号 260301-0042          机号 1",
        "时间 2026-03-01 14:32  收银员 01",
        "────────────────",
        "商品  数量 × 单价          金额",
        "────────────────",
        "农夫山泉饮用天然水 550ml",
        "  2 × 2.00                 4.00",
        "本地青菜",
        "  1.250 公斤 × 7.60        9.50",
        "可口可乐 330ml",
        "  1 × 3.00                 3.00",
        "  优惠                     -0.20",
        "阳光玫瑰葡萄 云南宾川 特级果 礼",
        "盒装 一号冷链",
        "  3.720 斤 × 15.80        58.78",
        "  优惠                     -0.78",
        "────────────────",
        "件数                        5 件",
        "原价                     ￥75.28",
        "优惠                     -￥0.98",
        "合计          ￥74.30",
        "────────────────",
        "现金                    ￥100.00",
        "找零                     ￥25.70",
        "",
        "",
        "         扫码看电子小票",
        "",
        "",
        "   商家信用码 扫码看证照和承诺",
        "    有效期至 2026-03-02 14:32",
        "────────────────",
        "    欢迎再来 七日内凭小票退换",
      ]
    `)
  })

  test('a sale on 80 mm paper', async () => {
    const { lines, codes, faults } = await paperOf('sale', PROFILES['generic-80'])
    expect(faults).toEqual([])
    expect(codes).toEqual([SAMPLE_URL, SAMPLE_CREDIT_URL])
    expect(lines.map((line) => line.text)).toMatchInlineSnapshot(`
      [
        "              湖畔便利店",
        "            杭州市西湖区湖畔路 18 号",
        "                 0571-8888 0000",
        "",
        "                    销售小票",
        "────────────────────────",
        "单号 260301-0042                          机号 1",
        "时间 2026-03-01 14:32                  收银员 01",
        "────────────────────────",
        "商品                          数量   单价   金额",
        "────────────────────────",
        "农夫山泉饮用天然水               2   2.00   4.00",
        "550ml",
        "本地青菜                1.250 公斤   7.60   9.50",
        "可口可乐 330ml                   1   3.00   3.00",
        "  优惠                                     -0.20",
        "阳光玫瑰葡萄 云南宾川     3.720 斤  15.80  58.78",
        "特级果 礼盒装 一号冷链",
        "  优惠                                     -0.78",
        "────────────────────────",
        "件数                                        5 件",
        "原价                                     ￥75.28",
        "优惠                                     -￥0.98",
        "合计                          ￥74.30",
        "────────────────────────",
        "现金                                    ￥100.00",
        "找零                                     ￥25.70",
        "",
        "",
        "                 扫码看电子小票",
        "",
        "",
        "           商家信用码 扫码看证照和承诺",
        "            有效期至 2026-03-02 14:32",
        "────────────────────────",
        "            欢迎再来 七日内凭小票退换",
      ]
    `)
  })

  test('a refund, printed again', async () => {
    const { lines } = await paperOf('refund', PROFILES['generic-58'])
    const text = lines.map((line) => line.text.trim())
    expect(text).toContain('退货小票')
    expect(text).toContain('【补打】')
    expect(text).toContain('[退]可口可乐 330ml')
    expect(text.some((line) => /^应退 +￥5\.50$/.test(line))).toBe(true)
    expect(text.some((line) => /^退现金 +￥5\.50$/.test(line))).toBe(true)
  })

  test('what came back: of which sale, why, the share of its discount, who allowed it; in an exchange the difference', async () => {
    const text = (await paperOf('return', PROFILES['generic-58'])).lines.map((line) => line.text.trim().replace(/ +/g, ' '))
    for (const said of ['退货小票', '原单号 20260227-01-0042', '原因 质量问题', '备注 两罐漏气', '[退]可口可乐 330ml', '扣除优惠 -0.37', '批准人 02', '应退 ￥64.41', '退现金 ￥64.41']) expect(text).toContain(said)
    const swapped = (await paperOf('exchange', PROFILES['generic-58'])).lines.map((line) => line.text.trim().replace(/ +/g, ' '))
    for (const said of ['换货小票', '【补打】', '原单号 其他收银机', '按小票退货，原单待核对', '换购单号 20260301-01-0051', '补差价 ￥6.37']) expect(swapped).toContain(said)
  })

  test.each(ON_PAPER)('%s on %s: nothing over the edge, nothing over anything, codes right', async (sample, name) => {
    const { faults, codes, images } = await paperOf(sample, PROFILES[name])
    expect(faults).toEqual([])
    expect(codes).toEqual(SAMPLES[sample]!.codes.map((code) => code.content))
    for (const image of images) expect(image.width).toBeLessThanOrEqual(PROFILES[name].dots)
  })

  test.each(ON_PAPER.filter(([sample]) => !['transfer', 'counted', 'pick', 'certificate'].includes(sample)))('%s on %s: numbers end at the right edge', async (sample, name) => {
    const { lines } = await paperOf(sample, PROFILES[name])
    const amounts = lines.filter((line) => / ￥?-?￥?\d+\.\d\d$/.test(line.text))
    expect(amounts.length).toBeGreaterThan(0)
    for (const line of amounts) expect(line.width, `${line.text} ends elsewhere`).toBe(PROFILES[name].columns)
  })

  test('the picture says what the paper says', async () => {
    for (const [sample, name] of ON_PAPER) {
      const picture = toSvg(SAMPLES[sample]!, PROFILES[name])
      const drawn = [...picture.matchAll(/<tspan[^>]*>([^<]*)<\/tspan>/g)].map((match) => match[1]!.replace('&#xa0;', ' ').replace('&amp;', '&')).join('')
      const { lines } = await paperOf(sample, PROFILES[name])
      const printed = lines.map((line) => line.text).filter((text) => !/^─+$/.test(text)).join('')
      expect(drawn.replace(/ /g, '')).toBe(printed.replace(/ /g, ''))
    }
  })
})

describe('commands', () => {
  test('a printer with a cutter cuts, one without feeds to the tear bar', async () => {
    expect((await paperOf('test', PROFILES['generic-80'])).commands.at(-1)).toBe('GS V')
    expect((await paperOf('test', PROFILES['generic-58'])).commands.at(-1)).toBe('ESC d')
  })

  test('the first thing is a reset, so that nothing of an interrupted paper remains', async () => {
    expect((await paperOf('sale', PROFILES['generic-58'])).commands[0]).toBe('ESC @')
  })

  test('the drawer: ESC p, pin, pulse in units of 2 ms', () => {
    expect([...drawerKick(PROFILES['generic-58'])]).toEqual([0x1b, 0x70, 0, 25, 250])
    expect([...drawerKick({ ...PROFILES['generic-58'], drawer: { pin: 5, onMs: 100, offMs: 2_000 } })]).toEqual([0x1b, 0x70, 1, 50, 255])
  })

  test('what makes a printer beep is one whole command of its manual, behind the last line', async () => {
    const beeping = Object.values<PrinterProfile>(PROFILES).filter(({ beep }) => beep !== null)
    expect(beeping.map(({ name }) => name)).toEqual(['beeper-58', 'beeper-80', 'epson-beeper-80'])
    for (const profile of beeping) {
      const { beeps, commands, faults, lines } = await decodeEscpos(Uint8Array.from([...toEscpos(SAMPLES['pick']!, profile), ...profile.beep!]), profile.columns)
      expect(faults).toEqual([])
      expect(beeps).toHaveLength(1)
      expect(lines).toEqual((await paperOf('pick', profile)).lines)
      if (profile.name.startsWith('epson')) {
        expect(commands.at(-1)).toBe('ESC (A')
        const [low, high, fn, n, c, t] = beeps[0]!
        expect([low! + high! * 256, fn]).toEqual([beeps[0]!.length - 2, 48])
        expect(n! >= 48 && n! <= 58 && c! >= 1 && c! <= 63 && t! >= 10).toBe(true)
      } else {
        expect(commands.at(-1)).toBe('ESC B')
        expect(beeps[0]).toHaveLength(2)
        for (const value of beeps[0]!) expect(value >= 1 && value <= 9).toBe(true)
      }
    }
  })

  test('profiles are found by name and by width; an unknown one is narrow', () => {
    expect(profileNamed('generic-80')).toBe(PROFILES['generic-80'])
    expect(profileNamed('from a newer version')).toBe(PROFILES['generic-58'])
    expect(profileNamed('constructor')).toBe(PROFILES['generic-58'])
    expect(profileOfColumns(48).columns).toBe(48)
    for (const profile of Object.values(PROFILES)) expect(profile.dots).toBe(profile.columns * 12)
  })

  test('columns are counted as a printer counts them', () => {
    for (const text of ['abc', '农夫山泉 550ml', '￥', '𠀀', '🍎', 'é']) expect(columnsOf(text)).toBe(paperColumns(text))
  })
})
