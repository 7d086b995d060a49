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
  /** What is set up, by id, and whether it is there. */
  const known = computed(() => new Map([
    ...told.value.map(({ scale: id, name, fault }) => [id, { name, isHere: fault === null }] as const),
    ...(scanners.value?.serial ?? []).map(({ scanner: id, name, fault }) => [id, { name, isHere: fault === null }] as const),
    ...(scanners.value?.usb.names ?? []).map((name) => [`usb ${name}`, { name, isHere: true }] as const),
  ]))
  /** What was there, and what then was not: names by id. One that is set up just now is neither. */
  const here = new Map<string, string>()
  const lost = new Map<string, string>()
  const scannerAway = computed(() => scanners.value?.serial.some(({ fault }) => fault !== null) ?? false)

  async function refresh(): Promise<void> {
    const [scaleList, scannerList] = await Promise.all([till().call('scale.list', {}), till().call('scanner.list', {})])
    told.value = scaleList.status
    scanners.value = scannerList.status
    // A host that has just begun is still opening them: what was there before is no news until it says so.
    here.clear()
    for (const [id, { name, isHere }] of known.value) if (isHere) here.set(id, name)
  }

  /** Says what came and went, once each. */
  function say(): void {
    const notice = useNotice()
    const usbOff = scanners.value?.usb.on === false
    for (const [id, name] of here) {
      // What was taken out of the settings is no loss.
      if (known.value.get(id)?.isHere || (!known.value.has(id) && (usbOff || !id.startsWith('usb ')))) continue
      here.delete(id)
      lost.set(id, name)
      notice.show({ tone: 'attention', message: t('device.lost', { name }), next: t('device.lostNext') })
    }
    for (const [id, { name, isHere }] of known.value) {
      if (!isHere) continue
      here.set(id, name)
      if (lost.delete(id)) notice.show({ tone: 'good', message: t('device.back', { name }) })
    }
  }

  function follow(client: TillClient): void {
    client.on('scale.changed', (next) => {
      told.value = next.scales
      say()
    })
    client.on('scanner.changed', (next) => {
      scanners.value = next
      say()
    })
    client.on('scan.read', ({ text }) => {
      lastScan.value = text
      scanned(text)
    })
  }

  return { scales, scale, scanners, scannerAway, lastScan, refresh, follow }
})
