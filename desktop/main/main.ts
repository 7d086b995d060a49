/**
 * Electron's shell: one till, one window, and the same loopback as everywhere for second screens. No logic: it puts the
 * till together, carries frames, and keeps pages from anything else.
 */
import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BrowserWindow, Menu, type WebContents, app, ipcMain, net, protocol, session } from 'electron'
import { composeTill } from '#desktop/loopback/compose.ts'
import { CONTENT_SECURITY_POLICY, serveLoopback } from '#desktop/loopback/server.ts'
import { jsonLog } from '#desktop/loopback/log.ts'
import { SCREEN_JS_FLAGS } from '#desktop/loopback/screen-flags.ts'
import { TillError } from '#shared/host/frames.ts'
import { errorFacts } from '#shared/ports/log.ts'
import { pageFile } from './page-file.ts'

const SCHEME = 'xiaopu'
const ROOT = app.getAppPath()
const PAGES = join(ROOT, 'dist/renderer')
const HOME = `${SCHEME}://till/`
const WINDOW: Electron.BrowserWindowConstructorOptions = {
  backgroundColor: '#faf8f4',
  webPreferences: { preload: join(ROOT, 'dist/electron/preload.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false },
}
const isOurs = (contents: WebContents): boolean => !contents.isDestroyed() && contents.getURL().startsWith(HOME)

protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }])

const log = jsonLog((line) => process.stderr.write(line), process.env['XIAOPU_LOG_LEVEL'])

const { values } = parseArgs({
  args: process.argv.slice(app.isPackaged ? 1 : 2), strict: false,
  options: { data: { type: 'string' }, port: { type: 'string', default: '0' }, demo: { type: 'boolean', default: false } },
})
const folder = resolve(typeof values.data === 'string' ? values.data : join(app.getPath('userData'), 'till'))
// Open tickets are kept by the screen: with the till's own data, not with another till's of this user.
app.setPath('userData', join(folder, 'screen'))
app.commandLine.appendSwitch('js-flags', SCREEN_JS_FLAGS)

async function run(): Promise<void> {
  const token = process.env['XIAOPU_TOKEN'] ?? randomBytes(24).toString('base64url')
  await app.whenReady()
  Menu.setApplicationMenu(null)
  const till = composeTill({ folder, version: app.getVersion(), migrations: join(ROOT, 'migrations/till'), demo: values.demo === true, log })
  const loopback = await serveLoopback({ dispatcher: till.dispatcher, pages: PAGES, token, port: Number(values.port) })
  servePages()

  const window = new BrowserWindow({ width: 1366, height: 768, show: false, ...WINDOW })
  window.once('ready-to-show', () => window.show())
  const detach = till.dispatcher.attach((frame) => {
    for (const each of BrowserWindow.getAllWindows()) if (isOurs(each.webContents)) each.webContents.send('xiaopu:frame', frame)
  })
  ipcMain.on('xiaopu:frame', (event, frame: unknown) => {
    // Only the till's own pages speak here, whatever else may ever be loaded.
    if (!isOurs(event.sender) || event.senderFrame !== event.sender.mainFrame || typeof frame !== 'string') return
    void till.dispatcher.receive(frame).then((reply) => { if (!event.sender.isDestroyed()) event.sender.send('xiaopu:frame', reply) })
  })
  await window.loadURL(`${HOME}index.html`)

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    detach()
    await loopback.close()
    await till.close()
    app.exit(0)
  }
  app.on('before-quit', (event) => { event.preventDefault(); void stop() })
  app.on('window-all-closed', () => void stop())
  process.once('SIGTERM', () => void stop())
  process.once('disconnect', () => void stop())
  process.stdout.write(`${JSON.stringify({ ready: 'till', url: `${loopback.url}/?token=${token}`, version: app.getVersion() })}\n`)
}

/** Serves the built screens under their own scheme, and lets no page go, open or ask for anything else. */
function servePages(): void {
  protocol.handle(SCHEME, async (request) => {
    const file = pageFile(PAGES, request.url)
    if (!file) return new Response(null, { status: 404 })
    const response = await net.fetch(file)
    return new Response(response.body, { status: response.status, headers: { 'content-type': response.headers.get('content-type') ?? 'application/octet-stream', 'content-security-policy': CONTENT_SECURITY_POLICY } })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => { if (!url.startsWith(HOME)) event.preventDefault() })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    // The customer display is the one other window there is.
    contents.setWindowOpenHandler(({ url }) => (url === `${HOME}display.html` ? { action: 'allow', overrideBrowserWindowOptions: { width: 1024, height: 600, ...WINDOW } } : { action: 'deny' }))
  })
}

app.enableSandbox()
run().catch((error: unknown) => {
  if (error instanceof TillError) process.stderr.write(`${JSON.stringify({ level: 'error', part: 'till', code: error.code, detail: error.detail })}\n`)
  else log('error', 'till.failed', { ...errorFacts(error) })
  app.exit(2)
})
