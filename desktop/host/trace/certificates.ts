/** The certificates that the shop itself issues for its lots (承诺达标合格证), on paper. */
import type { ReceiptDocument } from '#shared/documents/receipt.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import type { Id } from '#shared/identity/ids.ts'
import { certificatePaper, isOwnCertificate } from '#shared/trace/certificate-paper.ts'
import type { Certificate } from '#shared/codes/certificate.ts'
import { type Context, signedIn } from '../context.ts'
import { knownLot, linkOf } from './describe.ts'

export function certificateHandlers(context: Context): Pick<Handlers, 'lot.certificate'> {
  const { store, clock, done } = context
  return {
    'lot.certificate'({ key, lot }) {
      signedIn(context)
      ownCertificate(context, lot)
      done.once(key, 'lot.certificate', () => { store.commit({ events: [], prints: [{ kind: 'stock', ref: lot, copy: false, drawer: false }] }, clock.now(), store.signedIn()) })
      context.printed()
      return {}
    },
  }
}

/** Throws TillError lot.not_found, lot.no_certificate, lot.certificate_of_other. */
function ownCertificate(context: Pick<Context, 'store'>, id: Id): Certificate {
  const { certificate, no } = knownLot(context, id)
  if (!certificate) throw new TillError('lot.no_certificate', { no })
  if (!isOwnCertificate(certificate, context.store.shop())) throw new TillError('lot.certificate_of_other', { no, promisor: certificate.promisor })
  return certificate
}

/** Undefined where there is no such lot, or no certificate of the shop's own for it any more. */
export function lotCertificate(context: Pick<Context, 'store' | 'clock'>, id: Id, copy: boolean): ReceiptDocument | undefined {
  const { store, clock } = context
  const shop = store.shop()
  const lot = store.trace.lot(id)
  if (!lot?.certificate || !isOwnCertificate(lot.certificate, shop)) return undefined
  const { certificate, no, expiry, tests, parents } = lot
  return certificatePaper({
    shop, printedAt: clock.now(), copy, certificate, no, expiry, tests, parents: parents.map((parent) => parent.no), link: linkOf(context, lot), goodName: store.listed(lot.good)?.name ?? '',
  })
}
