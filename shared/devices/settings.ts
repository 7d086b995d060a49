/** Where a till's scales and scanners are and how they speak: settings of the till, never in the journal. */
import { z } from 'zod'
import { IdSchema } from '../identity/ids.ts'
import { ProtocolNameSchema } from './scale.ts'

export const BAUD_RATES = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const
/** Data bits, parity and stop bits of a byte on the line. */
export const LINE_BITS = ['8n1', '7e1', '7o1'] as const

export const LineSchema = z.object({
  /** The port as the system names it: /dev/serial/by-id/…, /dev/ttyUSB0, COM3. */
  port: z.string().trim().max(200).regex(/^(\/dev\/(?!.*\.\.)[A-Za-z0-9_.,:+=#@/-]+|COM[0-9]{1,3})$/),
  baud: z.literal([...BAUD_RATES]), bits: z.enum(LINE_BITS),
})
export type LineSettings = z.output<typeof LineSchema>

export const ScaleSettingsSchema = LineSchema.extend({ id: IdSchema, name: z.string().trim().min(1).max(40), protocol: ProtocolNameSchema })
export type ScaleSettings = z.output<typeof ScaleSettingsSchema>

/** A scanner on a serial line. */
export const ScannerSettingsSchema = LineSchema.extend({ id: IdSchema, name: z.string().trim().min(1).max(40) })
export type ScannerSettings = z.output<typeof ScannerSettingsSchema>

/**
 * Why a device can't be reached: no such port · another program has it · this user may not open it · it failed otherwise ·
 * what reads such devices can't be loaded on this machine
 */
export const DEVICE_FAULTS = ['missing', 'busy', 'forbidden', 'failed', 'no_driver'] as const
export type DeviceFault = (typeof DEVICE_FAULTS)[number]
