/**
 * Codes of a lot's items, made in runs: a run's serials are its prefix and a number from 1. Making is one thing and printing
 * another: a run may be printed later, in parts, and again where labels were spoiled, and each printing is written down.
 */
import { z } from 'zod'
import { type Fields, HlcSchema } from '../catalog/hlc.ts'
import { defineEvent } from '../identity/event.ts'
import { type Id, IdSchema } from '../identity/ids.ts'

const RUN_MAX = 1000
const number = z.int().min(1).max(RUN_MAX)

/** Codes for so many items of a lot were made; its id is the run's. `printed`: sent to a printer with it; rows of before say nothing of that. */
export const LotLabelled = defineEvent('lot.labelled', 1, z.object({ lot: IdSchema, prefix: z.string().regex(/^[A-Z2-9]{6}$/), codes: number, hlc: HlcSchema, printed: z.boolean().optional() }))
/** Numbers `from` to `to` of a run were sent to a printer later on; `again`: somebody knew that some of them were before. */
export const LotCodesPrinted = defineEvent('lot.codes_printed', 1, z.object({ lot: IdSchema, run: IdSchema, from: number, to: number, again: z.boolean(), hlc: HlcSchema }))

export interface Printing { readonly from: number; readonly to: number; /** UTC ms */ readonly at: number | null; /** a staff member */ readonly by: Id | null }
export interface CodeRun {
  /** Empty in what an older till wrote. */
  readonly run: Id
  readonly prefix: string
  readonly codes: number
  /** UTC ms */
  readonly at: number | null
  readonly by: Id | null
  /** Null where nobody wrote down whether they were printed when they were made. */
  readonly printed: boolean | null
  /** Those after that, the earliest first. */
  readonly prints: readonly Printing[]
}

const MADE = 'codes '
const PRINTED = 'printed '
const who = { at: z.int().optional(), by: IdSchema.nullable().optional() }
const MadeField = z.object({ prefix: z.string(), codes: z.int(), printed: z.boolean().optional(), ...who })
const PrintedField = z.object({ run: IdSchema, from: z.int(), to: z.int(), ...who })

interface Written { readonly id: Id; readonly at: number; readonly actor: Id | null }
/** Each run is a field of its own, and each printing, so that two tills' merge. */
export const labelledFields = ({ id, at, actor }: Written, { prefix, codes, printed }: { prefix: string; codes: number; printed?: boolean | undefined }): Fields => (
  { [MADE + id]: { prefix, codes, at, by: actor, ...printed !== undefined && { printed } } }
)
export const printedFields = ({ id, at, actor }: Written, { run, from, to }: { run: Id; from: number; to: number }): Fields => ({ [PRINTED + id]: { run, from, to, at, by: actor } })

/** The runs of a lot's document, the earliest first. */
export function readRuns(doc: Fields): CodeRun[] {
  const prints = new Map<Id, Printing[]>()
  for (const [field, value] of Object.entries(doc)) {
    const read = field.startsWith(PRINTED) ? PrintedField.safeParse(value).data : undefined
    if (read) prints.set(read.run, [...prints.get(read.run) ?? [], { from: read.from, to: read.to, at: read.at ?? null, by: read.by ?? null }])
  }
  return Object.entries(doc).flatMap(([field, value]): CodeRun[] => {
    const read = field.startsWith(MADE) ? MadeField.safeParse(value).data : undefined
    if (!read) return []
    const run = field.slice(MADE.length)
    return [{ run, prefix: read.prefix, codes: read.codes, at: read.at ?? null, by: read.by ?? null, printed: read.printed ?? null, prints: (prints.get(run) ?? []).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)) }]
  }).toSorted((a, b) => (a.run < b.run ? -1 : 1))
}

export const serialOf = ({ prefix }: Pick<CodeRun, 'prefix'>, number: number): string => `${prefix}${number}`

/** Whether a code with this serial was ever made. */
export function isMade(runs: readonly Pick<CodeRun, 'prefix' | 'codes'>[], serial: string): boolean {
  return runs.some(({ prefix, codes }) => {
    const number = serial.startsWith(prefix) ? serial.slice(prefix.length) : ''
    return /^[1-9][0-9]{0,3}$/.test(number) && Number(number) <= codes
  })
}

/** How often number `n` of a run may have been printed: what nobody wrote down counts as once. */
const timesPrinted = ({ printed, prints }: CodeRun, n: number): number => (printed === false ? 0 : 1) + prints.filter(({ from, to }) => n >= from && n <= to).length
const numbers = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
/** How many of a run were printed, as far as anybody knows: null where that was not written down. */
export function printedOf(run: CodeRun): number | null {
  return run.printed === null && run.prints.length === 0 ? null : numbers(1, run.codes).filter((n) => timesPrinted(run, n) > 0).length
}
/** The numbers that were never printed, as the first stretch of them; undefined where all were, or may have been. */
export function firstUnprinted(run: CodeRun): { from: number; to: number } | undefined {
  const from = numbers(1, run.codes).find((n) => timesPrinted(run, n) === 0)
  if (from === undefined) return undefined
  const next = numbers(from, run.codes).find((n) => timesPrinted(run, n) > 0)
  return { from, to: next === undefined ? run.codes : next - 1 }
}
/** Those of the numbers that are, or may be, on a label already: a second label makes two items of one. */
export const printedBefore = (run: CodeRun, from: number, to: number): number[] => numbers(from, to).filter((n) => timesPrinted(run, n) > 0)
