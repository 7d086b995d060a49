/** Labels of lots and of their items: what is on them, their picture, and as many as are wanted on a printer. */
import { type LabelDocument, type LabelMedia, traceLabel } from '#shared/documents/label.ts'
import { LABEL_WORDS } from '#shared/documents/label-words.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { LotCodesPrinted, LotLabelled, printedBefore, serialOf } from '#shared/trace/item-codes.ts'
import type { LotView } from '#shared/trace/lot.ts'
import { toPng } from '#printers/dots/png.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { drawn, mediaOf, printLabels, usualMedia } from '../paper/labels.ts'
import { knownLot, linkOf, shownRun } from './describe.ts'
import { lettersOf } from './letters.ts'
import { quantityShown } from './lots.ts'

type Calls = 'lot.label' | 'lot.codes' | 'lot.printCodes' | 'lot.print'
const PREFIX_CHARS = 6

export function labelHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  /** No serial is made twice, and one that was never printed is not guessed. */
  function freshPrefix({ codes }: LotView): string {
    for (;;) {
      const prefix = lettersOf(context.ids.next(), PREFIX_CHARS)
      if (!codes.some((run) => run.prefix === prefix)) return prefix
    }
  }
  return {
    'lot.label'({ lot: id }) {
      signedIn(context)
      const [label] = traceLabels(context, id, [''])
      return { png: picture(label!, usualMedia(context)) }
    },
    'lot.print'({ key, lot: id, printer, copies }) {
      const staff = signedIn(context)
      const [label] = traceLabels(context, id, [''])
      drawn(label!, mediaOf(context, printer))
      done.once(key, 'lot.print', () => { printLabels(context, [{ label: label!, copies }], printer, clock.now(), staff.id) })
      context.printed()
      return {}
    },
    'lot.codes'({ key, lot: id, codes, printer }) {
      const lot = knownLot(context, id)
      const media = printer === undefined ? usualMedia(context) : mediaOf(context, printer)
      if (!isRepeat(context, key, LotLabelled.type, { lot: id, codes })) {
        requireRight(context, 'stock.receive', key)
        // Not before it is known that they can be made.
        drawn(traceLabels(context, id, [serialOf({ prefix: 'A'.repeat(PREFIX_CHARS) }, codes)])[0]!, media)
        const prefix = freshPrefix(lot)
        // Made and on their way to the printer, or neither: a code that is printed twice is what a copy looks like.
        store.together(() => {
          commit(context, [{ id: key, type: LotLabelled.type, v: 1, body: { lot: id, prefix, codes, hlc: store.nextHlc(clock.now()), printed: printer !== undefined } }])
          if (printer !== undefined) printLabels(context, traceLabels(context, id, serialsOf({ prefix }, 1, codes)).map((label) => ({ label, copies: 1 })), printer, clock.now(), store.signedIn())
        })
        if (printer !== undefined) context.printed()
      }
      const { prefix } = LotLabelled.body.parse(store.event(key)!.body)
      const serials = serialsOf({ prefix }, 1, codes)
      return { serials, links: serials.map((serial) => linkOf(context, lot, serial)!), png: picture(traceLabels(context, id, serials.slice(0, 1))[0]!, media) }
    },
    'lot.printCodes'({ key, lot: id, run: runId, from, to, printer, again }) {
      const runOf = () => knownLot(context, id).codes.find(({ run }) => run === runId)
      if (!isRepeat(context, key, LotCodesPrinted.type, { lot: id, run: runId, from, to })) {
        requireRight(context, 'stock.receive', key)
        const run = runOf()
        if (!run || from > to || to > run.codes) throw new TillError('lot.no_codes')
        const before = new Set(printedBefore(run, from, to))
        // A second label makes two items of one, which is what a copied code looks like: only who means it.
        if (before.size > 0 && !again) throw new TillError('lot.codes_printed', { n: before.size })
        const labels = traceLabels(context, id, serialsOf(run, from, to)).map((label, i) => ({ label: before.has(from + i) ? copyOf(label) : label, copies: 1 }))
        drawn(labels.at(-1)!.label, mediaOf(context, printer))
        store.together(() => {
          commit(context, [{ id: key, type: LotCodesPrinted.type, v: 1, body: { lot: id, run: runId, from, to, again: before.size > 0, hlc: store.nextHlc(clock.now()) } }])
          printLabels(context, labels, printer, clock.now(), store.signedIn())
        })
        context.printed()
      }
      return shownRun(context, runOf()!)
    },
  }
}

/** Says on itself that there was one before it. */
const copyOf = (label: LabelDocument): LabelDocument => ({ ...label, footer: `${LABEL_WORDS[label.language].again} ${label.footer}` })
const picture = (label: LabelDocument, media: LabelMedia): string => Buffer.from(toPng(drawn(label, media).dots)).toString('base64')
const serialsOf = (run: { readonly prefix: string }, from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => serialOf(run, from + i))
/** A label for each serial; an empty one is the lot's own. Throws TillError lot.not_found, lot.no_link. */
export function traceLabels(context: Pick<Context, 'store'>, id: Id, serials: readonly string[]): LabelDocument[] {
  const lot = knownLot(context, id)
  return serials.map((serial) => {
    const link = linkOf(context, lot, serial)
    if (link === null) throw new TillError('lot.no_link', { no: lot.no })
    return traceLabel({
      good: context.store.listed(lot.good)?.name ?? '', lot: lot.no, origin: lot.origin, producer: lot.producer || (lot.parents.length === 0 ? lot.certificate?.promisor ?? '' : ''), issued: lot.certificate?.issued ?? '', tested: testedText(lot), expires: lot.expiry,
      // Of one item nobody knows how much it is.
      quantity: serial === '' ? quantityShown(context, lot.good, lot.quantity) : '', link,
    })
  })
}

function testedText({ tests }: Pick<LotView, 'tests'>): string {
  const words = LABEL_WORDS.zh
  return tests.map(({ what, result }) => `${what} ${words[result]}`).join(' ')
}
