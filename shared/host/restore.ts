/** How a screen hands a backup to the till. */

/** What stands before the first chunk of a sealed backup: what its passphrase is tried on. */
export const HEADER_BYTES = 184
/** Of the backup in one call: in base64 well within a frame. */
export const PART_BYTES = 4 * 2 ** 20
