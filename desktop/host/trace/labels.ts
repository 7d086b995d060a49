/** Labels of lots and of their items: what is on them, their picture, and the bytes for a printer. Queueing them is the print queue's. */
import { type LabelDocument, type LabelSize, traceLabel } from '#shared/documents/label.ts'
import { LABEL_WORDS } from '#shared/documents/label-words.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { LotLabelled, type LotView } from '#shared/trace/lot.ts'
import { drawLabel, type Density } from '#printers/labels/label.ts'
import { toTspl } from '#printers/labels/tspl.ts'
import { toZpl } from '#printers/labels/zpl.ts'
import { toPng } from '#printers/dots/png.ts'
import { type Context, commit, isRepeat, requireRight, signedIn } from '../context.ts'
import { knownLot, linkOf } from './describe.ts'
import { quantityShown } from './lots.ts'

type Calls = 'lot.label' | 'lot.codes'
/** What rolls of traceability labels usually are; 203 dpi. */
const SIZE: LabelSize = { width: 60, height: 40 }
const DENSITY: Density = 8
/** Thirty-two characters that nobody takes for one another. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const PREFIX_CHARS = 6

export function labelHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock } = context
  return {
    'lot.label'({ lot: id, width, height }) {
      signedIn(context)
      const [label] = traceLabels(context, id, [''])
      return { png: Buffer.from(labelPicture(label!, { width, height })).toString('base64') }
    },
    'lot.codes'({ key, lot: id, codes }) {
      const lot = knownLot(context, id)
      if (!isRepeat(context, key, LotLabelled.type, { lot: id, codes })) {
        requireRight(context, 'stock.receive', key)
        // Not before it is known that they can be made.
        labelPicture(traceLabels(context, id, [serialOf('A'.repeat(PREFIX_CHARS), codes)])[0]!, SIZE)
        commit(context, [{ id: key, type: LotLabelled.type, v: 1, body: { lot: id, prefix: prefixOf(context.ids.next()), codes, hlc: store.nextHlc(clock.now()) } }])
      }
      const { prefix } = LotLabelled.body.parse(store.event(key)!.body)
      const serials = Array.from({ length: codes }, (_, i) => serialOf(prefix, i + 1))
      return { serials, links: serials.map((serial) => linkOf(context, lot, serial)!), png: Buffer.from(labelPicture(traceLabels(context, id, serials.slice(0, 1))[0]!, SIZE)).toString('base64') }
    },
  }
}

const serialOf = (prefix: string, number: number): string => `${prefix}${number}`
/** Of an id's random bits, so that a serial that was never printed is not guessed. */
function prefixOf(id: Id): string {
  let bits = BigInt(`0x${id.slice(-8)}`)
  let text = ''
  for (let i = 0; i < PREFIX_CHARS; i++, bits >>= 5n) text += ALPHABET[Number(bits & 31n)]
  return text
}

/** A label for each serial; an empty one is the lot's own. Throws TillError lot.not_found, lot.no_link. */
export function traceLabels(context: Pick<Context, 'store'>, id: Id, serials: readonly string[]): LabelDocument[] {
  const lot = knownLot(context, id)
  return serials.map((serial) => {
    const link = linkOf(context, lot, serial)
    if (link === null) throw new TillError('lot.no_link', { no: lot.no })
    return traceLabel({
      good: context.store.listed(lot.good)?.name ?? '', lot: lot.no, origin: lot.origin, producer: lot.producer || lot.certificate?.promisor || lot.supplier, issued: lot.certificate?.issued ?? '', tested: testedText(lot), expires: lot.expiry,
      // Of one item nobody knows how much it is.
      quantity: serial === '' ? quantityShown(context, lot.good, lot.quantity) : '', link,
    })
  })
}

function testedText({ tests }: Pick<LotView, 'tests'>): string {
  const words = LABEL_WORDS.zh
  return tests.map(({ what, result }) => `${what} ${words[result]}`).join(' ')
}

/** PNG, dot for dot as it is printed. Throws TillError lot.label_size. */
export function labelPicture(label: LabelDocument, size: LabelSize, density = DENSITY): Uint8Array {
  return toPng(dotsOf(label, size, density))
}

/** For a label printer. Throws TillError lot.label_size. */
export function labelBytes(label: LabelDocument, language: 'tspl' | 'zpl', { size, density = DENSITY }: { readonly size: LabelSize; readonly density?: Density }): Uint8Array {
  const dots = dotsOf(label, size, density)
  return language === 'zpl' ? toZpl(dots) : toTspl(dots, { size, gap: 2, speed: 0, darkness: -1 })
}

function dotsOf(label: LabelDocument, size: LabelSize, density: Density) {
  const drawn = drawLabel(label, size, density)
  if ('fault' in drawn) throw new TillError('lot.label_size', { width: size.width, height: size.height })
  return drawn.dots
}
