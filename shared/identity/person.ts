/**
 * A person as the shop knows them: the fields there are, how a telephone number is written, and how people are shown where
 * they need not be read. The clear fields live only in sealed records (shared/members), never in the journal or a log.
 */
import { z } from 'zod'
import { IdSchema } from './ids.ts'

/** A telephone number as `normalPhone` writes it. */
export const PhoneSchema = z.string().regex(/^\+?[0-9]{5,15}$/)

export const PersonFields = z.object({
  name: z.string().trim().max(60),
  phone: PhoneSchema,
  /** `MM-DD`, or `YYYY-MM-DD` where somebody says the year; empty where unknown. */
  birthday: z.string().regex(/^(([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$/),
  note: z.string().trim().max(300),
})
/** Some fields of a person, set together. What a later version adds is kept. */
export const PersonSetSchema = z.looseObject(PersonFields.partial().shape)
export type PersonSet = z.output<typeof PersonSetSchema>

/** What a sealed record holds: whose it is, what was set, and the salt that keeps its digest from being guessed. */
export const PersonRecordSchema = z.object({
  person: IdSchema,
  /** 32 random bytes, hex */
  salt: z.string().regex(/^[0-9a-f]{64}$/),
  set: PersonSetSchema,
})
export type PersonRecord = z.output<typeof PersonRecordSchema>

/** One way of writing a number: digits, without spaces, dashes and China's own prefix. Undefined for what is no number. */
export function normalPhone(text: string): string | undefined {
  const digits = text.normalize('NFKC').replace(/[\s().\-\u2010-\u2015]/g, '')
  const national = /^(?:\+|00)?86(1[0-9]{10})$/.exec(digits)?.[1] ?? digits.replace(/^00(?=[1-9])/, '+')
  return PhoneSchema.safeParse(national).success ? national : undefined
}

/**
 * A birthday as people write it: `5-20`, `0520`, `5月20日`, `1990/5/20`, `19900520` → `05-20`, `1990-05-20`; empty for nothing.
 * Undefined for what is no day of a calendar; without a year the 29th of February is one.
 */
export function readBirthday(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim()
  if (plain === '') return ''
  const match = /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月 ](\d{1,2})[日号]?(?:[ T]00:00.*)?$/.exec(plain) ?? /^(\d{4})?(\d{2})(\d{2})$/.exec(plain)
  if (!match) return undefined
  const [year, month, day] = [match[1], match[2]!.padStart(2, '0'), match[3]!.padStart(2, '0')]
  const date = new Date(`${year ?? LEAP_YEAR}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return undefined
  return year === undefined ? `${month}-${day}` : `${year}-${month}-${day}`
}
const LEAP_YEAR = '2000'

/** `05-**`: the month alone, whatever year; enough to see that one is known, and too little to make it a password. */
export function maskBirthday(birthday: string): string {
  return birthday === '' ? '' : `${birthday.slice(-5, -3)}-**`
}

/** The last four digits, by which people name their number at a counter. */
export const phoneTail = (phone: string): string => phone.slice(-4)

const HIDDEN = '****'

/** `138****5678`. Of a short number only two digits are left, so that no more than half is ever shown. */
export function maskPhone(phone: string): string {
  if (phone === '') return ''
  return phone.length >= 11 ? `${phone.slice(0, 3)}${HIDDEN}${phone.slice(-4)}` : `${HIDDEN}${phone.slice(-2)}`
}

/** The first character and a star, whatever the length; of a single character the star alone. */
export function maskName(name: string): string {
  const [first = '', ...others] = name.trim()
  return first === '' ? '' : others.length === 0 ? '*' : `${first}*`
}
