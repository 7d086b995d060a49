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
