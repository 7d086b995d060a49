/** All handlers of the contract, each feature's own map put together. */
import type { Handlers } from '#shared/host/dispatcher.ts'
import type { Display } from '#shared/host/schemas.ts'
import { ShopChanged } from '#shared/catalog/shop.ts'
import { fen } from '#shared/money/money.ts'
import { type Context, commit, isRepeat, requireRight } from './context.ts'
import { couponHandlers } from './members/coupons.ts'
import { codeHandlers } from './codes.ts'
import { exportHandlers } from './export/handlers.ts'
import { goodsHandlers } from './goods.ts'
import { importHandlers } from './import/handlers.ts'
import { rowsHandlers } from './import/rows-handlers.ts'
import { undoHandlers } from './import/undo-handlers.ts'
import { labelHandlers } from './paper/labels.ts'
import { memberHandlers } from './members/members.ts'
import { printingHandlers } from './paper/paper.ts'
import { auditHandlers } from './staff/audit.ts'
import { purseHandlers } from './members/purses.ts'
import { deviceHandlers } from './devices.ts'
import { promotionHandlers } from './promotions.ts'
import { reportHandlers } from './reports.ts'
import { refundHandlers } from './refunds/refunds.ts'
import { salesHandlers } from './sales.ts'
import { shiftHandlers } from './shifts.ts'
import { staffHandlers } from './staff/staff.ts'
import { stockHandlers } from './stock/handlers.ts'
import { ticketHandlers } from './tickets.ts'
import { traceHandlers } from './trace/handlers.ts'
import { snapshot } from './views.ts'

const IDLE: Display = { mode: 'idle', lines: [], offs: [], saved: fen(0), total: fen(0), given: null, change: null, url: null, code: null }

export function createHandlers(context: Context, seq: () => number): Handlers {
  const { store, cloud, backups, restoring } = context
  let display = IDLE
  return {
    ...staffHandlers(context, seq),
    ...shiftHandlers(context),
    ...auditHandlers(context),
    ...goodsHandlers(context),
    ...codeHandlers(context),
    ...importHandlers(context),
    ...undoHandlers(context),
    ...rowsHandlers(context),
    ...exportHandlers(context),
    ...promotionHandlers(context),
    ...stockHandlers(context),
    ...traceHandlers(context),
    ...salesHandlers(context),
    ...refundHandlers(context),
    ...ticketHandlers(context),
    ...reportHandlers(context),
    ...memberHandlers(context),
    ...purseHandlers(context),
    ...couponHandlers(context),
    ...labelHandlers(context),
    ...printingHandlers(context),
    ...deviceHandlers(context),

    'till.snapshot': () => snapshot(context, seq()),
    async 'till.pair'({ key, cloud: url, code }) {
      if (store.anyPin()) requireRight(context, 'till.setup')
      return cloud.pair(url, code, key)
    },
    async 'till.renew'({ key, code }) {
      if (store.anyPin()) requireRight(context, 'till.setup')
      return cloud.renew(code, key)
    },
    'till.backups': () => backups.status(),
    'till.backup'() {
      requireRight(context, 'till.setup')
      return backups.make()
    },
    'till.backupTo'({ folder }) {
      requireRight(context, 'till.setup')
      return backups.choose(folder)
    },
    'till.backupPassphrase'({ passphrase }) {
      requireRight(context, 'till.setup')
      return backups.protect(passphrase)
    },
    'till.restoreBegin': ({ key, start, passphrase }) => restoring.begin(key, Buffer.from(start, 'base64'), passphrase),
    'till.restorePart': ({ upload, at, data }) => restoring.part(upload, at, Buffer.from(data, 'base64')),
    'till.restoreEnd': ({ upload }) => restoring.finish(upload),
    'till.diagnostics': () => context.diagnose(),
    'shop.put'({ key, set }) {
      requireRight(context, 'till.setup')
      if (!isRepeat(context, key, ShopChanged.type, { set })) {
        commit(context, [{ id: key, type: ShopChanged.type, v: 1, body: { shop: store.identity().shop, set, hlc: store.nextHlc(context.clock.now()) } }])
        context.changed()
      }
      return store.shop()
    },
    'sync.status': () => cloud.status(),
    'sync.now': () => cloud.now(),
    'display.show'(shown) {
      display = shown
      context.touched(shown.lines.length > 0)
      context.emit('display.changed', display)
      return {}
    },
    'display.now': () => display,
    'ledger.balances'() {
      // The sums of all shifts say what is in the drawer of the open one.
      if (store.openShift()) requireRight(context, 'drawer.expected')
      return { balances: [...store.balances()].map(([account, amount]) => ({ account, fen: fen(amount) })), sales: store.countSales() }
    },
    'ledger.verify': () => store.verify(),
  }
}
