/** The scales' protocols by name. */
import { OS2 } from './os2.ts'
import type { ProtocolName, ScaleProtocol } from './scale.ts'
import { SICS } from './sics.ts'
import { TOLEDO, TOLEDO_PLAIN } from './toledo.ts'

export const PROTOCOLS: Readonly<Record<ProtocolName, ScaleProtocol>> = { os2: OS2, toledo: TOLEDO, toledo_plain: TOLEDO_PLAIN, sics: SICS }
