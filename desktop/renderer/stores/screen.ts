/** This screen's own settings: language, colours, size of text, sounds, its keyboard scanner. They stay on this screen and never leave it. */
import { defineStore } from 'pinia'
import { reactive, ref, watchEffect } from 'vue'
import { db } from '../db.ts'
import { i18n, type Language, localeTag } from '../i18n/index.ts'
import { setWedge } from '../input/keyboard.ts'
import { PLAIN_WEDGE, type WedgeSettings } from '../input/wedge-settings.ts'

export type Theme = 'auto' | 'light' | 'dark' | 'contrast'
/** percent */
export const TEXT_SIZES = [100, 125, 150, 175, 200] as const
export const LOCK_MINUTES = [0, 2, 5, 10] as const
export type SoundName = 'accepted' | 'refused' | 'money'
export interface ScreenSettings {
  language: Language
  theme: Theme
  text: (typeof TEXT_SIZES)[number]
  sounds: Record<SoundName, boolean>
  /** characters of half width on the receipt shown on the screen */
  columns: 32 | 48
  wedge: WedgeSettings
  /** minutes without a touch after which the till locks; 0 is never */
  lockAfter: (typeof LOCK_MINUTES)[number]
}

export const useScreen = defineStore('screen', () => {
  const settings = reactive<ScreenSettings>({
    language: 'zh', theme: 'auto', text: 100, sounds: { accepted: true, refused: true, money: true }, columns: 48, wedge: PLAIN_WEDGE, lockAfter: 0,
  })

  /** Reads what was chosen before; a screen whose storage can't be read still works, with the usual settings. */
  async function restore(): Promise<void> {
    const kept = await db.settings.get('screen').catch(() => undefined)
    if (kept) Object.assign(settings, kept.value as Partial<ScreenSettings>)
  }

  function set<Name extends keyof ScreenSettings>(name: Name, value: ScreenSettings[Name]): void {
    Object.assign(settings, { [name]: value })
    void db.settings.put({ name: 'screen', value: JSON.parse(JSON.stringify(settings)) as ScreenSettings })
  }

  /** Puts the choices on the page; called once by each of the two screens. */
  function apply(): void {
    const night = matchMedia('(prefers-color-scheme: dark)')
    const dark = ref(night.matches)
    night.addEventListener('change', () => { dark.value = night.matches })
    watchEffect(() => setWedge({ ...settings.wedge }))
    watchEffect(() => {
      i18n.global.locale.value = settings.language
      const root = document.documentElement
      root.lang = localeTag()
      root.dataset['theme'] = settings.theme === 'auto' ? (dark.value ? 'dark' : 'light') : settings.theme
      root.dataset['text'] = String(settings.text)
    })
  }

  return { settings, restore, set, apply }
})
