/** What `npm start` says when it can't go on: one sentence of what is wrong, one of what to do. */

type Detail = Readonly<Record<string, unknown>>

const SENTENCES: Readonly<Record<string, (detail: Detail) => string>> = {
  'loopback.port_taken': ({ port }) => `Port ${String(port)} for the till is taken by another program, or Xiaopu is already running. Close that one, or choose another with --port N.`,
  // The cloud says its own sentences; only the name of the option differs here.
  'port.taken': ({ message }) => String(message).replace('--port', '--cloud-port'),
  'port.forbidden': ({ message }) => String(message).replace('--port', '--cloud-port'),
  'folder.unwritable': ({ folder }) => `The folder ${String(folder)} can't be written to. Give yourself the right to write there, or choose another with --data DIR.`,
  'folder.in_use': ({ folder }) => `Another Xiaopu is already using ${String(folder)}. Use that one, or choose another folder with --data DIR.`,
  'database.newer': ({ present, known }) => `This data was written by a newer Xiaopu (database version ${String(present)}; this program knows ${String(known)}). Nothing was touched. Update the program, or choose another folder with --data DIR.`,
  'ledger.damaged': ({ reason }) => `The till's ledger is damaged (${String(reason)}). Nothing was touched. Copy the folder, then run "npm run till -- recover": it makes a new ledger from all that is whole, keeps the damaged one, and says what is missing.`,
  'ledger.recovering': () => 'Recovering the till\'s ledger was interrupted. Run "npm run till -- recover" once more: it goes on where it stopped, and nothing is lost.',
  'ledger.disk_full': () => 'The disk is full, and a sale could not be kept safely. Free some space and start again.',
  'ledger.io': ({ reason }) => `The disk fails to read or write the till's ledger (${String(reason)}). Check the disk and its cable, copy the data folder, and start again; nothing needs to be deleted.`,
  'ledger.read_only': () => 'The till\'s ledger can\'t be written to. Check the rights of the data folder and whether the disk is read-only.',
}

/** The sentences for a code; a code without one is named as it is. */
export function startMessage(code: string, detail: Detail): string {
  return SENTENCES[code]?.(detail) ?? (typeof detail['message'] === 'string' ? detail['message'] : `Could not start: ${code} ${JSON.stringify(detail)}`)
}
