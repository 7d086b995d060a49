/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

interface Window {
  /** Put there by Electron's preload; absent in an ordinary browser. */
  readonly xiaopu?: {
    send(frame: string): void
    onFrame(listener: (frame: string) => void): void
  }
}
