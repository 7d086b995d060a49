/** What whoever stands at a till does in the office, as chance has it: reads reports, brings goods and another till's sales in, and takes them back. */
import { ANY_GOOD, type Auditor } from './auditor.ts'
import { BUGS, type Hands } from './hands.ts'

export class OfficeHand {
  readonly #hands
  readonly #auditor

  constructor(hands: Hands, auditor: Auditor) {
    this.#hands = hands
    this.#auditor = auditor
  }

  /** fen that this till's journal, and those before it, say were paid back on these days */
  #paidBackOn({ from, to }: { from: string; to: string }): number {
    const { store } = this.#hands.machine
    const all = Number.MAX_SAFE_INTEGER
    return [...store.earlierUpTo(-all, all, all), ...store.rows(0, all)].reduce((sum, { text }) => {
      const { type, body } = JSON.parse(text) as { type: string; body: { date?: string; total: number } }
      return type === 'sale.refunded' && body.date! >= from && body.date! <= to ? sum + body.total : sum
    }, 0)
  }

  /** What the report says of the latest days, the till's sales say too, less what was paid back; then it is printed. */
  async readReport(): Promise<void> {
    const { machine } = this.#hands
    const listed = await machine.call('sale.list', { limit: 1000 })
    if (!('result' in listed) || listed.result.sales.length === 0) return
    const dates = listed.result.sales.map(({ date }) => date).sort()
    const range = { from: dates[0]!, to: dates.at(-1)! }
    const heard = await machine.call('report.sales', range)
    if ('refused' in heard && BUGS.has(heard.refused.code)) throw new Error(`${machine.name}: report.sales answered ${heard.refused.code} ${machine.errors.join('; ')}`)
    if (!('result' in heard)) return
    const { total, goods, goodsTotal } = heard.result
    const net = listed.result.sales.reduce((sum, sale) => sum + sale.total, 0) - this.#paidBackOn(range)
    if (total.sales !== listed.result.sales.length || total.net !== net) throw new Error(`${machine.name}: the report of ${range.from} to ${range.to} says ${total.sales} sales of ${total.net} fen, the till has ${listed.result.sales.length} of ${net}`)
    if (goods.length === goodsTotal && goods.reduce((sum, good) => sum + good.net, 0) !== net) throw new Error(`${machine.name}: the report's goods do not sum to ${net} fen`)
    await machine.call('report.print', { key: this.#hands.id(), ...range })
  }

  async import(): Promise<void> {
    const n = this.#hands.chance.int(1, 9_999)
    const text = `商品名称,条码,售价\n进货甲${n},20${n}1,1.50\n进货乙${n},20${n}2,x\n进货丙${n},20${n}3,2.80\n`
    for (const name of ['进货甲', '进货丙']) this.#auditor.gave(ANY_GOOD, 'name', `${name}${n}`)
    for (const price of [150, 280]) this.#auditor.gave(ANY_GOOD, 'price', price)
    for (const code of [`20${n}1`, `20${n}3`]) this.#auditor.gave(ANY_GOOD, 'code', code)
    this.#auditor.gave(ANY_GOOD, 'origin', '')
    this.#auditor.gave(ANY_GOOD, 'on', true)
    const key = this.#hands.id()
    await this.#hands.machine.call('goods.import', { key, name: 'goods.csv', data: Buffer.from(text).toString('base64') })
    if (this.#hands.chance.int(1, 3) > 1) return
    // A wrong file: taken back at once, and once more where the answer got lost.
    this.#auditor.gave(ANY_GOOD, 'on', false)
    const undo = { key: this.#hands.id(), import: key }
    const first = await this.#hands.machine.call('import.undo', undo)
    const again = await this.#hands.machine.call('import.undo', undo)
    if ('refused' in again && BUGS.has(again.refused.code)) throw new Error(`${this.#hands.machine.name}: import.undo answered ${again.refused.code} ${this.#hands.machine.errors.join('; ')}`)
    if ('result' in first && 'result' in again && JSON.stringify(first.result) !== JSON.stringify(again.result)) throw new Error(`${this.#hands.machine.name}: an import was undone in two ways`)
  }

  /** Another till's sales: in the reports to the fen once they are in, out of them once they are taken back, whatever broke off in between. */
  async history(): Promise<void> {
    const { machine } = this.#hands
    const day = `2020-0${this.#hands.chance.int(1, 9)}-1${this.#hands.chance.int(0, 9)}`
    const n = this.#hands.chance.int(1, 999_999)
    const rows = Array.from({ length: this.#hands.chance.int(1, 600) }, (_, i) => ({ text: `H${n}-${Math.floor(i / 3)},${day} 10:00,旧货${i % 7},1,${i % 5}.50`, net: (i % 5) * 100 + 50 }))
    const text = `小票号,时间,名称,数量,金额\n${rows.map((row) => row.text).join('\n')}\nH0,哪天,旧货,1,1\n`
    const net = rows.reduce((sum, row) => sum + row.net, 0)
    const netOf = async (): Promise<number | undefined> => {
      const heard = await machine.call('report.sales', { from: day, to: day })
      if ('result' in heard && heard.result.imported.net !== heard.result.total.net) throw new Error(`${machine.name}: of ${heard.result.total.net} fen of history ${heard.result.imported.net} are said to be that`)
      return 'result' in heard ? heard.result.total.net : undefined
    }
    const before = await netOf()
    const file = { key: this.#hands.id(), kind: 'history' as const, name: 'history.csv', data: Buffer.from(text).toString('base64') }
    const answers = [await machine.call('import.bring', file), await machine.call('import.bring', file)]
    for (const answer of answers) if ('refused' in answer && BUGS.has(answer.refused.code)) throw new Error(`${machine.name}: import.bring answered ${answer.refused.code} ${machine.errors.join('; ')}`)
    if (before === undefined || !answers.some((answer) => 'result' in answer)) return
    const after = await netOf()
    if (after !== undefined && after - before !== net) throw new Error(`${machine.name}: history of ${net} fen came in, and reports have ${after - before} more`)
    if (this.#hands.chance.int(1, 3) > 1) return
    const undo = { key: this.#hands.id(), import: file.key }
    const undone = [await machine.call('import.undo', undo), await machine.call('import.undo', undo)]
    const left = undone.some((answer) => 'result' in answer) ? await netOf() : undefined
    if (left !== undefined && left !== before) throw new Error(`${machine.name}: history was taken back, and reports have ${left - before} fen more than before it`)
  }
}
