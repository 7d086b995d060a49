/** Scales and scanners: setting them up, and the weight that a good is sold by. */
import { parsePlace } from '#shared/devices/printing.ts'
import type { Handlers } from '#shared/host/dispatcher.ts'
import { TillError } from '#shared/host/frames.ts'
import { type Context, requireRight, signedIn } from './context.ts'

type Calls = 'port.list' | 'scale.list' | 'scale.put' | 'scale.remove' | 'scale.tell' | 'scale.take' | 'scanner.list' | 'scanner.put' | 'scanner.remove' | 'scanner.usb'

export function deviceHandlers(context: Context): Pick<Handlers, Calls> {
  const { desk, done } = context
  const setUp = (key: string, call: Calls, work: () => void): Record<string, never> => {
    requireRight(context, 'till.setup')
    done.once(key, call, work)
    return {}
  }
  return {
    'port.list': async () => ({ ports: await desk.ports() }),
    'scale.list': () => desk.scales(),
    'scale.put': ({ key, scale }) => setUp(key, 'scale.put', () => { free(context, scale.port); desk.putScale(scale) }),
    'scale.remove': ({ key, scale }) => setUp(key, 'scale.remove', () => desk.removeScale(scale)),
    'scale.tell'({ key, scale, command }) {
      signedIn(context)
      done.once(key, 'scale.tell', () => desk.tell(scale, command))
      return {}
    },
    'scale.take'({ scale, grams }) {
      signedIn(context)
      const { grams: taken, net, tare } = desk.take(scale, grams)
      return { grams: taken, net, tare }
    },
    'scanner.list': () => desk.scanners(),
    'scanner.put': ({ key, scanner }) => setUp(key, 'scanner.put', () => { free(context, scanner.port); desk.putScanner(scanner) }),
    'scanner.remove': ({ key, scanner }) => setUp(key, 'scanner.remove', () => desk.removeScanner(scanner)),
    'scanner.usb': ({ key, on }) => setUp(key, 'scanner.usb', () => desk.useUsb(on)),
  }
}

/** One line has one device at its end. Throws TillError port.taken. */
function free({ store }: Context, port: string): void {
  const printer = store.printers().find(({ address }) => {
    const place = parsePlace(address)
    return place?.kind === 'serial' && place.line.port === port
  })
  if (printer) throw new TillError('port.taken', { port, name: printer.name })
}
