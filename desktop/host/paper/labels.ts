/** Labels at the till: their picture, and as many as are wanted on a printer, without the counter waiting for any of it. */
import { randomUUID } from 'node:crypto'
import { type LabelDocument, type LabelKind, type LabelMedia, type LabelRun, parcelLabels, priceLabel, shelfLabel } from '#shared/documents/label.ts'
import type { CallResult } from '#shared/host/contract.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { GoodView, PrinterSettings } from '#shared/host/schemas.ts'
import type { Id } from '#shared/identity/ids.ts'
import { milli, thousandthsPer } from '#shared/quantity/quantity.ts'
import { fen } from '#shared/money/money.ts'
import { priceTicket } from '#shared/pricing/price.ts'
import { toPng } from '#printers/dots/png.ts'
import type { Bitmap } from '#printers/dots/bitmap.ts'
import { type DrawnLabel, drawLabel } from '#printers/labels/label.ts'
import { toTspl } from '#printers/labels/tspl.ts'
import { toZpl } from '#printers/labels/zpl.ts'
import { type Context, signedIn, turn } from '../context.ts'
import { rulesFor } from '../promotions.ts'

type Calls = 'label.preview' | 'label.print' | 'parcel.preview' | 'parcel.print'

/** Labels drawn at a stretch: some twenty milliseconds, which a scan may have to wait. */
const LABELS_A_JOB = 25
/** Names that an answer lists. */
const NAMES_MAX = 20

export function labelHandlers(context: Context): Pick<Handlers, Calls> {
  const { store, clock, done } = context
  return {
    'label.preview'({ kind, good, printer }) {
      return picture(labelOf(context, kind, good), mediaOf(context, printer))
    },
    'parcel.preview'({ parcel, printer }) {
      signedIn(context)
      return picture(parcelLabels(parcel, store.shop().name)[0]!, mediaOf(context, printer))
    },
    'parcel.print'({ key, parcel, printer }) {
      const staff = signedIn(context)
      const media = mediaOf(context, printer)
      const runs = parcelLabels(parcel, store.shop().name).map((label): LabelRun => ({ label, copies: 1 }))
      const { leftOut } = drawn(runs[0]!.label, media)
      done.once(key, 'parcel.print', () => { printLabels(context, runs, printer, clock.now(), staff.id, true) })
      context.printed()
      return { leftOut: [...leftOut] }
    },
    async 'label.print'({ key, kind, goods, printer }) {
      const staff = signedIn(context)
      const media = mediaOf(context, printer)
      const runs = goods.map(({ good, copies }): LabelRun => ({ label: labelOf(context, kind, good), copies }))
      // Refused before the first is printed: half a sheet would be worse than none. A thousand take seconds, and no scan waits for them.
      const cut: string[] = []
      for (const { label } of runs) {
        if (drawn(label, media).leftOut.length > 0) cut.push(label.title)
        await turn()
      }
      done.once(key, 'label.print', () => { printLabels(context, runs, printer, clock.now(), staff.id) })
      context.printed()
      return { labels: runs.reduce((sum, { copies }) => sum + copies, 0), cut: cut.slice(0, NAMES_MAX) }
    },
  }

  function labelOf(of: Context, kind: LabelKind & ('price' | 'shelf'), id: Id): LabelDocument {
    const good = store.good(id)
    if (!good) throw new TillError('good.not_found')
    const labelled = { ...good, memberPrice: memberPrice(of, good) }
    return kind === 'price' ? priceLabel(labelled) : shelfLabel(labelled, store.shop().name)
  }
}

function picture(label: LabelDocument, media: LabelMedia): CallResult<'label.preview'> {
  const { dots, leftOut } = drawn(label, media)
  return { png: `data:image/png;base64,${Buffer.from(toPng(dots)).toString('base64')}`, width: media.size.width, height: media.size.height, leftOut: [...leftOut] }
}

/** Queues labels on a printer in jobs of a few, in one transaction with what they hold. */
export function printLabels({ store }: Pick<Context, 'store'>, runs: readonly LabelRun[], printer: Id, at: number, actor: Id | null, isPersonal = false): void {
  store.together(() => {
    const prints = []
    for (let from = 0; from < runs.length; from += LABELS_A_JOB) {
      const batch = randomUUID() as Id
      store.putLabels(batch, runs.slice(from, from + LABELS_A_JOB), at, isPersonal)
      prints.push({ kind: 'labels' as const, ref: batch, copy: false, drawer: false, printer })
    }
    store.commit({ events: [], prints }, at, actor)
  })
}

/** The bytes of a job of labels; undefined where its labels are gone, or the printer prints none. */
export function labelBytes({ store }: Context, batch: Id, { label: media }: PrinterSettings): Uint8Array | undefined {
  const runs = store.labels(batch)
  if (!runs || !media) return undefined
  return Uint8Array.from(Buffer.concat(runs.map(({ label, copies }) => written(drawn(label, media).dots, media, copies))))
}

/** A label that shows whether the size is right, the edges are whole and the code scans. */
export function testLabelBytes({ store }: Context, media: LabelMedia): Uint8Array {
  const { name } = store.shop()
  const label = priceLabel({ name, code: 'TEST-0123', spec: `${media.size.width} × ${media.size.height} mm`, origin: '', unit: '', price: fen(1234) })
  const { dots } = drawn(label, media)
  // Its frame, by which one sees whether it sits where it should.
  const thick = media.density >> 2
  dots.fill(0, 0, dots.width, thick)
  dots.fill(0, dots.height - thick, dots.width, thick)
  dots.fill(0, 0, thick, dots.height)
  dots.fill(dots.width - thick, 0, thick, dots.height)
  return written(dots, media, 1)
}

const written = (dots: Bitmap, media: LabelMedia, copies: number): Uint8Array => (media.language === 'tspl' ? toTspl(dots, media, copies) : toZpl(dots, { darkness: media.darkness, copies }))

/** A label in dots. Throws TillError label.code_wrong, label.code_too_wide. */
export function drawn(label: LabelDocument, { size, density }: LabelMedia): DrawnLabel {
  const result = drawLabel(label, size, density)
  if ('fault' in result) throw new TillError(`label.${result.fault}`, { name: label.title, code: label.code?.content ?? '' })
  return result
}

/** What rolls of traceability labels usually are. */
const USUAL: LabelMedia = { language: 'tspl', density: 8, size: { width: 60, height: 40 }, gap: 2, speed: 0, darkness: -1 }
/** What labels are looked at for while nobody has said on which printer. */
export const usualMedia = ({ store }: Pick<Context, 'store'>): LabelMedia => store.printers().find(({ label }) => label)?.label ?? USUAL

/** Throws TillError printer.not_found, label.not_printer. */
export function mediaOf({ store }: Pick<Context, 'store'>, id: Id): LabelMedia {
  const printer = store.printers().find((each) => each.id === id)
  if (!printer) throw new TillError('printer.not_found')
  if (!printer.label) throw new TillError('label.not_printer', { name: printer.name })
  return printer.label
}

/** fen a member pays for one, by the promotions of this moment; as listed where there is none for members. The odd fen that a shop leaves off a ticket are nobody's price. */
function memberPrice(context: Context, good: GoodView): ReturnType<typeof fen> {
  const line = { id: 'one', good: good.id, category: good.category, quantity: milli(thousandthsPer(good.pricing, good.unit)), price: good.price, list: good.price, per: thousandthsPer(good.pricing, good.unit), discount: fen(0), pricing: good.pricing }
  const rules = rulesFor(context)
  return fen(priceTicket([line], { member: good.id }, { ...rules, rounding: 'none', promotions: rules.promotions.filter(({ members }) => members) }).total)
}
