/** Scales and scanners as the host sees them: what lies on the scale now, and what is missing. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { TillClient } from '#shared/host/client.ts'
import { AWAY } from '#shared/devices/scale.ts'
import type { ScaleStatus, ScannersStatus } from '#shared/host/schemas.ts'
import { till } from '../host/till.ts'
import { t } from '../i18n/index.ts'
import { scanned } from '../input/keyboard.ts'
import { useNotice } from './notice.ts'
import { useSession } from './session.ts'

export const useDevices = defineStore('devices', () => {
  const session = useSession()
  const told = shallowRef<readonly ScaleStatus[]>([])
  const scanners = shallowRef<ScannersStatus | null>(null)
  /** For whoever tries a scanner out. */
  const lastScan = ref('')

  /** With the host gone nobody knows what lies on a scale: the last word of it is no weight. */
  const scales = computed<readonly ScaleStatus[]>(() => (session.up ? told.value : told.value.map((scale) => ({ ...scale, ...AWAY }))))
  /** The one to weigh on: what something lies on, else what is there, else the first. */
  const scale = computed(() => scales.value.find((each) => (each.grams ?? 0) > 0) ?? scales.value.find((each) => each.state !== 'away') ?? scales.value[0] ?? null)
  /** Names of what was set up and is not there, by id. */
  const missing = computed(() => new Map([
    ...told.value.filter(({ fault }) => fault !== null).map((each) => [each.scale, each.name] as const),
    ...(scanners.value?.serial ?? []).filter(({ fault }) => fault !== null).map((each) => [each.scanner, each.name] as const),
  ]))
  const scannerAway = computed(() => scanners.value?.serial.some(({ fault }) => fault !== null) ?? false)

  async function refresh(): Promise<void> {
    const [scaleList, scannerList] = await Promise.all([till().call('scale.list', {}), till().call('scanner.list', {})])
    told.value = scaleList.status
    scanners.value = scannerList.status
  }

  /** Says what came and went, once each; what was set up or taken away just now is no news. */
  function say(before: ReadonlyMap<string, string>, known: ReadonlySet<string>): void {
    const notice = useNotice()
    for (const [id, name] of missing.value) {
      if (known.has(id) && !before.has(id)) notice.show({ tone: 'attention', message: t('device.lost', { name }), next: t('device.lostNext') })
    }
    for (const [id, name] of before) {
      if (ids().has(id) && !missing.value.has(id)) notice.show({ tone: 'good', message: t('device.back', { name }) })
    }
  }
  function ids(): Set<string> {
    return new Set([...told.value.map((each) => each.scale), ...(scanners.value?.serial ?? []).map((each) => each.scanner)])
  }
  function change(work: () => void): void {
    const before = missing.value
    const known = ids()
    work()
    if (before.size || missing.value.size) say(before, known)
  }

  function follow(client: TillClient): void {
    client.on('scale.changed', (next) => change(() => { told.value = next.scales }))
    client.on('scanner.changed', (next) => {
      const before = scanners.value?.usb.names ?? []
      change(() => { scanners.value = next })
      for (const name of before) if (next.usb.on && !next.usb.names.includes(name)) useNotice().show({ tone: 'attention', message: t('device.lost', { name }), next: t('device.lostNext') })
    })
    client.on('scan.read', ({ text }) => {
      lastScan.value = text
      scanned(text)
    })
  }

  return { scales, scale, scanners, missing, scannerAway, lastScan, refresh, follow }
})
