/** What a page of the till may reach in Electron: the transport's two functions, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('xiaopu', {
  send: (frame: string): void => ipcRenderer.send('xiaopu:frame', String(frame)),
  onFrame: (listener: (frame: string) => void): void => {
    ipcRenderer.on('xiaopu:frame', (_event, frame: string) => listener(frame))
  },
})
