/**
 * Takes apart what a customer wrote in a chat: whom a parcel is for, their number and where it goes. It guesses, and loses
 * nothing: what it can't place stays in the address, where somebody sees it.
 */

export interface Recipient {
  readonly to: string
  readonly phone: string
  readonly address: string
  readonly note: string
}
type Field = keyof Recipient

/** What forms of shops and carriers write before a field. */
const HEADS: readonly (readonly [Field, string])[] = [
  ['to', '收货人|收件人|联系人|姓名|收货人姓名|收件人姓名'],
  ['phone', '联系电话|手机号码|手机号|手机|电话号码|电话|联系方式|收件电话|收货电话'],
  ['address', '所在地区|所在区域|地区|详细地址|收货地址|收件地址|地址'],
  ['note', '备注|留言|买家留言'],
]
const HEAD = new RegExp(`(?<=^|[\\s,，;；。、|/])(${HEADS.map(([, words]) => words).join('|')})[^\\S\\n]*[:：]`, 'gu')
/** A mobile number as people space it, with a carrier's extension for a hidden one; or a landline with its area. */
const PHONE = /(?<![0-9])(?:(?:\+|00)?86[-\s]?)?(?:1[3-9][0-9](?:[- ]?[0-9]{4}){2}|0[0-9]{2,3}-?[0-9]{7,8})(?:(?:转|-)[0-9]{1,6}|\[[0-9]{1,6}\])?(?![0-9])/u
const BETWEEN = /[\s,，;；、|。]+/u
const NAME_MAX = 6
/** An end that places have and people hardly ever. */
const PLACE_END = /[省市区县旗镇乡村路街道巷弄号幢栋楼层室户苑庄厦场店]$/u
const PROVINCES = new Set('北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾'.split(' '))

/** Full-width digits, pluses and dashes, as Chinese input methods write them, count as the others. */
const narrow = (text: string): string => text.replace(/[０-９＋－]/gu, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))

/** Everything in `text` but spaces, marks between and the heads of a form is in one of the fields. */
export function readRecipient(text: string): Recipient {
  const found: Record<Field, string[]> = { to: [], phone: [], address: [], note: [] }
  const free: string[] = []
  for (const { field, said } of partsOf(narrow(text))) {
    if (field === null) free.push(said)
    else if (said !== '') found[field].push(said)
  }
  place(free.join(' '), found)
  return { to: found.to.join(' '), phone: found.phone.join(' '), address: found.address.join(' '), note: found.note.join(' ') }
}

/** What stands behind each head up to the next, or to the end of its line; `field` is null for what stands behind none. */
function partsOf(text: string): { field: Field | null; said: string }[] {
  const parts: { field: Field | null; said: string }[] = []
  const put = (field: Field | null, said: string): void => {
    const [own = '', ...rest] = field === null ? [said] : said.split('\n')
    parts.push({ field, said: trimmed(own) })
    if (rest.length > 0) parts.push({ field: null, said: trimmed(rest.join('\n')) })
  }
  let [at, field]: [number, Field | null] = [0, null]
  for (const match of text.matchAll(HEAD)) {
    put(field, text.slice(at, match.index))
    at = match.index + match[0].length
    field = HEADS.find(([, words]) => words.split('|').includes(match[1]!))![0]
  }
  put(field, text.slice(at))
  return parts
}
const trimmed = (text: string): string => text.replace(/^[\s,，;；、|。]+|[\s,，;；、|。]+$/gu, '')

/** Words without a head: the first number is the telephone, the name stands beside it or at an end, and the rest is where. */
function place(text: string, found: Record<Field, string[]>): void {
  const phone = found.phone.length === 0 ? PHONE.exec(text) : null
  if (phone) found.phone.push(phone[0])
  const words = (part: string): string[] => part.split(BETWEEN).filter(Boolean)
  const before = words(phone ? text.slice(0, phone.index) : text)
  const after = words(phone ? text.slice(phone.index + phone[0].length) : '')
  const all = [...before, ...after]
  if (found.to.length === 0 && (phone || all.length > 1 || found.address.length > 0)) {
    const beside = phone ? [before.length - 1, before.length] : []
    const at = [...beside, 0, all.length - 1].find((i) => isName(all[i]))
    if (at !== undefined) found.to.push(...all.splice(at, 1))
  }
  found.address.push(...all)
}

function isName(word: string | undefined): boolean {
  return word !== undefined && !/[0-9]/u.test(word) && !PLACE_END.test(word) && !PROVINCES.has(word) && (/^[A-Za-z][A-Za-z.'-]*$/u.test(word) || [...word].length <= NAME_MAX)
}
